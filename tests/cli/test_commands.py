"""The commands around sessions, each as a process on a machine of its own."""

import json
import os
import pty
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from heartbit_tui import __version__
from tests.headless.machine import Machine, ended, says, service

KEY = "sk-ant-0123456789abcdefghij"


@pytest.mark.parametrize("flag", ["--version", "-V"])
async def test_the_version_is_told(machine: Machine, flag: str) -> None:
    done = await machine.run(flag)
    assert (done.code, done.text, done.err) == (0, f"heartbit {__version__}\n", "")


@pytest.mark.parametrize(
    "words", [("--help",), ("-h",), ("help",), ("help", "run"), ("run", "--help"), ("sessions", "list", "-h")]
)
async def test_help_goes_to_stdout(machine: Machine, words: tuple[str, ...]) -> None:
    done = await machine.run(*words)
    assert (done.code, done.err) == (0, "")
    assert "heartbit" in done.text


async def test_help_on_what_is_not_there_is_wrong_usage(machine: Machine) -> None:
    done = await machine.run("help", "frobnicate")
    assert (done.code, done.out) == (2, b"")


async def test_settings_are_explained_with_file_and_line(machine: Machine) -> None:
    machine.config('[limits]\nmax_turns = 7\n\n[provider]\nmodel = "m"\n')
    done = await machine.run("config", "explain", "limits.max_turns")
    assert done.text.split() == ["limits.max_turns", "7", "~/.config/heartbit/config.toml:2"]
    rows = json.loads((await machine.having(HEARTBIT_MODEL="n").run("config", "explain", "--json")).text)
    (model,) = [row for row in rows if row["key"] == "provider.model"]
    assert (model["value"], "HEARTBIT_MODEL" in model["source"]) == ("n", True)
    wrong = await machine.run("config", "explain", "limits.max_turn")
    assert (wrong.code, wrong.out) == (52, b"")


async def test_the_files_of_settings_are_named(machine: Machine) -> None:
    machine.config("")
    first, *others = (await machine.run("config", "path")).text.splitlines()
    assert first == f"{machine.home}/.config/heartbit/config.toml"
    assert all(line.endswith("(not there)") for line in others)


async def test_a_key_from_stdin_is_kept_privately_counts_and_is_never_shown(machine: Machine) -> None:
    login = await machine.run("auth", "login", "anthropic", input=f"{KEY}\n".encode())
    assert login.code == 0
    (file,) = [path for path in machine.home.rglob("*") if path.is_file() and KEY in path.read_text()]
    assert file.stat().st_mode & 0o777 == 0o600
    status = await machine.run("auth")
    assert any(line.split()[0] == "anthropic" and "no key" not in line for line in status.text.splitlines())
    async with service(machine, says()) as (server, _):
        done = await machine.having(ANTHROPIC_BASE_URL=server.url).run("-p", "hi")
        assert done.text == "Hello.\n"
        assert server.requests[0].headers["x-api-key"] == KEY
    told = [login, status, done, await machine.run("doctor")]
    assert [each for each in told if KEY in each.text + each.err] == []
    assert (await machine.run("auth", "logout", "anthropic")).code == 0
    assert KEY not in file.read_text()


@pytest.mark.parametrize(
    ("name", "key"), [(KEY + "x" * 20, "k"), ("anthropic", ""), ("anthropic", "two words"), ("a b", "k")]
)
async def test_what_is_no_provider_or_no_key_is_refused(machine: Machine, name: str, key: str) -> None:
    done = await machine.run("auth", "login", name, input=key.encode())
    assert done.code in (2, 52)
    assert KEY not in done.err


async def test_the_doctor_tells_facts_without_keys_or_the_persons_name(machine: Machine) -> None:
    async with service(machine, says()) as (_, known):
        done = await known.having(ANTHROPIC_API_KEY=KEY).run("doctor")
        facts = json.loads((await known.run("doctor", "--json")).text)
    assert done.code == 0
    assert KEY not in done.text
    assert str(machine.home) not in done.text
    names = {fact["name"] for fact in facts}
    assert {"python", "terminal", "config folder", "data folder", "bash", "git", "rg", "sqlite", "sessions"} <= names
    assert {"settings", "key anthropic", "anthropic"} <= names
    assert {fact["state"] for fact in facts} <= {"ok", "note"}


async def test_the_doctor_finds_wrong_settings_a_damaged_file_and_a_silent_service(machine: Machine) -> None:
    machine.config("[limits]\nmax_turn = 7\n")
    data = machine.home / ".local/share/heartbit"
    data.mkdir(parents=True)
    (data / "heartbit.db").write_bytes(b"no database at all, but long enough to look like one" * 100)
    done = await machine.with_service("http://127.0.0.1:9").run("doctor", "--json")
    facts = {fact["name"]: fact for fact in json.loads(done.text)}
    assert done.code == 1
    assert {name for name, fact in facts.items() if fact["state"] == "bad"} == {"settings", "sessions"}
    assert (facts["anthropic"]["state"], "does not answer" in facts["anthropic"]["what"]) == ("note", True)


async def test_trust_is_listed_given_and_taken(machine: Machine) -> None:
    assert (await machine.run("trust")).text == ""
    (machine.project / "heartbit.toml").write_text("[limits]\nmax_turns = 3\n")
    added = await machine.run("trust", "add")
    assert f"{machine.project} is trusted, with heartbit.toml" in added.text
    assert (await machine.run("trust", "list")).text.strip() == str(machine.project)
    (machine.project / "heartbit.toml").write_text("[limits]\nmax_turns = 4\n")
    assert "changed: heartbit.toml" in (await machine.run("trust", "list")).text
    assert (await machine.run("trust", "remove", str(machine.project))).code == 0
    assert (await machine.run("trust", "list")).text == ""
    assert (await machine.run("trust", "add", "none")).code == 2


async def test_learned_rules_are_listed_and_revoked(machine: Machine) -> None:
    file = machine.home / ".config/heartbit/permissions.toml"
    file.parent.mkdir(parents=True)
    file.write_text(
        '[[rules]]\ntool = "bash"\npattern = "make test"\naction = "allow"\n\n'
        '[[rules]]\ntool = "read"\npattern = "*.key"\naction = "deny"\n'
    )
    listed = (await machine.run("permissions")).text.splitlines()
    assert [" ".join(line.split()) for line in listed] == [
        "allow bash(make test) everywhere",
        "deny read(*.key) everywhere",
    ]
    revoked = await machine.run("permissions", "revoke", "bash(make test)")
    assert (revoked.code, revoked.text) == (0, "revoked: allow bash(make test) everywhere\n")
    assert (await machine.run("permissions")).text.split() == ["deny", "read(*.key)", "everywhere"]
    assert (await machine.run("permissions", "revoke", "bash(make test)")).code == 2


async def test_models_are_listed_with_prices(machine: Machine) -> None:
    table = json.loads((await machine.run("models", "--json")).text)
    assert table["claude-opus-5"]["input"] == 5
    assert "claude-opus-5" in (await machine.run("models")).text


async def test_a_list_cut_short_by_its_reader_is_quiet(machine: Machine) -> None:
    read, write = os.pipe()
    os.close(read)
    done = await machine.run("models", stdout=write)
    os.close(write)
    assert (done.code, done.err) == (141, "")


async def test_on_a_terminal_the_answer_cannot_steer_it_and_no_task_is_told(machine: Machine) -> None:
    control, terminal = pty.openpty()
    async with service(machine, says("\x1b]0;owned\x07red")) as (_, known):
        process = await known.start("-p", "hi", stdin=terminal, stdout=terminal, stderr=subprocess.PIPE)
        os.close(terminal)
        done = await ended(process)
    shown = os.read(control, 10_000)
    os.close(control)
    assert (done.code, shown) == (0, b"\\x1b]0;owned\\x07red\r\n")
    control, terminal = pty.openpty()
    done = await machine.run(stdin=terminal)
    os.close(terminal)
    os.close(control)
    assert (done.code, "There is no task" in done.err) == (2, True)


async def test_chat_is_dispatched_and_ends_with_its_input(machine: Machine) -> None:
    done = await machine.having(HEARTBIT_DEMO_INSTANT="1").run("chat", "--demo", "--plain", input=b"")
    assert done.code == 0
    assert "No model is behind it" in done.text + done.err
    wrong = await machine.run("chat", "--cwd", "none")
    assert (wrong.code, "no such directory" in wrong.err) == (2, True)


async def test_without_a_home_in_the_environment_the_persons_own_is_meant(machine: Machine) -> None:
    homeless = {name: value for name, value in machine.variables.items() if name != "HOME"}
    told = (await machine.run("config", "path", env=homeless)).text
    assert str(Path(pwd.getpwuid(os.getuid()).pw_dir) / ".config/heartbit") in told


async def test_a_line_is_explained_command_by_command(machine: Machine) -> None:
    file = machine.home / ".config/heartbit/permissions.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('[[rules]]\ntool = "bash"\npattern = "rm:*"\naction = "deny"\n')
    line = "git log -3 | sudo tee notes && sh -c 'rm x' > out.txt"
    told = json.loads((await machine.run("permissions", "explain", "--json", "--mode", "accept-edits", line)).text)
    assert (told["decision"], told["mode"]) == ("deny", "accept-edits")
    assert [(part["what"], part["where"], part["decision"]) for part in told["parts"]] == [
        ("git log -3", "at character 1", "allow"),
        ("sudo tee notes", "at character 14", "ask"),
        ("sh -c rm x", "at character 32", "deny"),
        ("rm x", "in a script that the line hands to a shell", "deny"),
        ("> out.txt", "redirection", "allow"),
    ]
    assert "rm:*" in told["parts"][3]["why"]
    plain = (await machine.run("permissions", "explain", "ls; make test")).text.splitlines()
    assert plain[0].split()[:2] == ["allow", "ls"]
    assert plain[1].endswith("no rule allows it, and it is not known to do nothing but read")
    assert plain[-1].startswith("The whole: ask in the ask mode (by ask mode).")


async def test_a_call_of_another_tool_is_explained_by_what_it_touches(machine: Machine) -> None:
    arguments = json.dumps({"file_path": ".git/config", "content": ""})
    told = json.loads((await machine.run("permissions", "explain", "--json", "--tool", "write", arguments)).text)
    [part] = told["parts"]
    assert (told["decision"], told["rule"]) == ("ask", "protected files")
    assert (part["where"], part["why"]) == ("write", ".git decides what runs or what is allowed")
    assert (await machine.run("permissions", "explain", "--tool", "write", "no json")).code == 2


async def test_calls_are_judged_line_by_line_and_a_bad_line_ends_nothing(machine: Machine) -> None:
    calls = (
        {"id": 1, "tool": "bash", "input": {"command": "git log -3 | head"}, "mode": "plan"},
        {"id": 2, "tool": "bash", "input": {"command": "npm test"}, "mode": "ask", "allow": ["bash(npm test:*)"]},
        {"id": 3, "tool": "bash", "input": {"command": "ls; sudo rm x"}, "mode": "yolo", "deny": ["bash(rm:*)"]},
        {"id": 4, "tool": "bash", "input": {"command": "ls\u200b"}},
        {"id": 5, "tool": "bash", "input": {"command": "ls"}, "mode": "never"},
    )
    lines = "\n".join(("nonsense", "[]", *map(json.dumps, calls))).encode()
    done = await machine.run("permissions", "test", "--json", "--stdin", input=lines)
    answers = [json.loads(line) for line in done.text.splitlines()]
    assert [(one["id"], one.get("decision", "error")) for one in answers] == [
        *((None, "error"), (None, "error"), (1, "allow"), (2, "allow"), (3, "deny"), (4, "ask"), (5, "error"))
    ]
    assert answers[5]["shown"] == "ls<U+200B>"
    assert (await machine.run("permissions", "test")).code == 2


async def test_a_full_disk_behind_stdout_is_told(machine: Machine) -> None:
    """What goes to stderr is one line and no trace, and the exit code is no success."""
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        for words in (("--help",), ("config", "explain"), ("config", "explain", "--json")):
            done = await machine.run(*words, stdout=full)
            assert (done.code, "could not be written: No space left" in done.err) == (1, True)
        async with service(machine, says("Hello")) as (_, there):
            done = await there.run("-p", "hi", stdout=full)
            assert (done.code, "could not be written: No space left" in done.err) == (141, True)
    finally:
        os.close(full)


def test_a_list_of_heartbeats_is_shown_without_what_speaks_with_models() -> None:
    program = (
        "import sys, heartbit_tui.cli.heartbeat; print([each for each in ('httpx', 'pydantic') if each in sys.modules])"
    )
    assert subprocess.run((sys.executable, "-c", program), capture_output=True, text=True, check=True).stdout == "[]\n"
