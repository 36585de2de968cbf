"""The pages of the repository, taken apart: what stands in code, in tables, in links."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import ROOT

README = "README.md"
SECURITY = "docs/security.md"
PAGES = (
    README,
    "AGENTS.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    SECURITY,
    "docs/sessions.md",
    "docs/memory.md",
    "docs/skills.md",
    "docs/hooks.md",
    "docs/heartbeats.md",
    "CHANGELOG.md",
    "docs/undo.md",
    "docs/goals.md",
    "docs/context.md",
    "docs/models.md",
    "docs/background.md",
    "docs/lsp.md",
    "docs/mcp.md",
    "docs/a2a.md",
    "docs/daemon.md",
    "docs/schedules.md",
    "docs/agents.md",
    "docs/workflows.md",
    "docs/library.md",
    "docs/evals.md",
    "docs/import.md",
    "docs/acp.md",
    "docs/telemetry.md",
    "docs/privacy.md",
    "themes/README.md",
    "skills/README.md",
)

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_LINK = re.compile(r"\]\(([^)#\s]+)\)")
_CELL = re.compile(r"(?<!\\)\|")


def text_of(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def fences(page: str, language: str) -> list[str]:
    """The blocks of code in one language."""
    return [body for found, body in _FENCE.findall(text_of(page)) if found == language]


def commands(page: str) -> list[str]:
    """The lines of all blocks for a shell."""
    return [line for block in fences(page, "sh") for line in block.splitlines() if line]


def inline(page: str) -> list[str]:
    """What stands in code between words, tables included."""
    return [code.replace("\\|", "|") for code in _INLINE.findall(_FENCE.sub("", text_of(page)))]


def coded(page: str) -> list[str]:
    """All that stands in code, in whatever form."""
    return [*inline(page), *(body for _, body in _FENCE.findall(text_of(page)))]


def links(page: str) -> list[Path]:
    """The files that a page leads to or shows."""
    found = _LINK.findall(_FENCE.sub("", text_of(page)))
    return [(ROOT / page).parent / link for link in found if "://" not in link]


def table(page: str, heading: str) -> list[list[str]]:
    """The rows below the first table heading that begins with these words."""
    lines = iter(text_of(page).splitlines())
    start = next((line for line in lines if line.startswith(f"| {heading} |")), "")
    assert start, f"{page} has no table {heading!r}"
    next(lines)
    return list(_rows(lines))


def _rows(lines: Iterator[str]) -> Iterator[list[str]]:
    for line in lines:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in _CELL.split(line)[1:-1]]


def codes(cell: str) -> list[str]:
    """What stands in code in a cell."""
    return [code.replace("\\|", "|") for code in _INLINE.findall(cell)]
