"""What is told of a task that nobody watched: whether anything is, as a letter, and as a line or two."""

from collections.abc import Sequence
from typing import Final

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import ApprovalRequested, Envelope, QuestionAsked, ToolCallCompleted
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import Clock
from heartbit_tui.runtime import beating
from heartbit_tui.schedules.beats import Said
from heartbit_tui.store.inbox import Letter, LetterKind, title_of
from heartbit_tui.tasks import Task

HEARTBEAT: Final = "heartbeat:"
UNWATCHED: Final = ("cron:", "heartbit", HEARTBEAT, "sensor:")
"""How the sources of tasks begin that no person hands over."""

CUT: Final = 500
"""Bytes of a result or an error that a notice has; the seed's."""

SHORT: Final = 200
"""Letters of an answer that may say something before its silent word and still means nothing."""

WAITS: Final = "It waits for your word: {what}\n\nAnswer it in the inbox on the screen, with `heartbit approve {task}`, or on the dashboard."


def unwatched(task: Task) -> bool:
    """Whether no person handed the task over, so that nobody waits for what comes of it."""
    return task.request.source.startswith(UNWATCHED)


def is_silent(task: Task) -> bool:
    """Whether its answer is the one which means that there is nothing to say, dressed up or at the end of a short one."""
    word = task.request.silent
    if not word or task.state != "completed":
        return False
    bare = task.result.strip().strip("*_`.! \n")
    return not bare or bare == word or (len(bare) <= SHORT and bare.endswith(word))


def is_told(task: Task) -> bool:
    """Whether what came of a task goes to the inbox.

    What a heartbeat says, its engine tells, and how often it failed; this is so only while the daemon that began it lives,
    which is why one that was taken up again is told here.
    """
    match task.state:
        case "completed":
            wanted = unwatched(task) and not is_silent(task)
        case "failed":
            wanted = True
        case "interrupted":
            return True
        case _:
            return False
    return wanted and not (task.request.source.startswith(HEARTBEAT) and task.attempts <= 1)


def letter_of(task: Task, changed: Sequence[str], clock: Clock) -> Letter:
    """What came of a task, as it waits for a person."""
    kinds: dict[str, LetterKind] = {"completed": "reply", "failed": "failure", "interrupted": "interrupted"}
    text = task.result or task.error
    return Letter(
        at=task.ended or clock.now(),
        kind=kinds[task.state],
        source=task.request.source,
        title=title_of(text) or title_of(task.request.task),
        text=text,
        about=task.id,
        tenant_id=task.request.tenant_id,
        user_id=task.request.user_id,
        key=f"{task.id}:{task.attempts}",
        changed=tuple(changed),
        cost_usd=task.cost_usd,
    )


def question_of(task: Task, envelope: Envelope, event: ApprovalRequested | QuestionAsked) -> Letter:
    """A request that waits for a person, at a task that nobody watches."""
    what = (
        f"{event.call.name}: {event.reason}".strip(": ")
        if isinstance(event, ApprovalRequested)
        else " ".join(each.question for each in event.questions)
    )
    return Letter(
        at=envelope.at,
        kind="question",
        source=task.request.source,
        title=title_of(what),
        text=WAITS.format(what=what, task=task.id[:8]),
        about=task.id,
        tenant_id=task.request.tenant_id,
        user_id=task.request.user_id,
        key=question_key(envelope.session, event.id),
    )


def question_key(session: str, request_id: str) -> str:
    """What makes the letter of a request the same one."""
    return f"question:{session}:{request_id}"


def changed_by(log: Sequence[Envelope]) -> tuple[str, ...]:
    """The files that calls changed, each once, in the order of their first change."""
    events = (each.event for each in log)
    return tuple(dict.fromkeys(path for each in events if isinstance(each, ToolCallCompleted) for path in each.changed))


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is told of a task at once: a few words for a person, and all of it for a program."""

    text: str
    body: JsonObject


def notice_of(task: Task) -> Notice:
    """A task that has ended or was interrupted, under the seed's names and in its words."""
    outcome, request = task.outcome, task.request
    tokens = outcome.usage.input_tokens + outcome.usage.output_tokens
    body: JsonObject = {
        "id": task.id,
        "source": request.source,
        "state": task.state,
        "result_summary": cut(task.result) if task.result else None,
        "error": cut(task.error) if task.error else None,
        "duration_secs": outcome.seconds,
        "tokens": tokens,
        "cost": outcome.cost_usd,
        "story_id": request.story_id or None,
        "tenant_id": request.tenant_id or None,
        "user_id": request.user_id or None,
        "session_id": task.session or None,
    }
    return Notice(text=_words(task, tokens), body=body)


def notice_of_beat(said: Said) -> Notice:
    """What a beat had to say, under the same names."""
    source, text = beating.source(said.heartbeat), cut(said.text)
    state = "completed" if said.ok else "failed"
    body: JsonObject = {
        "id": None,
        "source": source,
        "state": state,
        "result_summary": text if said.ok else None,
        "error": None if said.ok else text,
        "duration_secs": None,
        "tokens": None,
        "cost": None,
        "story_id": None,
        "tenant_id": None,
        "user_id": None,
        "session_id": None,
    }
    return Notice(text=f"✅ **{source}**\n\n{text}" if said.ok else f"❌ **{source}**\n\nError: {text}", body=body)


def _words(task: Task, tokens: int) -> str:
    source, seconds = f"**{task.request.source}**", task.outcome.seconds
    match task.state:
        case "completed":
            cost = "" if task.cost_usd is None else f" · ${task.cost_usd:.4f}"
            return f"✅ {source} ({seconds:.1f}s · {tokens:,} tok){cost}\n\n{cut(task.result)}"
        case "failed":
            return f"❌ {source} ({seconds:.1f}s)\n\nError: {cut(task.error)}"
        case "interrupted":
            return f"⚠️ {source} interrupted\n\n{cut(task.error)}".rstrip()
        case state:
            return f"⚠️ {source} {state}"


def cut(text: str, size: int = CUT) -> str:
    """The beginning of a text, `size` bytes at most as UTF-8, never in the middle of a character."""
    return text.encode()[:size].decode("utf-8", "ignore")
