"""An ask that nobody can answer: denied and reported, or the end of the run; never a wait, never a pass."""

import pytest

from heartbit_tui.providers.script import call
from tests.headless.machine import Machine, bash, calls, kept, says, service

TOUCH = "touch made.txt"


async def test_an_ask_is_denied_and_reported(machine: Machine) -> None:
    async with service(machine, bash(TOUCH), says("I may not.")) as (_, known):
        done = await known.stream("-p", "hi")
    result = kept(done)
    assert (done.code, result["result"]) == (0, "I may not.")
    (denial,) = result["permission_denials"]
    assert (denial["tool_name"], denial["tool_input"]) == ("bash", {"command": TOUCH})
    (line,) = [line for line in done.lines if line.get("subtype") == "permission_denied"]
    assert {key: line[key] for key in denial} == denial
    assert not (machine.project / "made.txt").exists()


async def test_a_denial_is_told_in_text_too(machine: Machine) -> None:
    async with service(machine, bash(TOUCH), says("I may not.")) as (_, known):
        done = await known.run("-p", "hi", "--approve")
    assert (done.code, done.text) == (0, "I may not.\n")
    assert any(line.startswith("denied: bash") for line in done.err.splitlines())


async def test_an_ask_can_end_the_run(machine: Machine) -> None:
    async with service(machine, bash(TOUCH), says("never")) as (server, known):
        done = await known.stream("-p", "hi", "--on-ask", "fail")
    result = kept(done)
    assert (done.code, result["subtype"]) == (77, "error_permission")
    assert len(server.requests) == 1
    assert not (machine.project / "made.txt").exists()


@pytest.mark.parametrize(
    ("flags", "passes"),
    [
        ((), False),
        (("--allow", f"bash({TOUCH})"), True),
        (("--allow", "bash(touch other.txt)"), False),
        (("--allow", f"bash({TOUCH})", "--deny", "bash(touch *)"), False),
        (("--permission-mode", "accept-edits"), False),
        (("--permission-mode", "auto", "--deny", "bash(touch *)"), False),
        (("--permission-mode", "plan"), False),
        (("--permission-mode", "yolo"), True),
        (("--permission-mode", "yolo", "--deny", "bash(touch *)"), False),
        (("--approve", "--on-ask", "deny"), False),
    ],
)
async def test_flags_decide_what_passes(machine: Machine, flags: tuple[str, ...], passes: bool) -> None:
    async with service(machine, bash(TOUCH), says()) as (_, known):
        done = await known.stream("-p", "hi", *flags)
    result = kept(done)
    assert (machine.project / "made.txt").exists() == passes
    assert len(result["permission_denials"]) == (not passes)


@pytest.mark.parametrize("enabled", ["true", "false"])
async def test_the_auto_mode_lets_a_command_pass_where_it_is_sandboxed(machine: Machine, enabled: str) -> None:
    machine = machine.having(HEARTBIT_SANDBOX=enabled)
    async with service(machine, bash(TOUCH), says()) as (_, known):
        done = await known.stream("-p", "hi", "--permission-mode", "auto")
    if enabled == "true" and "without a sandbox" in done.out.decode():
        pytest.skip("no sandbox works here")
    assert len(kept(done)["permission_denials"]) == (enabled == "false")
    assert (machine.project / "made.txt").exists() == (enabled == "true")


async def test_edits_pass_in_their_mode_and_stay_inside_the_project(machine: Machine) -> None:
    inside, outside = (
        call("write", file_path="in.txt", content="x"),
        call("write", file_path=str(machine.root / "out.txt"), content="x"),
    )
    async with service(machine, calls(inside, outside), says()) as (_, known):
        done = await known.stream("-p", "hi", "--permission-mode", "accept-edits")
    result = kept(done)
    assert result["changed_files"] == [str(machine.project / "in.txt")]
    assert [denial["tool_name"] for denial in result["permission_denials"]] == ["write"]
    assert not (machine.root / "out.txt").exists()


async def test_a_further_directory_counts_as_part_of_the_project(machine: Machine) -> None:
    other = machine.root / "other"
    other.mkdir()
    wanted = call("write", file_path=str(other / "out.txt"), content="x")
    async with service(machine, calls(wanted), says()) as (_, known):
        done = await known.stream("-p", "hi", "--permission-mode", "accept-edits", "--add-dir", "../other")
    assert kept(done)["changed_files"] == [str(other / "out.txt")]


async def test_a_question_of_the_model_is_declined_and_never_waited_for(machine: Machine) -> None:
    asked = call(
        "question",
        questions=[
            {
                "question": "Which?",
                "header": "W",
                "options": [{"label": "a", "description": "A"}, {"label": "b", "description": "B"}],
            }
        ],
    )
    async with service(machine, calls(asked), says("Then I choose.")) as (_, known):
        done = await known.stream("-p", "hi", "--on-ask", "fail")
    assert kept(done)["result"] == "Then I choose."
    assert done.seconds < 10
