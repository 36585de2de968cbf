"""The card is true in both versions of the protocol, may be kept, and tells the skills to those who are known alone."""

from pathlib import Path

from a2a.client.card_resolver import parse_agent_card
from a2a.compat.v0_3.types import AgentCard as OldCard
from a2a.types.a2a_pb2 import GetExtendedAgentCardRequest
from a2a.utils.proto_utils import validate_proto_required_fields

from heartbit_tui.a2a.serving.routes import Endpoints
from heartbit_tui.daemon.http.offered import PREFIX, SPOKEN
from tests.daemon.a2a.speaking import CARD, WAYS, in_each_way, ready, speaker
from tests.daemon.http import TOKEN, USERS, served
from tests.skills.folders import skill

AGENT = '\n[[agents]]\nname = "reviewer"\ndescription = "Looks for faults."\nsystem_prompt = "a private text"\n'


async def test_the_card_is_one_of_each_version_and_all_that_it_names_is_there(tmp_path: Path) -> None:
    async with served(ready(tmp_path, settings=AGENT)) as daemon, daemon.caller("") as nobody:
        found = (await nobody.get(CARD)).json()
        old = OldCard.model_validate(found)
        assert (old.url, old.preferred_transport, old.protocol_version) == (f"{daemon.url}/a2a/rpc", "JSONRPC", "0.3.0")
        assert [(each.url, each.transport) for each in old.additional_interfaces or ()] == [
            (f"{daemon.url}/a2a/rpc", "JSONRPC"),
            (f"{daemon.url}/a2a", "HTTP+JSON"),
        ]
        new = parse_agent_card(found)
        validate_proto_required_fields(new)
        assert [(each.protocol_binding, each.protocol_version) for each in new.supported_interfaces] == list(WAYS)
        assert {each.url for each in new.supported_interfaces} == {f"{daemon.url}/a2a/rpc", f"{daemon.url}/a2a"}
        assert (new.capabilities.streaming, new.capabilities.push_notifications) == (True, False)
        assert new.security_schemes["bearerAuth"].http_auth_security_scheme.scheme == "bearer"
        assert [*new.security_requirements[0].schemes] == ["bearerAuth"]
        assert [each.name for each in new.skills] == ["reviewer", "heartbit"]


def test_all_that_the_sdk_serves_is_answered() -> None:
    assert Endpoints(PREFIX).paths == frozenset(SPOKEN)


async def test_the_card_may_be_kept_and_is_not_sent_again_where_it_is_the_same(tmp_path: Path) -> None:
    async with served(ready(tmp_path)) as daemon, daemon.caller("") as nobody:
        first = await nobody.get(CARD)
        assert first.headers.get_list("cache-control") == ["public, max-age=60"]
        tag = first.headers["etag"]
        for wanted, status in ((tag, 304), (f'"x", W/{tag}', 304), ("*", 304), ('"x"', 200), ("", 200)):
            again = await nobody.get(CARD, headers={"if-none-match": wanted})
            assert (again.status_code, again.headers["etag"]) == (status, tag)
        elsewhere = await nobody.get(CARD, headers={"host": "localhost", "if-none-match": tag})
        assert elsewhere.status_code == 200
        assert (await nobody.get("/healthz")).headers.get_list("cache-control") == ["no-store"]


@in_each_way
async def test_those_who_are_known_learn_the_skills_too(tmp_path: Path, binding: str, version: str) -> None:
    ground = ready(tmp_path, settings=AGENT)
    skill(ground.home / ".config/heartbit/skills", "plant-trees")
    async with served(ground) as daemon:
        for token in (USERS["anna"], TOKEN):
            async with speaker(daemon, token, binding=binding, version=version) as it:
                card = await it.client.get_extended_agent_card(GetExtendedAgentCardRequest())
                skills = {each.id: each.description for each in card.skills}
                assert skills["skill:plant-trees"] == "How plant-trees is done."
                assert {"reviewer", "heartbit"} < set(skills)
        async with daemon.caller("") as nobody:
            assert "plant-trees" not in (await nobody.get(CARD)).text
