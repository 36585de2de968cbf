"""No screen, no list and no state of a block is without a picture."""

import ast
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from heartbit_tui.tui.renderers.calls import DRAWINGS
from heartbit_tui.tui.sheets.waiting import Stage
from heartbit_tui.tui.side.side import BESIDE
from heartbit_tui.tui.transcript.blocks import Block, Ending, Notice, Prompt, State
from tests.tui.snapshots.stage import POSES, Pose

TUI = Path(__file__).parents[3] / "heartbit_tui/tui"
PICTURES = Path(__file__).parent / "__snapshots__"
DESCRIPTION = re.compile(r"<desc>\n(.*?)\n</desc>", re.DOTALL)
ABSTRACT = frozenset({"Picker", "PromptScreen"})
"""Screens that are seen by what they list, or by what stands on them."""

STAGES = (
    *(("approval", stage) for stage in ("choose", "rule", "reason")),
    *(("question", stage) for stage in ("choose", "words")),
)


@pytest.fixture(scope="module")
def seen() -> dict[Pose, set[str]]:
    """What the pictures of each theme and size show."""
    return {pose: set(_told(pose)) for pose in POSES}


def _told(pose: Pose) -> Iterator[str]:
    for picture in PICTURES.rglob(f"*[[]{pose}[]]*.svg"):
        found = DESCRIPTION.search(picture.read_text("utf-8"))
        yield from unescape(found[1]).splitlines() if found else ()


def _classes() -> Iterator[ast.ClassDef]:
    for path in sorted(TUI.rglob("*.py")):
        yield from (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.ClassDef))


def _bases(node: ast.ClassDef) -> set[str]:
    bases = (base.value if isinstance(base, ast.Subscript) else base for base in node.bases)
    return {base.id for base in bases if isinstance(base, ast.Name)}


def screens() -> set[str]:
    """The names of all screens in the code."""
    return {node.name for node in _classes() if _bases(node) & {"Screen", "ModalScreen"}}


def lists() -> set[str]:
    """The titles of all lists in the code."""
    calls = (
        node
        for path in TUI.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
    )
    listings = (call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Listing")
    titles = (word.value for call in listings for word in call.keywords if word.arg == "title")
    return {title.value for title in titles if isinstance(title, ast.Constant) and isinstance(title.value, str)}


def choices(kind: type[Block], name: str) -> tuple[str, ...]:
    """What a field of a block may be."""
    return get_args(get_type_hints(kind)[name])


def calls() -> set[str]:
    """Calls in all their states, folded and open."""
    return {f"{state} {fold}" for state in get_args(State) for fold in ("folded", "open")}


def blocks() -> set[str]:
    """All kinds of blocks in all their states."""
    return {
        *(f"prompt {how}" for how in choices(Prompt, "how")),
        *(f"answer {state}" for state in ("written", "closed")),
        *(f"thinking {state} {fold}" for state in ("written", "closed") for fold in ("folded", "open")),
        *(f"inquiry {state}" for state in ("waiting", "answered folded", "answered open")),
        *(f"inquiry declined {fold}" for fold in ("folded", "open")),
        *(f"notice {level}" for level in choices(Notice, "level")),
        *(f"ending {how}" for how in choices(Ending, "how")),
        *(
            f"shell {state}"
            for state in ("told done open", "told failed open", "told running open", "hidden done open")
        ),
        *(f"shell {state}" for state in ("told done folded", "hidden done folded")),
    }


def test_every_screen_and_every_list_has_pictures_in_both_themes_and_sizes(seen: dict[Pose, set[str]]) -> None:
    wanted = {f"screen {name}" for name in screens() - ABSTRACT} | {f"list {title}" for title in lists()}
    assert len(wanted) >= 15
    assert {str(pose): wanted - found for pose, found in seen.items() if wanted - found} == {}


def test_every_kind_of_block_is_seen_in_each_of_its_states(seen: dict[Pose, set[str]]) -> None:
    wanted = {f"block {told}" for told in blocks()}
    assert {str(pose): wanted - found for pose, found in seen.items() if wanted - found} == {}


def test_calls_are_seen_in_each_state_and_of_each_tool_folded_and_open(seen: dict[Pose, set[str]]) -> None:
    for pose, found in seen.items():
        words = [told.split() for told in found if told.startswith("block call ")]
        assert calls() - {f"{state} {fold}" for _, _, _, state, fold in words} == set(), pose
        for drawing in DRAWINGS.values():
            ended = {fold for _, _, tool, state, fold in words if DRAWINGS.get(tool) == drawing and state != "asking"}
            assert ended == {"folded", "open"}, (pose, drawing)
        assert {tool for _, _, tool, _, _ in words} > set(DRAWINGS)


def test_everything_beside_the_chat_is_seen(seen: dict[Pose, set[str]]) -> None:
    stages = {f"sheet {kind} {stage}" for kind, stage in STAGES}
    assert {stage for _, stage in STAGES} == set(get_args(Stage))
    wanted = {*stages, "menu", "toast", "replay", "greeting"}
    for pose, found in seen.items():
        side = "side panel beside" if pose.columns >= BESIDE else "side panel over"
        assert {*wanted, side} - found == set(), pose
