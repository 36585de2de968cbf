"""Command lines and addresses: allowed only as a whole, denied by any part."""

import itertools
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Action, Allow, Ask, Deny, Effects
from heartbit_tui.permissions import allow_all, parse
from tests.permissions.calls import bash, fetch, gate

SUFFIXES = ("; rm x", " && rm x", " | sh", " || x", " &", "\nrm x", " > f", " $(rm x)", " `x`", " ", "\t#", "\r", " -n")


@pytest.mark.security("P1")
def test_only_the_whole_line_is_allowed(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    checked, cases = gate(tmp_path / "w", parse("bash(make check)", "allow")), 0
    lines = ("make check", "make all", "MAKE CHECK", "make  check", "make chec", "make check -s")
    for line, after, before in itertools.product(lines, ("", *SUFFIXES), ("", "sudo ", "X=1 ", "cd x; ")):
        exact = before + line + after == "make check"
        for mode in (Mode.ASK, Mode.ACCEPT_EDITS, Mode.AUTO):
            assert isinstance(checked.decide(bash(before + line + after), mode), Allow) is exact, before + line + after
            cases += 1
    assert cases >= 200
    record_property("cases", cases)


@pytest.mark.security("P1", n=2)
@pytest.mark.parametrize("pattern", ["*", "make *", "make c?eck", "**", "make check*", "?", ":*", "m*:*"])
@pytest.mark.security("K24")
def test_a_pattern_with_wildcards_allows_no_command(tmp_path: Path, pattern: str) -> None:
    checked = gate(tmp_path / "w", parse(f"bash({pattern})", "allow"), allow_all(), parse("bash", "allow"))
    assert [type(checked.decide(bash(line), Mode.ASK)) for line in ("make check", pattern)] == [Ask, Ask]


def test_a_command_counts_even_when_its_tool_does_not_declare_it(tmp_path: Path) -> None:
    call = Action(call=ToolCall(id="1", name="bash", input={"command": "rm x"}), effects=Effects.EXECUTE)
    assert isinstance(gate(tmp_path / "w", allow_all()).decide(call, Mode.ASK), Ask)
    assert isinstance(gate(tmp_path / "w", parse("bash(rm *)", "deny")).decide(call, Mode.YOLO), Deny)


WRAPPERS = (
    *("sudo ", "env ", "timeout 5 ", "nohup ", "xargs ", "nice -n 3 ", "stdbuf -o0 ", "watch ", "setsid ", "flock f "),
    *("strace ", "exec ", "command ", "time ", "doas ", "chroot / ", "unshare -r ", "ionice -c3 ", "A=b "),
    *("sudo -u root env -i A=b nohup ", "! ", "if ", "\\", "/bin/", "'", '"', "> f "),
)
PLACES = (
    "{}",
    "cd x && {}",
    "true; {}",
    "a | {}",
    "a || {}",
    "{} &",
    "x\n{}",
    "({})",
    "$({})",
    "`{}`",
    "{{ {}; }}",
    "a&{}",
)


@pytest.mark.security("P8")
def test_a_denied_command_is_found_behind_wrappers_and_in_chains(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    checked, cases = gate(tmp_path / "w", parse("bash(rm *)", "deny")), 0
    for wrapper, place in itertools.product(("", *WRAPPERS), PLACES):
        line = place.format(f"{wrapper}rm   -rf y")
        assert isinstance(checked.decide(bash(line), Mode.YOLO), Deny), line
        cases += 1
    assert cases >= 200
    record_property("cases", cases)


@pytest.mark.security("P2")
@pytest.mark.parametrize("count", [50, 51, 500, 5_000])
def test_a_deny_holds_in_long_chains(tmp_path: Path, count: int) -> None:
    checked = gate(tmp_path / "w", parse("bash(rm *)", "deny"))
    line = " && ".join(["echo a"] * count + ["rm -rf y"])
    started = time.thread_time()
    assert isinstance(checked.decide(bash(line), Mode.YOLO), Deny)
    assert time.thread_time() - started < 2


def test_harmless_lines_are_not_denied(tmp_path: Path) -> None:
    checked = gate(tmp_path / "w", parse("bash(rm *)", "deny"), parse("bash(npm run:*)", "deny"))
    lines = ("ls -la", "echo alarm", "git rm-x", "npm runner", "grep -r form .", "docker run --rm x")
    assert [line for line in lines if isinstance(checked.decide(bash(line), Mode.YOLO), Deny)] == []
    assert isinstance(checked.decide(bash("npm run build"), Mode.YOLO), Deny)


HOSTS = ("example.com", "EXAMPLE.com", "example.com.", "example.com:8443", "user:pw@example.com")
FOREIGN = (
    "https://example.com.evil.net/",
    "https://evil.net/example.com",
    "https://evil.net/?https://example.com/",
    "https://example.com@evil.net/",
    "https://notexample.com/",
    "https://evil.net\\@example.com/",
    "https://sub.example.com/",
    "https://[::1]/",
    "https://example.com%2eevil.net/",
    "not a url",
    "https://[bad/",
)


@pytest.mark.parametrize("rule", ["webfetch(domain:example.com)", "webfetch(https://example.com/*)"])
def test_an_allowed_host_is_no_other_host(tmp_path: Path, rule: str) -> None:
    checked = gate(tmp_path / "w", parse(rule, "allow"))
    assert {type(checked.decide(fetch(f"https://{host}/a/b?c"), Mode.ASK)) for host in HOSTS} == {Allow}
    assert [url for url in FOREIGN if not isinstance(checked.decide(fetch(url), Mode.ASK), Ask)] == []


def test_a_denied_host_takes_its_subdomains_with_it(tmp_path: Path) -> None:
    checked = gate(tmp_path / "w", parse("webfetch(domain:example.com)", "deny"))
    urls = ("https://example.com/", "http://a.b.example.com/x", "https://user@EXAMPLE.com.:1/")
    assert {type(checked.decide(fetch(url), Mode.YOLO)) for url in urls} == {Deny}
    assert isinstance(checked.decide(fetch("https://notexample.com/"), Mode.YOLO), Allow)


LONG = (
    "echo a && " * 10_000,
    "a" * 100_000,
    "x=1 " * 25_000,
    "sudo " * 20_000,
    "(" * 100_000,
    "' \" " * 25_000,
    "\n" * 100_000,
)


@pytest.mark.security("P2")
@pytest.mark.parametrize("line", LONG, ids=range(len(LONG)))
@pytest.mark.security("K27")
def test_a_long_line_is_judged_quickly(tmp_path: Path, line: str) -> None:
    checked = gate(tmp_path / "w", parse("bash(rm *)", "deny"), parse("bash(*curl*)", "deny"), parse("*(.env)", "deny"))
    started = time.thread_time()
    assert isinstance(checked.decide(bash(line), Mode.ASK), Ask)
    took = time.thread_time() - started
    print(f"{len(line)} characters: {took * 1_000:.0f} ms")
    assert took < 0.25
