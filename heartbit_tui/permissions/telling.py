"""A verdict taken apart: each command of a line and each thing a call touches, with what decided it."""

from collections.abc import Callable, Iterator, Sequence

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.ops import Mode
from heartbit_tui.kernel.protocols import Action, Touch
from heartbit_tui.permissions import lines, matching, shell
from heartbit_tui.permissions.paths import Workspace
from heartbit_tui.permissions.rules import Rule, Ruling

ONLY_READS = "known to do nothing but read"
UNKNOWN = "no rule allows it, and it is not known to do nothing but read"
IN_SCRIPT = "in a script that the line hands to a shell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One command, redirection or other thing of a call.

    `what` is how it is written, `where` where it stands, `ruling` what it would come to by itself, and `why` names
    the rule or says what is known.
    """

    what: str
    where: str
    ruling: Ruling
    why: str


def parts(action: Action, mode: Mode, rules: Sequence[Rule], workspace: Workspace) -> tuple[Part, ...]:
    """The parts of a call, in the order in which they stand in it; reads the file system to resolve links."""
    return tuple(part for touch in matching.touches(action) for part in _of(action, touch, mode, rules, workspace))


def _of(action: Action, touch: Touch, mode: Mode, rules: Sequence[Rule], workspace: Workspace) -> Iterator[Part]:
    about = tuple(rule for rule in rules if rule.is_about(action.call.name))
    if touch.kind != "command":
        yield _thing(touch, about, workspace)
        return
    seen = shell.look(touch.what)
    if seen.unclear:
        yield Part(what=touch.what, where="the line", ruling="ask", why=f"it cannot be understood: {seen.unclear}")
    for rule in about:
        spelt = (
            shell.allows(rule, touch.what) if rule.action == "allow" else rule.exact and shell.hits(rule, touch.what)
        )
        if spelt:
            yield Part(
                what=touch.what, where="the line", ruling=rule.action, why=f"the rule “{rule.title}” spells it out"
            )
    for simple in seen.commands:
        yield _command(simple, touch, (about, rules), workspace)
    for file in seen.writes:
        yield _redirected(file, touch, mode, rules, workspace)


def _thing(touch: Touch, about: Sequence[Rule], workspace: Workspace) -> Part:
    """A path or an address."""
    strict, where = _strictest(about, lambda rule: matching.touched_by(rule, touch, workspace)), touch.kind
    if strict is not None:
        return Part(what=touch.what, where=where, ruling=strict.action, why=f"the rule “{strict.title}”")
    allowed = next(
        (rule for rule in about if rule.action == "allow" and matching.allows_touch(rule, touch, workspace)), None
    )
    if allowed is not None:
        return Part(what=touch.what, where=where, ruling="allow", why=f"the rule “{allowed.title}”")
    if touch.kind in ("read", "write"):
        why = _of_path(touch, workspace)
        inside = why == "inside the workspace"
        return Part(what=touch.what, where=where, ruling="allow" if inside and touch.kind == "read" else "ask", why=why)
    return Part(what=touch.what, where=where, ruling="ask", why="no rule is about it")


def _of_path(touch: Touch, workspace: Workspace) -> str:
    if name := workspace.protected(touch.what) if touch.kind == "write" else "":
        return f"{name} decides what runs or what is allowed"
    if name := workspace.secret(touch.what):
        return f"{name} may hold a secret"
    return "inside the workspace" if workspace.is_inside(touch.what) else "outside the workspace"


def _command(
    simple: shell.Simple, touch: Touch, rules: tuple[Sequence[Rule], Sequence[Rule]], workspace: Workspace
) -> Part:
    about, every = rules
    text = _written(simple)
    where = _where(simple, touch.what)
    if strict := _strictest(about, lambda rule: not rule.exact and shell.hits(rule, text)):
        return Part(what=text, where=where, ruling=strict.action, why=f"the rule “{strict.title}”")
    reading = shell.reading(simple)
    if reading is not None:
        closed = lines.obstacle(reading.files, touch, every, workspace, written=False)
        why = f"it only reads, but {closed}" if closed else ONLY_READS
        return Part(what=text, where=where, ruling="ask" if closed else "allow", why=why)
    allows = (rule for rule in about if rule.action == "allow" and not rule.exact)
    allowed = next((rule for rule in allows if shell.fits(shell.prefix_of(rule.pattern), simple)), None)
    if allowed is None:
        return Part(what=text, where=where, ruling="ask", why=UNKNOWN)
    closed = lines.obstacle(shell.named_by(simple), touch, every, workspace, written=False)
    why = f"the rule “{allowed.title}”{f' fits, but {closed}' if closed else ''}"
    return Part(what=text, where=where, ruling="ask" if closed else "allow", why=why)


def _where(simple: shell.Simple, line: str) -> str:
    if simple.at < 0:
        return IN_SCRIPT
    if "\\\n" in line:
        return "in the line"
    return f"at character {len(line.encode('utf-8', 'replace')[: simple.at].decode('utf-8', 'replace')) + 1}"


def _redirected(file: shell.File, touch: Touch, mode: Mode, rules: Sequence[Rule], workspace: Workspace) -> Part:
    closed = lines.obstacle((file,), touch, rules, workspace, written=True)
    if mode is not Mode.ACCEPT_EDITS and not closed:
        closed = f"the {mode} mode lets no line write"
    return Part(
        what=f"> {file.path}",
        where="redirection",
        ruling="ask" if closed else "allow",
        why=closed or "inside the workspace, in the mode in which edits pass",
    )


def _strictest(about: Sequence[Rule], hits: Callable[[Rule], bool]) -> Rule | None:
    """The rule that denies, or else the one that asks."""
    for ruling in ("deny", "ask"):
        if found := next((rule for rule in about if rule.action == ruling and hits(rule)), None):
            return found
    return None


def _written(simple: shell.Simple) -> str:
    return " ".join((*(f"{name}=…" for name in simple.assigned), *(word.text for word in simple.words)))
