"""Thousands of ways to climb out of the workspace, as given and percent-decoded, through rules and tools."""

import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from urllib.parse import unquote

import pytest

from heartbit_tui.kernel.messages import ToolCall
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Action, Allow, Tool
from heartbit_tui.permissions import RuleGate
from heartbit_tui.tools.glob import GlobFiles
from heartbit_tui.tools.list import ListFolder
from heartbit_tui.tools.read import Read
from heartbit_tui.tools.tracker import Tracker
from heartbit_tui.tools.write import Write
from tests.permissions.calls import gate
from tests.samples import samples, share
from tests.tools.alone import Alone

LEAST = samples(1_914, 480)
CANARY = "canary-word"

UPS = (
    "..", "%2e%2e", "%2E%2e", ".%2e", "%2e.", "%252e%252e", "%25252e%25252e", "%c0%ae%c0%ae", "%e0%80%ae%e0%80%ae",
    "%u002e%u002e", "&#46;&#46;", "․․", "‥", ".․", "．．", "。。", "...", "....", ". .", ".. ", " ..", "..\t",
    "..;", "..\u200b", "\u202e..", "..%00", "..%20", "\\..", "x/../..", "./..",
)  # fmt: skip
"""Two dots, and what some decoder, normaliser or careless filter makes two dots of."""

SEPARATORS = (
    "/", "//", "/./", "\\", "\\\\", "%2f", "%2F", "%5c", "%252f", "%255c", "%c0%af", "%e0%80%af", "%c1%9c", "\u2215",
    "\u2044", "\uff0f", "\uff3c",
)  # fmt: skip
TARGETS = ("secret", "etc/passwd")
DEPTHS = (2, 9)

ROOTS = (
    "/", "//", "///", "/./", "/../", "//?/", "\\\\?\\", "\\\\.\\", "//./", "file://", "file:///", "C:/", "C:\\",
    "\\\\localhost\\c$\\", "//localhost/c$/", "%2f", "%5c%5c", "/proc/self/root/", "/proc/self/cwd/../../",
    "/proc/thread-self/root/", "/proc/1/root/", "/proc/self/task/../root/", "/proc/self/fd/../root/", "/dev/fd/../root/",
    "/proc/self/root/proc/self/root/", "~/", "~root/", "~/../", "%7e/", "$HOME/", "${HOME}/", "`pwd`/../", "-/../",
)  # fmt: skip
"""Beginnings that some system or program reads as the top, the home folder or another machine."""

ENDS = ("{0}", "{0}\0", "{0}%00.txt", "{0}\0.py", "{0}/", "{0}/.", "{0}//", "{0}?x", "{0}#x")


def climbs() -> Iterator[str]:
    """Ways up, alike and mixed."""
    for up, separator, depth, target in itertools.product(UPS, SEPARATORS, DEPTHS, TARGETS):
        yield f"{separator.join([up] * depth)}{separator}{target}"
    for one, other in itertools.combinations(UPS[:12], 2):
        yield f"{one}/{other}/{one}/{TARGETS[0]}"
        yield f"a/{one}\\{other}%2f{one}/{TARGETS[1]}"


def straight(outside: Path) -> Iterator[str]:
    """Ways that begin at the top, or lead through a link of the workspace."""
    for start, target, end in itertools.product(ROOTS, (*TARGETS, str(outside)[1:]), ENDS):
        yield start + end.format(target)
    for link, end in itertools.product(("out", "in/out", "up", "up/up", "root", "in/../out"), ENDS):
        yield f"{link}/{end.format('secret')}"


def ground(tmp_path: Path) -> tuple[Path, Path]:
    """A workspace with links that lead out of it, and what lies outside."""
    outside, root = tmp_path / "deep", tmp_path / "deep/er/w"
    (root / "in").mkdir(parents=True)
    (root / "a").mkdir()
    for folder in (tmp_path, outside, outside / "er"):
        (folder / "secret").write_text(CANARY)
    for link, target in (("out", outside), ("in/out", outside), ("up", Path("..")), ("root", Path("/"))):
        (root / link).symlink_to(target)
    return root, outside


def strings(outside: Path) -> list[str]:
    found = dict.fromkeys((*climbs(), *straight(outside)))
    every = dict.fromkeys((*found, *(unquote(text) for text in found), *(unquote(unquote(text)) for text in found)))
    return list(share(tuple(every), 5))


def judged(tool: Tool, given: Mapping[str, object], checked: RuleGate, mode: Mode) -> dict[str, str] | None:
    """Where the paths lead of a call that passes unasked; None for one that does not."""
    if tool.check(given):
        return None
    call = ToolCall(id="c", name=tool.spec.name, input=given)
    verdict = checked.decide(Action(call=call, effects=tool.effects, touches=tool.touches(given)), mode)
    return dict(verdict.places) if isinstance(verdict, Allow) else None


@pytest.mark.security("F1")
@pytest.mark.slow
async def test_no_climbing_leads_a_tool_out_of_the_workspace_unasked(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    root, outside = ground(tmp_path)
    checked, cases = gate(root), strings(outside)
    tracker = Tracker()
    tools = (Read(root, tracker), Write(root, tracker))
    passed = 0
    for text in cases:
        for tool in tools:
            given: dict[str, object] = {"file_path": text}
            given |= {"content": "x"} if tool.name == "write" else {}
            places = judged(tool, given, checked, Mode.ACCEPT_EDITS)
            if places is None:
                continue
            passed += 1
            # Each is judged and read; a write waits for the disk, so one in ten is made.
            assert [real for real in places.values() if not f"{real}/".startswith(f"{root}/")] == [], text
            if tool.name == "write" and passed % 10:
                continue
            output = await tool.run(given, Alone(places=places))
            assert CANARY not in output.content, text
            assert "root:" not in output.content, text
    assert intact(tmp_path)
    print(f"{len(cases)} strings, {passed} calls passed as names inside, 0 led out")
    record_property("cases", len(cases))
    assert len(cases) >= LEAST
    assert 0 < passed < 2 * len(cases)


@pytest.mark.security("F1")
def test_no_climbing_leads_a_search_out_of_the_workspace_unasked(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    root, outside = ground(tmp_path)
    checked, cases = gate(root), strings(outside)
    for text, tool in itertools.product(cases, (ListFolder(root), GlobFiles(root))):
        given: Mapping[str, object] = {"path": text} | ({} if tool.name == "list" else {"pattern": "secret"})
        for real in (judged(tool, given, checked, Mode.ASK) or {}).values():
            assert f"{real}/".startswith(f"{root}/"), text
    record_property("cases", len(cases))
    assert len(cases) >= LEAST


def intact(top: Path) -> bool:
    """Whether nothing outside the workspace was changed or made."""
    files = {str(path.relative_to(top)) for path in files_of(top) if "deep/er/w" not in str(path)}
    return files == {"secret", "deep/secret", "deep/er/secret"} and all(
        (top / name).read_text() == CANARY for name in files
    )


def files_of(top: Path) -> Iterator[Path]:
    for folder, _, names in os.walk(top):
        yield from (Path(folder) / name for name in names)
