"""Tokens for the daemon: made and hashed by a command, and its own shown and replaced."""

import json
from pathlib import Path

import pytest

from heartbit_tui.auth.bearer import Tokens, entries_of
from heartbit_tui.testing.clock import EPOCH
from tests.headless.machine import Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(root=tmp_path).made()


async def test_a_new_token_comes_with_what_the_settings_know_it_by(machine: Machine) -> None:
    done = await machine.run("auth", "token")
    token, *rest = done.out.decode().splitlines()
    (line,) = (each for each in rest if each.startswith("bearer_tokens = "))
    (digest,) = json.loads(line.partition(" = ")[2])
    assert (done.code, Tokens(entries_of([digest])).find(token, EPOCH) is not None) == (0, True)
    assert token not in "".join(rest)
    other = json.loads((await machine.run("auth", "token", "--json")).out)
    assert other["token"] != token
    assert Tokens(entries_of([other["hash"]])).find(other["token"], EPOCH) is not None


async def test_a_token_of_ones_own_is_hashed_and_not_shown(machine: Machine) -> None:
    done = await machine.run("auth", "token", "--hash", input=b"my own token of 30 letters\n")
    assert (done.code, done.out) == (52, b"")
    assert "no spaces" in done.err
    done = await machine.run("auth", "token", "--hash", input=b"my-own-token-of-30-letters\n")
    assert Tokens(entries_of([done.out.decode().strip()])).find("my-own-token-of-30-letters", EPOCH) is not None
    assert "my-own" not in done.err


async def test_the_token_of_the_daemon_is_the_same_until_it_is_replaced(machine: Machine) -> None:
    first, second = [(await machine.run("auth", "token", "--own")).out for _ in range(2)]
    rotated = await machine.run("auth", "token", "--own", "--rotate")
    assert first == second != rotated.out
    assert (await machine.run("auth", "token", "--own")).out == rotated.out
    assert "counts no more" in rotated.err


@pytest.mark.parametrize("words", [("--rotate",), ("--own", "--hash")])
async def test_flags_that_do_not_go_together_are_told(machine: Machine, words: tuple[str, ...]) -> None:
    assert (await machine.run("auth", "token", *words)).code == 2
