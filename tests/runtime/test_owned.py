"""A session that works for a user has what is theirs, and nothing of anybody else."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from heartbit_tui.auth.users import Owner
from heartbit_tui.client import memories
from heartbit_tui.config import directories
from heartbit_tui.kernel.errors import ConfigError, StoreError
from heartbit_tui.kernel.events import MemoryRecalled, PermissionDenied, ToolCallCompleted
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.permissions.sandbox import Active
from heartbit_tui.runtime.authority import exchanger, of_user
from heartbit_tui.runtime.build import opened
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import Identity, New, Options, Resume
from heartbit_tui.runtime.owning import workspace_of
from heartbit_tui.runtime.settings import configuration, read
from heartbit_tui.store.audit import Wanted
from heartbit_tui.store.recorder import NOBODY
from heartbit_tui.store.store import Store
from tests.auth.issuer import issuer
from tests.mcp.test_authority import EXCHANGE
from tests.memory.test_session import PORT, STORE, House, Seen

ANNA, BOB, EVE = ("acme", "anna"), ("acme", "bob"), ("evil", "anna")
QUESTION = "Which port has the dev server?"


def identity(owner: tuple[str, str], **more: Any) -> Identity:
    return Identity(tenant=owner[0], user=owner[1], token=lambda: f"{owner[1]}'s", **more)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def store_of(house: House) -> Path:
    return house.folder / ".local/share/heartbit/heartbit.db"


@pytest.mark.security("D6", n=3)
async def test_what_one_user_had_remembered_no_other_is_told(house: House) -> None:
    async with house.session({"blocks": [STORE]}, "Kept.", identity=identity(ANNA)) as seen:
        await seen.ask("remember the port")
    for owner in (BOB, EVE, None):
        async with house.session("Nothing.", identity=identity(owner) if owner else None) as seen:
            await seen.ask(QUESTION)
            assert seen.of(MemoryRecalled) == []
    async with house.session("4711.", identity=identity(ANNA)) as seen:
        await seen.ask(QUESTION)
        (told,) = seen.of(MemoryRecalled)
        assert [each.content for each in told.entries] == [PORT]
    assert {owner: await kept(house, owner) for owner in (ANNA, BOB, EVE)} == {ANNA: [PORT], BOB: [], EVE: []}
    assert await house.contents() == []


async def kept(house: House, owner: tuple[str, str]) -> list[str]:
    """What a user finds in their memory outside of a session."""
    async with memories.opened(house.options(identity=identity(owner))) as found:
        return [entry.content for entry in await found.list(memories.Wanted())]


async def test_a_session_of_a_user_is_theirs_in_the_log_and_in_the_audit(house: House) -> None:
    for owner in (ANNA, EVE):
        async with house.session("Hello.", identity=identity(owner, through=("cron:nightly",))) as seen:
            await seen.ask("hello")
    async with house.session("Hello.") as seen:
        await seen.ask("hello")
    async with Store.open(store_of(house), SystemClock()) as store:
        assert sorted(each.owner for each in await store.index.search()) == sorted([ANNA, EVE, NOBODY])
        found = await store.audit.search(Wanted(tenant="acme", user="anna"))
        every = await store.audit.search(Wanted(), limit=500)
    assert {(row.tenant, row.user) for row in found} == {ANNA}
    assert {json.loads(row.told)["delegation_chain"][0] for row in found} == {"user:anna"}
    assert json.loads(found[0].told)["delegation_chain"] == ["user:anna", "cron:nightly", "heartbit"]
    assert {row.tenant for row in every} == {"acme", "evil", ""}


@pytest.mark.security("D6", n=8)
async def test_nobody_takes_up_a_session_of_somebody_else(house: House) -> None:
    async with house.session("Hello.", identity=identity(ANNA), which=New(id="task-1")) as seen:
        await seen.ask("a secret of anna")
        full = seen.client.about.session_id
    for owner in (BOB, EVE):
        for which in (Resume(id=full), Resume(id=full[:4]), Resume(id=full, fork=True), New(id=full)):
            with pytest.raises(StoreError, match="No session"):
                async with house.session("Hello.", identity=identity(owner), which=which):
                    raise AssertionError(which)
        with pytest.raises(StoreError, match="There is no session"):
            async with house.session("Hello.", identity=identity(owner), which=Resume()):
                raise AssertionError(owner)
    async with house.session("Hello.", identity=identity(ANNA), which=Resume(id=full)) as seen:
        assert len(seen.found.log) > 0


async def test_outputs_of_commands_are_read_by_their_user_alone(house: House) -> None:
    long = {"blocks": [{"call": "bash", "input": {"command": "seq 1 30000"}}]}
    async with house.session(long, "Done.", identity=identity(ANNA), mode=Mode.YOLO) as seen:
        await seen.ask("count")
        assert len(seen.of(ToolCallCompleted)) == 1
    (kept,) = (each for each in (house.folder / ".local/state/heartbit/outputs").rglob("*") if each.is_file())
    look = {"blocks": [{"call": "read", "input": {"file_path": str(kept)}}]}
    seen_by: dict[tuple[str, str] | None, int] = {}
    for owner in (ANNA, BOB, EVE):
        async with house.session(look, "Done.", identity=identity(owner), mode=Mode.ASK, on_ask="deny") as seen:
            await seen.ask("read it")
            seen_by[owner] = len(seen.of(PermissionDenied))
    assert seen_by == {ANNA: 0, BOB: 1, EVE: 1}


async def test_what_the_person_allowed_for_good_is_for_nobody_else_and_what_they_denied_is_for_all(
    house: House,
) -> None:
    rules = house.folder / ".config/heartbit/permissions.toml"
    rules.parent.mkdir(parents=True)
    allow, deny = (
        '[[rules]]\ntool = "bash"\npattern = "{}"\naction = "{}"\n'.format(*each)
        for each in (("make", "allow"), ("git push", "deny"))
    )
    rules.write_text(allow + deny)
    own = (await read(house.options(), SystemClock())).gate
    users = (await read(house.options(identity=identity(ANNA)), SystemClock())).gate
    assert [(rule.pattern, rule.action) for rule in own.rules if rule.tool == "bash"] == [
        ("make", "allow"),
        ("git push", "deny"),
    ]
    assert [(rule.pattern, rule.action) for rule in users.rules if rule.tool == "bash"] == [("git push", "deny")]


@pytest.mark.parametrize("owner", [("..", "anna"), ("acme", "a\x00b"), ("\ud800", "anna"), ("acme", "a" * 300)])
async def test_no_session_is_opened_for_an_id_that_could_become_another(house: House, owner: tuple[str, str]) -> None:
    with pytest.raises(ConfigError, match="no session is opened for it"):
        async with house.session("Hello.", identity=identity(owner)):
            raise AssertionError(owner)


def asking(house: House, settings: str = "") -> Options:
    return house.options(settings=settings)


def workspace(house: House, owner: tuple[str, str], settings: str = "") -> Path:
    options = asking(house, settings)
    places = directories(options.environment, house.folder)
    return workspace_of(configuration(options), places, house.folder, Owner(tenant=owner[0], user=owner[1]))


def test_each_user_works_in_a_folder_of_their_own(house: House) -> None:
    places = {workspace(house, owner) for owner in (ANNA, BOB, EVE, ("", ""), ("a/../b", "/etc"))}
    assert len(places) == 5
    assert {place.parent.parent for place in places} == {house.folder / ".heartbit/workspaces"}
    elsewhere = f'[workspace]\nroot = "{house.folder}/w"'
    assert workspace(house, ANNA, elsewhere).parent.parent == house.folder / "w"


def test_a_workspace_in_a_repository_or_in_heartbits_own_folders_is_refused(house: House) -> None:
    subprocess.run(["git", "init", "-q", str(house.folder / "repo")], check=True)
    with pytest.raises(ConfigError, match="a repository, all of which would be every user's"):
        workspace(house, ANNA, f'[workspace]\nroot = "{house.folder}/repo/w"')
    with pytest.raises(ConfigError, match="heartbit's own"):
        workspace(house, ANNA, f'[workspace]\nroot = "{house.folder}/.local/share/heartbit/w"')


@pytest.mark.security("D6", n=5)
async def test_commands_of_a_user_do_not_see_the_data_of_all_nor_the_folders_of_others(house: House) -> None:
    others = workspace(house, BOB)
    (others / "secret.txt").write_text("bob's secret")
    own = workspace(house, ANNA)
    async with house.session("Hello.") as seen:  # so that there is a file with all sessions
        await seen.ask("hello")
    places = (others, store_of(house), house.folder / "settings.toml", others.parent)
    line = (
        "; ".join(f"cat {place} {place}/* 2>&1 | head -c 300" for place in places)
        + "; echo own > mine.txt; cat mine.txt"
    )
    command = {"blocks": [{"call": "bash", "input": {"command": line}}]}
    given = house.options([command, "Done."], identity=identity(ANNA), cwd=own, mode=Mode.YOLO)
    options = replace(given, environment={**given.environment, "HEARTBIT_SANDBOX": "true"})
    if not isinstance((await read(options, SystemClock())).sandbox, Active):
        pytest.skip("no sandbox works on this machine")
    async with opened(options) as found:
        seen = Seen(found)
        await seen.ask("look around")
        (done,) = seen.of(ToolCallCompleted)
    assert "bob's secret" not in done.output
    assert "SQLite format" not in done.output
    assert "[provider]" not in done.output
    assert "own\n\n(exit code: 0)" in done.output


async def test_all_sessions_of_a_user_have_one_exchange_and_those_of_others_their_own(house: House) -> None:
    async with issuer() as found:
        found.known = {"anna's", "bob's"}
        options = house.options(settings=EXCHANGE.format(url=found.url))
        settings, clock = await read(options, SystemClock()), SystemClock()
        held = {ANNA: "anna's", BOB: "bob's"}
        signs = exchanger(settings.config, lambda user, tenant: held.get((tenant, user), ""), clock)
        assert signs is not None

        async def header(owner: tuple[str, str]) -> str | None:
            asked = house.options(settings=EXCHANGE.format(url=found.url), identity=identity(owner, signs=signs))
            signer = of_user(asked, settings, clock)
            assert signer is not None
            return await signer.header()

        headers = [await header(owner) for owner in (ANNA, ANNA, BOB, ANNA)]
        assert headers == ["Bearer access1", "Bearer access1", "Bearer access2", "Bearer access1"]
        assert [form["subject_token"] for form in found.forms] == ["anna's", "bob's"]
