"""What `heartbit run` is to do, out of the values of its flags and what stands on stdin."""

import sys
from argparse import Namespace
from collections.abc import AsyncGenerator, Callable, Sequence
from functools import partial
from pathlib import Path

from heartbit_tui.cli.options import clean, options, paths
from heartbit_tui.headless import answer_file, stdin
from heartbit_tui.headless.app import Plan, only
from heartbit_tui.headless.attachments import images
from heartbit_tui.headless.endings import UsageError
from heartbit_tui.kernel.messages import Text
from heartbit_tui.kernel.ops import Op, Prompt

NO_TASK = 'There is no task. Say one: heartbit "TASK", or start a conversation: heartbit chat'
NO_GOAL = "--goal needs words: what has to hold before the task is done."
SILENT = "There is no task, and stdin is open but silent. Say a task, or give `-` to wait for one on stdin."
DIALOGUE = "--input-format stream-json takes the tasks from stdin; leave the task and --image out."
STILL_OPEN = "heartbit: warning: stdin was still open; the task goes without what may have followed.\n"


def plan(values: Namespace) -> Plan:
    """The plan. Reads stdin where the task or an attachment may stand there. Raises `UsageError`."""
    given = options(values, surface="headless", on_ask=values.on_ask)
    file = answer_file.check(Path(values.output)) if values.output else None
    goal = clean(values.goal or "").strip()
    if values.goal is not None and not goal:
        raise UsageError(NO_GOAL)
    if values.input_format == "stream-json":
        return Plan(options=given, ops=_dialogue(values), answer_file=file, goal=goal, judge=values.judge)
    pictures = images(paths(values.image))
    prompt = Prompt(content=(Text(text=_task(values)), *pictures))
    return Plan(options=given, ops=partial(only, prompt), answer_file=file, goal=goal, judge=values.judge)


def _dialogue(values: Namespace) -> Callable[[], AsyncGenerator[Op]]:
    from heartbit_tui.headless.dialogue import ops

    if values.task or values.print or values.image:
        raise UsageError(DIALOGUE)
    return ops


def _task(values: Namespace) -> str:
    words = [word for word in (values.print or "", *values.task) if word]
    from_stdin = "-" in words
    said = clean(" ".join(word for word in words if word != "-"))
    if values.demo and not from_stdin:
        return said or _demo_task()
    task = stdin.attached(said, _beside(from_stdin)) if said.strip() else _from_stdin(from_stdin)
    if not task.strip():
        raise UsageError(NO_TASK)
    return task


def text_beside(words: Sequence[str]) -> str:
    """The text that words say, which may be empty; what stands on stdin where there are none, or with `-`."""
    from_stdin = "-" in words
    said = clean(" ".join(word for word in words if word != "-"))
    if said.strip():
        return stdin.attached(said, _beside(True)) if from_stdin else said
    if not from_stdin and stdin.is_terminal():
        return ""
    return _noted(stdin.read(stdin.AS_ASKED if from_stdin else stdin.IN_PLACE_OF_A_PROMPT)).text.strip()


def _beside(asked: bool) -> stdin.Taken:
    """What stands on stdin beside a task, as long as nobody has to wait for it."""
    if not asked and stdin.is_terminal():
        return stdin.Taken()
    return _noted(stdin.read(stdin.AS_ASKED if asked else stdin.BESIDE_A_PROMPT))


def _from_stdin(asked: bool) -> str:
    if not asked and stdin.is_terminal():
        raise UsageError(NO_TASK)
    taken = _noted(stdin.read(stdin.AS_ASKED if asked else stdin.IN_PLACE_OF_A_PROMPT))
    if not taken.text and not taken.whole:
        raise UsageError(SILENT)
    return taken.text.strip()


def _noted(taken: stdin.Taken) -> stdin.Taken:
    if taken.text and not taken.whole:
        sys.stderr.write(STILL_OPEN)
    return taken


def _demo_task() -> str:
    from heartbit_tui.demo.script import TASK

    return TASK
