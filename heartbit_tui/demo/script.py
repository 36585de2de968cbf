"""What plays the model's part in the demonstration: replies that follow what the tools answer."""

from collections.abc import Iterator

from heartbit_tui.kernel.messages import Text, Thinking, Usage
from heartbit_tui.providers.script import Reply, ScriptBlock, call

TASK = "The tests of this project fail. Find out why, mend it, and show me that they pass."
MODEL = "script (no model)"

CHUNK = 12
PACE = 0.02
WAIT = 0.3
"""Seconds and characters that make a script look like somebody who writes; all of it stays below 15 s."""

BROKEN = "    return 60 * len(beats) / seconds"
MENDED = "    gaps = len(beats) - 1\n    return 60 * gaps / seconds"

_STEPS = ("Read the code and its tests", "Run the tests and see them fail", "Mend the fault", "Run the tests again")
_PLAYED_OUT = (
    "The script of this demonstration ends here: it was played to its end, or something came out differently than it "
    "foresaw. It cannot think; no model is behind it. Connect a model to go on (`heartbit doctor` says how)."
)
_REFUSED = (
    "You refused, so nothing was done, and the script has no other idea: no model is behind it. A real one would hear "
    "your reason and look for another way."
)


def replies(command: str, *, instant: bool = False) -> tuple[Reply, ...]:
    """The script; `command` runs the tests of the sample. `instant` leaves out all waiting."""
    paced = _instant if instant else _paced
    return tuple(paced(reply) for reply in (*_refusals(), *_way(command), *_ends(command)))


def _refusals() -> Iterator[Reply]:
    for words in ("The user refused this call", "Permission denied:"):
        yield Reply(blocks=(Text(text=_REFUSED),), when=words, times=0)


def _way(command: str) -> Iterator[Reply]:
    yield _reply(
        Text(text="No model is behind this demonstration: a script plays its part. The tools are real. "),
        Text(text="I read the code and its tests first."),
        call("read", file_path="pulse.py"),
        call("read", file_path="test_pulse.py"),
    )
    yield _reply(Text(text="A plan for this:"), call("todowrite", todos=_todos(done=1)))
    yield _reply(Text(text="Now I see the tests fail with my own eyes."), call("bash", command=command))
    yield _reply(
        Thinking(
            text="Five beats, one second apart, are four gaps of a second: 60 a minute. The code counts beats: 75."
        ),
        Text(text="`rate` divides the number of beats by the time, but between five beats lie only four gaps."),
        call("edit", file_path="pulse.py", old_string=BROKEN, new_string=MENDED),
    )
    yield _reply(Text(text="The same tests once more."), call("bash", command=command))


def _ends(command: str) -> Iterator[Reply]:
    yield _reply(
        Text(text="They pass. I tick off the plan and look at the result."),
        call("todowrite", todos=_todos(done=len(_STEPS))),
        call("read", file_path="pulse.py"),
        when="\nOK",
    )
    yield _reply(Text(text=_answer(command)), when=MENDED.splitlines()[0].strip())
    yield Reply(blocks=(Text(text=_PLAYED_OUT),), times=0)


def _reply(*blocks: ScriptBlock, when: str = "") -> Reply:
    usage = Usage(input_tokens=400, output_tokens=60)
    return Reply(blocks=blocks, when=when, usage=usage)


def _todos(*, done: int) -> list[dict[str, str]]:
    states = ["completed"] * done + ["in_progress"] + ["pending"] * len(_STEPS)
    return [
        {"content": step, "status": state, "priority": "medium"} for step, state in zip(_STEPS, states, strict=False)
    ]


def _answer(command: str) -> str:
    return (
        "The tests pass now.\n\n"
        "- **The fault:** `rate` in `pulse.py` divided the number of beats by the time. Between five beats lie four "
        "gaps, so one beat a second came out as 75 a minute.\n"
        "- **The change:** it counts the gaps.\n"
        f"- **The proof:** `{command}` ends with OK.\n\n"
        "A script said all this; no model is behind the demonstration. The project was a throw-away copy."
    )


def _paced(reply: Reply) -> Reply:
    return _with_pace(reply, chunk=CHUNK, pace=PACE, wait=WAIT)


def _instant(reply: Reply) -> Reply:
    return _with_pace(reply, chunk=4096, pace=0.0, wait=0.0)


def _with_pace(reply: Reply, *, chunk: int, pace: float, wait: float) -> Reply:
    return Reply(
        blocks=reply.blocks,
        when=reply.when,
        times=reply.times,
        usage=reply.usage,
        cost_usd=0.0,
        chunk=chunk,
        pace=pace,
        wait=wait,
    )
