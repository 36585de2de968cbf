"""A session's log as Markdown."""

import re
from collections.abc import Iterable

from heartbit_tui.kernel.events import Envelope
from heartbit_tui.store.document import Answered, Called, Item, Remark, Said, Shown, Thought, document


def export_markdown(log: Iterable[Envelope]) -> str:
    """The log as a Markdown document; what was said stands as it is, tool output in fences that it cannot end."""
    told = document(log)
    facts = "\n".join(f"- {name}: {_code(value)}" for name, value in told.facts)
    title = re.sub(r"([\\`*_\[\]<>#])", r"\\\1", told.title)
    return "\n\n".join([f"# {title}", facts, *(_rendered(item) for item in told.items)]) + "\n"


def _rendered(item: Item) -> str:
    match item:
        case Said(who=who, text=text, cut=cut):
            return f"## {who or 'You'}{' (cut off)' if cut else ''}\n\n{text}"
        case Thought(who=who, text=text):
            return f"<details><summary>{_code(who)} thought</summary>\n\n{_fenced(text)}\n\n</details>"
        case Called(name=name, input=input):
            return f"### {_code(name)}\n\n{_fenced(input, 'json')}"
        case Answered(text=text, is_error=is_error):
            return f"{'Error:' if is_error else 'Answer:'}\n\n{_fenced(text)}"
        case Shown(media_type=media_type, data=data):
            return f"*{_code(media_type)}, {len(data) * 3 // 4} bytes*"
        case Remark(text=text):
            return "\n".join(f"> {line}" for line in text.splitlines())


def _fenced(text: str, language: str = "") -> str:
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _code(text: str) -> str:
    """`text` as a code span, on one line."""
    line = " ".join(text.split())
    ticks = "`" * (_longest_run(line) + 1)
    pad = " " if "`" in line else ""
    return f"{ticks}{pad}{line}{pad}{ticks}" if line else ""


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)
