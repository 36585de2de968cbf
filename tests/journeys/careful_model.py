"""A model that reads in the conversation how far it came: ten steps, and a look where the outcome is unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from heartbit_tui.kernel.messages import JsonObject, Text, Thinking, ToolCall, Usage
from heartbit_tui.kernel.rounds import NOT_STARTED, UNKNOWN_OUTCOME
from heartbit_tui.providers.script import Reply

DONE = "All ten steps are done."
LOST = "I am lost: "
MOST_TRIES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing to do: a tool and its input, in which `{id}` becomes the call's id.

    `path` and `proof` say how to see that it was done: the file then holds the text.
    """

    name: str
    tool: str
    input: Mapping[str, str]
    path: str = ""
    proof: str = ""


def append(name: str, line: str) -> Act:
    """Add a line to `log.txt`, which must never happen twice; the call's id goes to a list beside the project."""
    return Act(
        name=name,
        tool="bash",
        input={"command": f"sh ../effect {{id}} '{line}'"},
        path="log.txt",
        proof=line,
    )


def write(name: str, path: str, content: str) -> Act:
    return Act(
        name=name,
        tool="write",
        input={"file_path": path, "content": content},
        path=path,
        proof=content.splitlines()[-1],
    )


def edit(name: str, path: str, old: str, new: str) -> Act:
    found = {"file_path": path, "old_string": old, "new_string": new}
    return Act(name=name, tool="edit", input=found, path=path, proof=new)


def read(name: str, path: str) -> Act:
    return Act(name=name, tool="read", input={"file_path": path})


STEPS: tuple[tuple[Act, ...], ...] = (
    (read("look", "notes.txt"), read("look-too", "sum.py")),
    (append("first", "alpha was here"),),
    (edit("mend", "sum.py", "return a - b", "return a + b"),),
    (write("make", "src/made.txt", "one\ntwo\nthree\n"), append("second", "beta was here")),
    (append("third", "gamma was here"), append("fourth", "delta was here"), read("look-again", "sum.py")),
    (edit("count", "src/made.txt", "three", "three and a half"),),
    (append("fifth", "epsilon was here"),),
    (edit("note", "notes.txt", "Nothing yet.", "Much was done."), write("more", "src/more.txt", "more\nof it\n")),
    (append("sixth", "zeta was here"),),
    (
        Act(
            name="test",
            tool="bash",
            input={"command": "python3 -c 'import sum; assert sum.plus(2, 2) == 4' && echo passed > tested.txt"},
            path="tested.txt",
            proof="passed",
        ),
    ),
)
BEFORE = {
    "notes.txt": "# Notes\n\nNothing yet.\n",
    "sum.py": "def plus(a, b):\n    return a - b\n",
}
AFTER = {
    "notes.txt": "# Notes\n\nMuch was done.\n",
    "sum.py": "def plus(a, b):\n    return a + b\n",
    "src/made.txt": "one\ntwo\nthree and a half\n",
    "src/more.txt": "more\nof it\n",
    "tested.txt": "passed\n",
}
LINES = sorted(act.proof for step in STEPS for act in step if act.path == "log.txt")
"""What `log.txt` holds in the end; lines of one step may stand in any order."""

EFFECTS = tuple(act.name for step in STEPS for act in step if act.path == "log.txt")


def compose(body: JsonObject) -> Reply:
    """The reply to a request in the Messages format."""
    history = History(body["messages"])
    for number, step in enumerate(STEPS, start=1):
        calls = tuple(call for act in step if (call := next_call(act, history)))
        if any(call.id.endswith(f"_{MOST_TRIES}") for call in calls):
            return _says(LOST + str(history.results))
        if calls:
            return _acts(number, calls)
    return _says(DONE)


class History:
    """What was asked for, and what came of it."""

    def __init__(self, messages: Sequence[Any]) -> None:
        blocks = [block for message in messages for block in _blocks(message)]
        self.asked = [block["id"] for block in blocks if block["type"] == "tool_use"]
        self.results = {block["tool_use_id"]: block for block in blocks if block["type"] == "tool_result"}

    def tries(self, name: str) -> list[str]:
        """The ids of all calls for this, oldest first."""
        return [call_id for call_id in self.asked if call_id.partition("_")[0] == name]

    def told(self, call_id: str) -> str:
        """The text of a result."""
        content = self.results[call_id].get("content", "")
        return content if isinstance(content, str) else "".join(block.get("text", "") for block in content)

    def failed(self, call_id: str) -> bool:
        return bool(self.results[call_id].get("is_error"))


def next_call(act: Act, history: History) -> ToolCall | None:
    """What has to be called for this act now; None when it is done."""
    tries = history.tries(act.name)
    if not tries:
        return _call(act, 1)
    last = tries[-1]
    if not history.failed(last):
        return None
    if history.told(last) == NOT_STARTED or not act.path:
        return _call(act, len(tries) + 1)
    looks = history.tries(_seeing(last))
    if not looks or history.told(looks[-1]) in (NOT_STARTED, UNKNOWN_OUTCOME):
        return _look(last, act, len(looks) + 1)
    return None if act.proof in history.told(looks[-1]) else _call(act, len(tries) + 1)


def _call(act: Act, number: int) -> ToolCall:
    call_id = f"{act.name}_{number}"
    return ToolCall(
        id=call_id, name=act.tool, input={key: value.replace("{id}", call_id) for key, value in act.input.items()}
    )


def _look(last: str, act: Act, number: int) -> ToolCall:
    return ToolCall(id=f"{_seeing(last)}_{number}", name="read", input={"file_path": act.path})


def _seeing(last: str) -> str:
    return last.replace("_", "-") + "-seen"


def _acts(number: int, calls: tuple[ToolCall, ...]) -> Reply:
    names = ", ".join(call.id for call in calls)
    thought = Thinking(text=f"Step {number} is next, I believe: {names}.")
    said = Text(text=f"Now comes step {number} of ten, which takes these calls: {names}.")
    return Reply(blocks=(thought, said, *calls), usage=Usage(input_tokens=100, output_tokens=20), pace=1.0)


def _says(text: str) -> Reply:
    return Reply(blocks=(Text(text=text),), pace=1.0)


def _blocks(message: Any) -> list[Any]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)
