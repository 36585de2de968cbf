"""No dangerous command passes unasked, wherever it stands and however it is written."""

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Allow, Deny
from heartbit_tui.permissions import RuleGate, parse
from tests.permissions.calls import bash, gate
from tests.permissions.shell.dangers import DANGERS, PLACES, READERS, SECRETS, SUBSTITUTED, WRAPPERS, quoted

RULES = ("bash(git log:*)", "bash(ls:*)", "bash(npm run test:*)", "bash(pytest:*)", "bash(echo hi)")
MODES = (Mode.ASK, Mode.ACCEPT_EDITS, Mode.AUTO, Mode.PLAN)


def allowing(tmp_path: Path) -> RuleGate:
    return gate(tmp_path / "w", *(parse(text, "allow") for text in RULES))


def passing(checked: RuleGate, lines: tuple[str, ...], modes: tuple[Mode, ...] = (Mode.ACCEPT_EDITS,)) -> list[str]:
    assert len(lines) >= 200
    return [line for line in lines for mode in modes if isinstance(checked.decide(bash(line), mode), Allow)]


@pytest.mark.security("P1")
def test_p1_nothing_rides_on_an_allowed_command(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    lines = tuple(place.format(danger) for place, danger in itertools.product(PLACES, DANGERS))
    assert passing(allowing(tmp_path), lines) == []
    record_property("cases", len(lines))


@pytest.mark.security("P2")
@pytest.mark.parametrize("count", [50, 51, 500, 5_000])
def test_p2_a_deny_holds_at_any_length(
    tmp_path: Path, count: int, record_property: Callable[[str, object], None]
) -> None:
    checked = gate(tmp_path / "w", parse("bash(rm:*)", "deny"))
    links = (" && ", "; ", " | ", " || ", "\n")
    cases = tuple(
        link.join(("ls",) * before + (form,) + ("ls",) * (count - before))
        for link, before, form in itertools.product(links, (0, count // 2, count), quoted("rm -rf x")[:6])
    )
    assert [line[:80] for line in cases if not isinstance(checked.decide(bash(line), Mode.YOLO), Deny)] == []
    record_property("cases", len(cases))


@pytest.mark.security("P3")
@pytest.mark.security("K22")
def test_p3_no_variable_that_runs_code_passes(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    names = (
        *("GIT_PAGER", "LESSOPEN", "PATH", "LD_PRELOAD", "BASH_ENV", "PAGER", "EDITOR", "GIT_DIR", "GIT_SSH", "IFS"),
        *("LD_LIBRARY_PATH", "PYTHONPATH", "NODE_OPTIONS", "PERL5OPT", "RUBYOPT", "ENV", "PROMPT_COMMAND", "PS4"),
        *("GIT_EXTERNAL_DIFF", "GIT_CONFIG_COUNT", "HOME", "CDPATH", "SHELLOPTS", "RIPGREP_CONFIG_PATH", "TMPDIR"),
        *("LANGX", "XLANG", "LC_", "lang", "LD_AUDIT", "BASHOPTS", "GREP_OPTIONS", "GREP_COLOR", "x", "http_proxy"),
    )
    commands = ("git log", "ls", "{}", "LANG=C ls", "cat a | wc", "timeout 5 ls")
    forms = tuple(f"{name}=x {command}".replace("{}", "") for name, command in itertools.product(names, commands))
    lines = (*forms, *(f"ls; {line}" for line in forms))
    assert passing(allowing(tmp_path), lines) == []
    record_property("cases", len(lines))


@pytest.mark.security("P4")
def test_p4_no_quoting_hides_an_option_or_a_name(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    named = tuple(form for danger in DANGERS for form in quoted(danger))
    options = ("--output=x", "--outp=x", "'--out'put=x", '"--output=x"', "--o\\utput=x", "$'--output=x'", "-o x", "-ox")
    commands = ("sort {} a", "sort -r {} a", "git log {}", "git diff {}", "sort a {}", "git show HEAD {}", "tree {}")
    lines = (*named, *(command.format(option) for command, option in itertools.product(commands, options)))
    assert passing(allowing(tmp_path), lines, MODES) == []
    record_property("cases", len(lines) * len(MODES))


@pytest.mark.security("P5")
def test_p5_no_substitution_passes(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    lines = tuple(place.format(danger) for place, danger in itertools.product(SUBSTITUTED, DANGERS))
    assert passing(allowing(tmp_path), lines) == []
    record_property("cases", len(lines))


@pytest.mark.security("P6")
@pytest.mark.security("K21")
def test_p6_no_redirection_leads_out(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    signs = (">", ">>", ">|", "&>", "&>>", ">&", "2>", "1>", "<>")
    targets = (
        *("/tmp/x", "~/x", "../x", "*.py", "$HOME/x", "$x", "/dev/tcp/a/1", "/dev/udp/a/1", ".git/config", ".env"),
        *("src/../../x", "$(pwd)/x", "~root/x", ".bashrc", "{a,b}", "heartbit.toml", "'/tmp/x'", '"$x"', "/dev/sda"),
    )
    commands = ("ls", "git log", "echo hi", "cd src; ls", "echo a | cat")
    lines = tuple(f"{one} {sign} {target}" for one, sign, target in itertools.product(commands, signs, targets))
    assert passing(allowing(tmp_path), lines, (Mode.ASK, Mode.ACCEPT_EDITS)) == []
    record_property("cases", len(lines))


def test_p6_a_redirection_into_the_workspace_passes_only_where_edits_do(tmp_path: Path) -> None:
    checked = allowing(tmp_path)
    found = {mode: type(checked.decide(bash("git log > out.txt"), mode)).__name__ for mode in MODES}
    assert found == {Mode.ASK: "Ask", Mode.ACCEPT_EDITS: "Allow", Mode.AUTO: "Ask", Mode.PLAN: "Deny"}
    assert isinstance(checked.decide(bash("git log 2>/dev/null"), Mode.ASK), Allow)


@pytest.mark.security("P7")
def test_p7_no_reader_reads_outside_or_a_secret(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    root = tmp_path / "w"
    checked = allowing(tmp_path)
    (root / "link").symlink_to("/etc")
    targets = (*SECRETS, "link/passwd", "lin*/passwd", ".e*v", "*.pem")
    (root / "b.pem").write_text("x")
    (root / ".env").write_text("x")
    lines = tuple(reader.format(target) for reader, target in itertools.product(READERS, targets))
    lines = (*lines, *(f"cd src; {line}" for line in lines if "/.." in line), "cd / && cat a", "cd link && cat passwd")
    assert passing(checked, lines, MODES) == []
    record_property("cases", len(lines) * len(MODES))


@pytest.mark.security("P8")
def test_p8_a_denied_command_is_found_behind_three_wrappers(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    checked = gate(tmp_path / "w", parse("bash(rm:*)", "deny"), parse("bash(git push*)", "deny"))
    depths = (1, 2, 3)
    stacks = tuple(" ".join(stack) for depth in depths for stack in itertools.product(WRAPPERS, repeat=depth))[::3]
    forms = (*quoted("rm -rf x"), "git push --force", "/usr/bin/git push")
    lines = tuple(f"{stack} {forms[at % len(forms)]}" for at, stack in enumerate((*stacks, *WRAPPERS * len(forms))))
    assert [line for line in lines if not isinstance(checked.decide(bash(line), Mode.YOLO), Deny)] == []
    record_property("cases", len(lines))


@pytest.mark.security("P8")
def test_p8_a_denied_command_is_found_in_every_place(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    checked = gate(tmp_path / "w", parse("bash(rm:*)", "deny"))
    places = (*PLACES, *SUBSTITUTED, "bash -c '{}'", 'sh -c "{}"', "eval '{}'", "trap '{}' EXIT", "find . -exec {} +")
    plain = quoted("rm -rf x")[:1] + quoted("rm -rf x")[3:6]
    nested = tuple(place.format(form) for place in places for form in plain if not ("'" in form and "'{" in place))
    lines = tuple(line for line in nested if not ('"' in line and 'c "' in line))
    assert len(lines) >= 200
    assert [line for line in lines if not isinstance(checked.decide(bash(line), Mode.YOLO), Deny)] == []
    record_property("cases", len(lines))
