"""What fills the model's window, in words and figures that every surface uses."""

from collections.abc import Mapping
from types import MappingProxyType

from heartbit_tui.client.counts import tokens
from heartbit_tui.context.ledger import Item
from heartbit_tui.context.outlook import Outlook
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.ops import Drop

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "system": "system prompt",
        "instructions": "instructions",
        "skills": "skills",
        "tools": "tools",
        "memory": "memory",
        "summary": "summary",
        "prompt": "your words",
        "told": "heartbit's words",
        "answer": "answers",
        "file": "files",
        "result": "results",
    }
)
"""What each kind of item is called."""


def coming(found: Outlook) -> str:
    """When compaction comes."""
    if not found.size.threshold:
        return "nothing is compacted by itself"
    if found.used >= found.size.threshold:
        return "compaction comes before the next answer"
    turns = found.turns
    when = "" if turns is None else f", in about {turns} turn{'' if turns == 1 else 's'}"
    return f"compaction at {tokens(found.size.threshold)}{when}"


def soon(found: Outlook) -> str:
    """The same where there is little room."""
    turns = found.turns
    if found.used >= found.size.threshold or turns is None:
        return f"compaction at {tokens(found.size.threshold)}"
    return f"compaction in about {turns} turn{'' if turns == 1 else 's'}"


def state(item: Item, found: Outlook) -> str:
    """What was done or will be done about an item, empty for nothing."""
    if item.restorable:
        return "shortened" if item.droppable else "taken out"
    return "goes next" if found.end and 0 < item.last < found.end and item.kind != "prompt" else ""


def following(found: Outlook, item: Item) -> int:
    """The tokens that stand behind an item in what is sent: the service's cache ends before it."""
    at = next((number for number, each in enumerate(found.items) if each is item), len(found.items))
    return sum(each.tokens for each in found.items[at + 1 :])


def drop(item: Item) -> Drop | None:
    """The op that takes an item out, or puts it back where it was taken out; None where neither can be done."""
    if not (item.droppable or item.restorable):
        return None
    calls, tools = ((item.call,), ()) if item.call else ((), (item.title,))
    return Drop(calls=calls, tools=tools, back=not item.droppable)


def of_call(found: Outlook, call: str) -> Item | None:
    """The item that is the result of a call."""
    return next((item for item in found.items if call and item.call == call), None)


def numbered(found: Outlook, text: str) -> Item | str:
    """The item that a number of the list means, or the name of a tool; else a sentence that says what may stand there."""
    name = text.strip()
    if name.isdecimal() and 0 < int(name) <= len(found.items):
        return found.items[int(name) - 1]
    tool = next((item for item in found.items if item.kind == "tools" and item.title == name), None)
    return tool or f"There is no {name or 'item'} to take out; /context lists them by number."


def table(found: Outlook) -> list[str]:
    """All of it as lines of text: the sums, then every item with its number."""
    used = f"{found.used:,} tokens" + (f" of {found.size.window:,} ({found.share:.0%})" if found.size.window else "")
    rows = [f"context  {used}; {coming(found)}"]
    rows += [f"{NAMES[kind]:<18} {size:>9,}" for kind, size in found.kinds.items()]
    width = len(str(len(found.items)))
    for number, item in enumerate(found.items, 1):
        told = f" ({state(item, found)})" if state(item, found) else ""
        mark = "-" if item.droppable else " "
        rows.append(f"{number:>{width}} {mark} {item.tokens:>7,}  {NAMES[item.kind]}: {item.title}{told}")
    return rows


def document(found: Outlook) -> JsonObject:
    """All of it as JSON."""
    return {
        "tokens": found.used,
        "window": found.size.window or None,
        "compaction_at": found.size.threshold or None,
        "turns_to_compaction": found.turns,
        "characters": sum(item.letters for item in found.plain),
        "kinds": dict(found.kinds),
        "items": [_item(item, found) for item in found.items],
    }


def _item(item: Item, found: Outlook) -> JsonObject:
    told = {
        "kind": item.kind,
        "title": item.title,
        "tokens": item.tokens,
        "characters": item.letters,
        "first_seq": item.first or None,
        "last_seq": item.last or None,
        "tool_use_id": item.call or None,
        "droppable": item.droppable,
        "state": state(item, found) or None,
    }
    return {name: value for name, value in told.items() if value is not None}
