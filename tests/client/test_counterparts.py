"""Language servers and agents of others in words: how each stands, and all that is known of it."""

import pytest

from heartbit_tui.a2a.types import Card, Status
from heartbit_tui.client.counterparts import NONE, Counterpart, of_agents, of_languages, told
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.lsp.programs import PROGRAMS
from heartbit_tui.lsp.types import AtWork, Counts, Standing

RUFF = next(each for each in PROGRAMS if each.name == "ruff")
COMMAND = ("/home/ada/.local/bin/ruff", "server")
CARD = Card(
    name="Helper",
    description="Helps.",
    skills=(("sum", "Adds numbers"), ("bare", "")),
    endpoint="https://agents.example.com/rpc",
    binding="JSONRPC",
    version="1.0",
    streams=True,
)


def test_a_program_is_told_with_its_servers_and_what_they_count() -> None:
    at_work = (
        AtWork(root="/home/ada/shop", state="ready", files=2, counts=Counts(errors=1, warnings=2)),
        AtWork(root="/work", state="idle"),
    )
    (found,) = of_languages([Standing(program=RUFF, command=COMMAND, at_work=at_work)], "/home/ada")
    assert found == Counterpart(
        name="ruff",
        tone="ok",
        state="at work",
        note="2 files open, 1 error, 2 warnings; 0 files open, nothing wrong",
        facts=(
            ("state", "at work"),
            ("runs", "~/.local/bin/ruff server"),
            ("for", "Python (lint)"),
            ("in", "~/shop: at work, 2 files open, 1 error, 2 warnings"),
            ("in", "/work: not started yet, 0 files open, nothing wrong"),
        ),
    )


def test_a_program_that_waits_and_one_that_is_not_there_say_so() -> None:
    found = of_languages([Standing(program=RUFF, command=COMMAND), Standing(program=RUFF, why="not on the PATH")])
    assert [(each.tone, each.line) for each in found] == [
        ("idle", "not started yet; Python"),
        ("off", "not here; not on the PATH"),
    ]


def test_an_agent_is_told_with_what_it_offers_or_why_it_is_not_there() -> None:
    ready, failed = of_agents(
        [
            Status(url="https://a.example", phase="ready", card=CARD, tool="a2a_helper"),
            Status(url="https://b.example", phase="failed", told="it gives no agent card (404)"),
        ]
    )
    assert ready == Counterpart(
        name="Helper",
        tone="ok",
        state="there",
        note="2 skills; https://a.example",
        facts=(
            ("state", "there"),
            ("at", "https://a.example"),
            ("tool", "a2a_helper"),
            ("name", "Helper"),
            ("does", "Helps."),
            ("spoken to", "https://agents.example.com/rpc (JSONRPC 1.0, streams)"),
            ("skill", "sum: Adds numbers"),
            ("skill", "bare"),
        ),
    )
    assert (failed.name, failed.line) == ("https://b.example", "not there; it gives no agent card (404)")


def test_the_command_tells_all_one_or_that_there_is_none() -> None:
    found = of_languages([Standing(program=RUFF, command=COMMAND)])
    assert told((), "a2a", "") == NONE["a2a"]
    assert told(found, "lsp", "") == "ruff  not started yet; Python"
    assert told(found, "lsp", " ruff ").splitlines()[-1] == "for       Python (lint)"
    with pytest.raises(HeartbitError, match="There is none called “x”"):
        told(found, "lsp", "x")
