"""A project's own settings wait for trust, and a run that cannot do without them says so."""

import json

import pytest

from heartbit_tui.kernel.messages import Text
from heartbit_tui.providers.script import Reply
from heartbit_tui.testing.model_server import ModelServer
from tests.headless.machine import Machine, kept

HELLO = Reply(blocks=(Text(text="Hello."),))


def own(url: str) -> str:
    return f'[provider]\nname = "mine"\nmodel = "m"\n[providers.mine]\nkind = "anthropic"\nbase_url = "{url}"\n'


async def test_a_provider_of_an_untrusted_project_ends_with_55_and_with_trust_it_answers(machine: Machine) -> None:
    async with ModelServer([HELLO]) as server:
        (machine.project / "heartbit.toml").write_text(own(server.url))
        refused = await machine.run("-p", "hi", "--json")
        assert server.requests == []
        assert (await machine.run("trust", "add")).code == 0
        trusted = await machine.run("-p", "hi", "--json")
    result = kept(refused)
    assert (refused.code, result["subtype"], result["error"]["kind"]) == (55, "error_config", "untrusted")
    assert "providers.mine.base_url" in result["error"]["message"]
    assert "`heartbit trust add`" in result["error"]["message"]
    assert (trusted.code, kept(trusted)["result"]) == (0, "Hello.")


@pytest.mark.parametrize(
    "text",
    ['[provider]\nname = "mine"\nmodel = "m"\napi = "chat"\nbase_url = "http://127.0.0.1:9"\n',
     '[provider]\nname = "scripted"\nscript = "script.json"\n'],
)  # fmt: skip
async def test_an_address_or_a_script_of_an_untrusted_project_ends_with_55(machine: Machine, text: str) -> None:
    (machine.project / "heartbit.toml").write_text(text)
    (machine.project / "script.json").write_text(json.dumps({"replies": ["Hello."]}))
    done = await machine.run("-p", "hi")
    assert (done.code, done.out) == (55, b"")
    assert "this folder is not trusted" in done.err


async def test_what_the_person_set_up_is_used_whatever_an_untrusted_project_says(machine: Machine) -> None:
    async with ModelServer([HELLO]) as server:
        machine.config(own(server.url))
        (machine.project / "heartbit.toml").write_text(own("http://127.0.0.1:9"))
        done = await machine.run("-p", "hi")
    assert (done.code, done.text) == (0, "Hello.\n")
    assert "ignored, because this folder is not trusted: providers.mine.kind" in done.err
