import shlex
import subprocess
from dataclasses import replace
from pathlib import Path

from heartbit_tui.demo import project, script
from heartbit_tui.demo.settings import command_for, is_instant, options_for_demo
from heartbit_tui.kernel.messages import Text, ToolCall
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.providers.script import Player, Reply
from heartbit_tui.runtime.options import Options

ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin"}


def run_tests(directory: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        shlex.split(project.command()), cwd=directory, capture_output=True, text=True, timeout=30, check=False
    )


def test_the_sample_fails_and_the_edit_of_the_script_mends_it(tmp_path: Path) -> None:
    directory = project.copy_to(tmp_path / "pulse")
    broken = run_tests(directory)
    source = directory / "pulse.py"
    code = source.read_text()
    assert code.count(script.BROKEN) == 1
    source.write_text(code.replace(script.BROKEN, script.MENDED))
    mended = run_tests(directory)
    assert (broken.returncode, mended.returncode) == (1, 0)
    assert "\nOK" not in broken.stderr
    assert "\nOK" in mended.stderr
    assert sorted(file.name for file in directory.iterdir()) == ["README.md", "pulse.py", "test_pulse.py"]


def test_the_throw_away_copy_is_gone_afterwards() -> None:
    with project.throw_away() as directory:
        assert (directory / "pulse.py").is_file()
    assert not directory.parent.exists()


def test_without_a_python_on_the_path_this_one_runs_the_tests(tmp_path: Path) -> None:
    assert project.command(str(tmp_path)).endswith(project.TEST)
    assert Path(shlex.split(project.command(str(tmp_path)))[0]).is_file()


def test_the_script_reads_plans_fails_edits_passes_and_answers() -> None:
    player = Player(script.replies("TESTS", instant=True))
    answers = ("the task", "files", "todos", "\nFAILED", "edited", "Ran\n\nOK", "1 gaps = len(beats) - 1", "and now?")
    played = [player.next(last=last) for last in answers]
    assert [calls(reply) for reply in played] == [
        ["read", "read"],
        ["todowrite"],
        ["bash"],
        ["edit"],
        ["bash"],
        ["todowrite", "read"],
        [],
        [],
    ]
    assert words(played[0]).startswith("No model is behind this")
    assert "no model is behind" in words(played[6])
    assert "ends here" in words(played[7])


def test_the_script_claims_no_success_that_the_tests_do_not_show() -> None:
    player = Player(script.replies("TESTS", instant=True))
    for last in ("the task", "files", "todos", "\nFAILED", "edited"):
        player.next(last=last)
    assert words(player.next(last="\nFAILED (failures=1)")).startswith("The script of this demonstration ends here")


def test_a_refusal_ends_the_script_wherever_it_comes() -> None:
    for refusal in ("The user refused this call and says: no", "Permission denied: The edit tool would change files."):
        for steps in range(5):
            player = Player(script.replies("TESTS", instant=True))
            for _ in range(steps):
                player.next(last="something")
            assert words(player.next(last=refusal)).startswith("You refused")


def test_the_script_takes_less_than_fifteen_seconds_to_play() -> None:
    def seconds(reply: Reply) -> float:
        length = sum(len(str(block)) for block in reply.blocks)
        return reply.wait + reply.pace * (length / reply.chunk + 2 * len(reply.blocks))

    steps = [reply for reply in script.replies("python3 -B -m unittest") if reply.times == 1]
    assert 3 < sum(map(seconds, steps)) < 13
    assert sum(map(seconds, script.replies("TESTS", instant=True))) == 0


def test_headless_lets_edits_and_the_one_command_pass_and_a_conversation_asks(tmp_path: Path) -> None:
    headless = Options(cwd=Path("/"), environment=ENVIRONMENT, surface="headless", demo=True)
    chat = Options(cwd=Path("/"), environment=ENVIRONMENT, surface="repl", demo=True)
    rule = f"bash({command_for(headless)})"
    kept = Options(cwd=tmp_path, environment=ENVIRONMENT, demo=True, bare=True, ephemeral=True)
    assert options_for_demo(headless, tmp_path) == replace(
        kept, surface="headless", mode=Mode.ACCEPT_EDITS, allow=(rule,)
    )
    assert options_for_demo(chat, tmp_path) == replace(kept, surface="repl", mode=Mode.ASK)


def test_the_environment_can_leave_out_the_waiting() -> None:
    assert [is_instant(each) for each in ({}, {"HEARTBIT_DEMO_INSTANT": "0"}, {"HEARTBIT_DEMO_INSTANT": "1"})] == [
        False,
        False,
        True,
    ]


def calls(reply: Reply | None) -> list[str]:
    assert reply is not None
    return [block.name for block in reply.blocks if isinstance(block, ToolCall)]


def words(reply: Reply | None) -> str:
    assert reply is not None
    return "".join(block.text for block in reply.blocks if isinstance(block, Text))
