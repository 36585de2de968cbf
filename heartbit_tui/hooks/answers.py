"""What a hook said by its exit code and its output, and what several say together; pure."""

import json
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import cast

from heartbit_tui.hooks.types import Answer, Decision, Hook, Ran

BLOCKS = 2
"""The exit code that says no."""

MOST = 50_000
"""Letters of a hook's output that a model is told."""

ORDER: tuple[Decision, ...] = ("", "allow", "ask", "deny")
"""Of several wishes the later in this order counts, whoever has it."""

WORDS: Mapping[str, Decision] = MappingProxyType(
    {"allow": "allow", "approve": "allow", "ask": "ask", "deny": "deny", "block": "deny"}
)
TELLING = frozenset({"SessionStart", "UserPromptSubmit"})
"""Events at which plain output is told to the model."""

CUT = "\n[cut here: a hook's output is told up to {most:,} letters]"
FAILED = "The hook {command!r} ({source}) ended with {code}{err}. It says nothing then."
NO_ANSWER = "the hook {command!r} ({source}) gave no answer: {fault}"

OTHER_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "bash": ("Bash",),
        "read": ("Read",),
        "write": ("Write",),
        "edit": ("Edit",),
        "patch": ("MultiEdit",),
        "glob": ("Glob",),
        "grep": ("Grep",),
        "list": ("LS",),
        "webfetch": ("WebFetch",),
        "websearch": ("WebSearch",),
        "todowrite": ("TodoWrite",),
        "skill": ("Skill",),
        "question": ("AskUserQuestion",),
    }
)
"""What Claude Code calls the same tools; a matcher may use either name."""


def matches(hook: Hook, name: str) -> bool:
    """Whether a hook is about the tool, or what else its event tells apart, of this name."""
    if hook.matcher in ("", "*"):
        return True
    return any(re.fullmatch(hook.matcher, each) is not None for each in (name, *OTHER_NAMES.get(name, ())))


def answer(hook: Hook, ran: Ran) -> Answer:
    """What one hook said. One that gave no answer about a call leaves that to a person."""
    if ran.fault:
        told = NO_ANSWER.format(command=hook.command, source=hook.source, fault=ran.fault)
        wish: Decision = "ask" if hook.event == "PreToolUse" else ""
        return Answer(decision=wish, reason=_sentence(told), said=(_sentence(told),))
    if ran.code == BLOCKS:
        return Answer(decision="deny", reason=ran.err.strip() or ran.out.strip() or "it says no without a reason")
    if ran.code:
        err = f": {ran.err.strip()[:300]}" if ran.err.strip() else ""
        return Answer(said=(FAILED.format(command=hook.command, source=hook.source, code=ran.code, err=err),))
    return _spoken(hook, ran.out.strip())


def together(several: Sequence[Answer]) -> Answer:
    """What all hooks of an event say: of their wishes the most careful one, with its reasons."""
    decision = ORDER[max((ORDER.index(each.decision) for each in several), default=0)]
    reasons = [each.reason for each in several if each.decision == decision and each.reason]
    return Answer(
        decision=decision,
        reason="; ".join(dict.fromkeys(reasons)),
        context="\n\n".join(each.context for each in several if each.context),
        said=tuple(line for each in several for line in each.said),
        changed=next((each.changed for each in several if each.changed), ""),
        stops=any(each.stops for each in several),
    )


def _spoken(hook: Hook, out: str) -> Answer:
    """What the output of a hook that ended well says: JSON, or plain words."""
    table = _table(out)
    if table is None:
        return Answer(context=_cut(out)) if hook.event in TELLING else Answer()
    own = _inner(table, "hookSpecificOutput")
    asked = _inner(own, "decision")
    wish = own.get("permissionDecision") or asked.get("behavior") or table.get("decision")
    reasons = (own.get("permissionDecisionReason"), asked.get("message"), table.get("reason"), table.get("stopReason"))
    message = table.get("systemMessage")
    stops = table.get("continue") is False
    changed = own.get("updatedInput")
    return Answer(
        decision="deny" if stops else WORDS.get(str(wish), ""),
        reason=next((str(each) for each in reasons if each), "")[:MOST],
        context=_cut(str(own.get("additionalContext") or table.get("additionalContext") or "")),
        said=(str(message)[:2_000],) if message else (),
        changed=json.dumps(changed, ensure_ascii=False) if isinstance(changed, Mapping) else "",
        stops=stops,
    )


def _table(out: str) -> Mapping[str, object] | None:
    if not out.startswith("{"):
        return None
    try:
        found = json.loads(out)
    except (ValueError, RecursionError):
        return None
    return cast("Mapping[str, object]", found) if isinstance(found, Mapping) else None


def _inner(table: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = table.get(name)
    return cast("Mapping[str, object]", found) if isinstance(found, Mapping) else {}


def _cut(text: str) -> str:
    return text if len(text) <= MOST else text[:MOST] + CUT.format(most=MOST)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
