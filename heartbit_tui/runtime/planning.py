"""The plans of one session: kept in files, shown to the person, started as the file says then."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from heartbit_tui.config.files import project_root
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import (
    Choice,
    Envelope,
    Event,
    Notice,
    PlanKept,
    PlanStarted,
    Question,
    RunStarted,
)
from heartbit_tui.kernel.messages import Assistant, Text
from heartbit_tui.kernel.ops import Decide, Mode, Prompt, SetMode, Steer
from heartbit_tui.kernel.protocols import Agent, CallContext, Clock, Effects, Output, Tool
from heartbit_tui.kernel.session import BUSY, Session
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.at_end import AtEnd
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import Settings
from heartbit_tui.tools.late import Deferred

if TYPE_CHECKING:
    from heartbit_tui.plans import Kept

PACKAGE = "heartbit_tui.plans"
FOLDER = Path(__file__).parents[1] / "plans"
OURS, PLANS = ".heartbit", "plans"
TOOL, TODOS = "present_plan", "todowrite"

ASK = Choice(label="Start, and ask", description="the mode ask: each change is asked about")
ACCEPT = Choice(label="Start, accept edits", description="the mode accept-edits: files in the workspace may be changed")
EDIT = Choice(label="Edit it first", description="in your editor; what is saved is what counts")
MORE = Choice(label="Keep planning", description="the mode stays plan; own words say what to change")
LEAVE = Choice(label="Leave it", description="it is kept, and /plan starts it later")
MODES: Mapping[str, Mode] = MappingProxyType({ASK.label: Mode.ASK, ACCEPT.label: Mode.ACCEPT_EDITS})

ASKED = "Carry out “{title}” ({steps})?"
KEPT = "The plan is in {path}."
NOT_KEPT = "The plan could not be kept in {folder}: {why}."
MEANWHILE = "Somebody else changed the plan {path} meanwhile, so nothing was written to it."
STARTED = "The plan was started meanwhile, as it was."
NO_PLAN = "There is no plan in this session yet."
UNATTENDED = "The plan is kept in {path}. Nobody is there to start it: end here, with one sentence that says so."
LEFT = "The person keeps the plan and starts nothing now. End here, with one short sentence."
REMARK = "\n\nThe person says: {words}"

Edit = Callable[[Path], Awaitable[str]]
"""Lets the person change a file; what went wrong in a sentence, or empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What a person wants of a plan: `mode` to start it in, `words` to go on planning with, or neither."""

    mode: Mode | None = None
    words: str | None = None


class Planning:
    """Give `take` to the bus, let the agent be `given_to`, then `join`.

    `edit` is the surface's, where it has a way to let a person change a file.
    """

    def __init__(self, options: Options, settings: Settings, clock: Clock) -> None:
        self._options = options
        self._settings = settings
        self._clock = clock
        self._session: Session | None = None
        self._agent = ""
        self._temporary = ""
        self._presented = False
        self._last: Kept | None = None
        self.edit: Edit | None = None
        self.newest: PlanKept | None = None
        self.started = False
        """Whether the newest plan was started."""

    def take(self, envelope: Envelope) -> None:
        """Hear an event of the session."""
        match envelope.event:
            case PlanKept() as kept:
                self.newest, self.started = kept, False
            case PlanStarted():
                self.started = True
            case RunStarted() if envelope.agent == self._agent:
                self._presented = False
            case _:
                pass

    def given_to(self, agent: Agent) -> Agent:
        """The agent with the tool that hands plans over, while the mode is plan, and the look at its last answers."""
        others = agent.passing
        tool: list[Tool] = []
        disabled = TOOL in self._settings.config.strings("tools.disabled")

        def made() -> Tool:
            return cast("Tool", plugins.resolve(f"{PACKAGE}.tool:PresentPlan")(self._present))

        def passing() -> tuple[Tool, ...]:
            if disabled or self._session is None or self._session.settings.mode is not Mode.PLAN:
                return others()
            if not tool:
                tool.append(Deferred(TOOL, Effects.NONE, made, keeps_own_time=True, folder=FOLDER))
            return (*others(), *tool)

        return replace(agent, passing=passing, guardrails=(*agent.guardrails, AtEnd("plans", self._ended)))

    def join(self, session: Session, log: Sequence[Envelope], stack: AsyncExitStack) -> None:
        """The session is open, with this log so far; nothing is left of a plan of one that is not kept."""
        self._session, self._agent = session, session.agent.name
        for envelope in log:
            self.take(envelope)
        stack.push_async_callback(self._close)

    def review(self) -> None:
        """Ask the person about the newest plan, beside no run; it is started as the next prompt.

        Raises `HeartbitError` where there is no plan, or a run is active.
        """
        session, newest = self._session, self.newest
        if session is None or newest is None:
            raise HeartbitError(NO_PLAN)
        if not session.during(lambda: self._reviewed(session, newest), "plan"):
            raise HeartbitError(BUSY)

    async def text(self) -> str:
        """The newest plan as its file is now. Raises `HeartbitError` where there is none, or it was started."""
        return await asyncio.to_thread(plugins.resolve(f"{PACKAGE}:read"), self._unstarted())

    async def write(self, text: str, digest: str) -> None:
        """Put another text into the file of the newest plan, where that still has this digest. Raises `HeartbitError`."""
        path, digest_of = self._unstarted(), plugins.resolve(f"{PACKAGE}:digest")
        there: str = await asyncio.to_thread(plugins.resolve(f"{PACKAGE}:read"), path)
        if digest_of(there) == digest_of(text):
            return
        if digest_of(there) != digest:
            raise HeartbitError(MEANWHILE.format(path=path))
        kept = plugins.resolve(f"{PACKAGE}:Kept")(path=path, text=there)
        if await asyncio.to_thread(plugins.resolve(f"{PACKAGE}.keeping:replace"), kept, text) is None:
            raise HeartbitError(MEANWHILE.format(path=path))

    def _unstarted(self) -> Path:
        if self.newest is None:
            raise HeartbitError(NO_PLAN)
        if self.started:
            raise HeartbitError(STARTED)
        return Path(self.newest.path)

    async def _reviewed(self, session: Session, kept: PlanKept) -> None:
        self._tell(Notice(level="info", text=KEPT.format(path=kept.path)))
        decided = await self._decided(kept, lambda asked: session.desk.ask([asked]))
        words = decided.words
        if decided.mode is not None:
            words = await self._start(kept, decided.mode, _Beside(session))
        elif words is not None:
            session.submit(SetMode(mode=Mode.PLAN))
            words = _go_on(words)
        if words:
            session.submit(Prompt(content=(Text(text=words),)))

    async def _present(self, text: str, context: CallContext) -> Output:
        """What the tool does: keep the plan, ask, and tell the model what was decided."""
        kept = await self._keep(text)
        if isinstance(kept, str):
            return Output(content=kept, is_error=True)
        self._presented = True
        session = self._session
        if session is None or not session.desk.attended:
            return Output(content=UNATTENDED.format(path=kept.path), details={"path": kept.path})
        decided = await self._decided(kept, lambda asked: context.ask([asked]))
        if decided.mode is not None:
            told = await self._start(kept, decided.mode, context)
            return Output(content=told or LEFT, details={"path": kept.path, "decided": "started"})
        if decided.words is not None:
            return Output(content=_go_on(decided.words), details={"path": kept.path, "decided": "keep planning"})
        return Output(content=LEFT, details={"path": kept.path, "decided": "left"})

    async def _ended(self, message: Assistant) -> None:
        """Take the last answer of a run in the plan mode for a plan, where it is one and none was handed over."""
        session = self._session
        if session is None or session.settings.mode is not Mode.PLAN or self._presented:
            return
        if not plugins.resolve(f"{PACKAGE}:is_plan")(message.text):
            return
        kept = await self._keep(message.text)
        if isinstance(kept, str):
            self._tell(Notice(level="warning", text=kept))
            return
        self._presented = True
        if session.desk.attended:
            decided = await self._decided(kept, lambda asked: session.desk.ask([asked]))
            words = decided.words
            if decided.mode is not None:
                words = await self._start(kept, decided.mode, _Beside(session))
            elif words is not None:
                self._presented = False
                words = _go_on(words)
            if words:
                session.submit(Steer(text=words))

    async def _keep(self, text: str) -> PlanKept | str:
        """Write the plan into its file and tell of it, durably; why not, where that fails."""
        read = plugins.resolve
        try:
            kept: Kept = await asyncio.to_thread(self._written, text)
        except OSError as error:
            folder = error.filename or PLANS
            return NOT_KEPT.format(folder=folder, why=error.strerror or error)
        self._last = kept
        event = PlanKept(
            path=str(kept.path),
            title=read(f"{PACKAGE}:title")(text),
            digest=read(f"{PACKAGE}:digest")(text),
            steps=read(f"{PACKAGE}:steps")(text),
        )
        session = self._session
        assert session is not None
        await session.desk.committed(session.append(self._agent, event).seq)
        return event

    def _written(self, text: str) -> "Kept":
        """The plan in its file: the one of before where nobody has changed that, else a new one. Raises `OSError`."""
        if self._last is not None and (again := plugins.resolve(f"{PACKAGE}.keeping:replace")(self._last, text)):
            return again
        keep = plugins.resolve(f"{PACKAGE}:keep")
        name = plugins.resolve(f"{PACKAGE}:name_for")(text, self._clock.now().astimezone().date())
        if self._is_kept and self._settings.trust.is_trusted and not self._options.bare:
            try:
                return keep(project_root(self._options.cwd).resolve(), (OURS, PLANS), name, text)
            except OSError:  # a folder that cannot be written, or a link in its place: the data directory takes it
                pass
        if self._is_kept:
            base = self._settings.places.data
            base.mkdir(mode=0o700, parents=True, exist_ok=True)
            return keep(base.resolve(), (PLANS,), name, text)
        self._temporary = self._temporary or tempfile.mkdtemp(prefix="heartbit-plan-")
        return keep(Path(self._temporary).resolve(), (), name, text)

    @property
    def _is_kept(self) -> bool:
        return not (self._options.ephemeral or self._settings.config.boolean("sessions.ephemeral"))

    async def _decided(
        self, kept: PlanKept, ask: Callable[[Question], Awaitable[tuple[tuple[str, ...], ...] | None]]
    ) -> Decided:
        """What the person wants, asked again after each change of the file."""
        problem = ""
        while True:
            answers = await ask(self._question(kept, problem))
            said = " ".join(answers[0]).strip() if answers else ""
            if said == EDIT.label and self.edit is not None:
                problem = await self.edit(Path(kept.path))
                continue
            if said in MODES:
                return Decided(mode=MODES[said])
            if said in ("", LEAVE.label):
                return Decided()
            return Decided(words="" if said == MORE.label else said)

    def _question(self, kept: PlanKept, problem: str) -> Question:
        steps = f"{len(kept.steps)} step{'' if len(kept.steps) == 1 else 's'}"
        asked = ASKED.format(title=kept.title, steps=steps)
        edit = (EDIT,) if self.edit is not None else ()
        options = (ASK, ACCEPT, *edit, MORE, LEAVE)
        return Question(question=f"{problem} {asked}".strip(), header="Plan", options=options)

    async def _start(self, kept: PlanKept, mode: Mode, context: CallContext) -> str:
        """Begin with a plan as its file is now: the mode, the todo list, and what the model is told; empty where it is gone."""
        session = self._session
        assert session is not None
        try:
            text: str = await asyncio.to_thread(plugins.resolve(f"{PACKAGE}:read"), Path(kept.path))
        except HeartbitError as error:
            self._tell(Notice(level="warning", text=str(error)))
            return ""
        edited = plugins.resolve(f"{PACKAGE}:digest")(text) != kept.digest
        session.submit(SetMode(mode=mode))
        self._tell(PlanStarted(path=kept.path, mode=mode, edited=edited))
        await self._list(plugins.resolve(f"{PACKAGE}:steps")(text), context)
        return _words("started").format(mode=mode.value, plan=text)

    async def _list(self, steps: Sequence[str], context: CallContext) -> None:
        """Put the steps on the todo list, where the agent has one."""
        assert self._session is not None
        todos = next((tool for tool in self._session.agent.tools if tool.spec.name == TODOS), None)
        if todos is not None and steps:
            items = [{"content": step, "status": "pending", "priority": "medium"} for step in steps]
            await todos.run({"todos": items}, context)

    def _tell(self, event: Event) -> None:
        if self._session is not None:
            self._session.append(self._agent, event)

    async def _close(self) -> None:
        self._session = None
        if self._temporary:
            remove = plugins.resolve("shutil:rmtree")
            await asyncio.to_thread(remove, self._temporary, ignore_errors=True)


class _Beside:
    """A `CallContext` where no call is: what a tool tells is told in the session's name."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.agent = session.agent.name
        self.call_id = ""
        self.places: Mapping[str, str] = MappingProxyType({})

    def emit(self, event: Event) -> None:
        self._session.append(self.agent, event)

    async def ask(self, questions: Sequence[Question]) -> tuple[tuple[str, ...], ...] | None:
        return await self._session.desk.ask(questions)

    async def approve(self, reason: str, *, rule: str, proposal: str = "") -> Decide | None:
        return None


def _go_on(words: str) -> str:
    return _words("go_on") + (REMARK.format(words=words) if words else "")


def _words(name: str) -> str:
    return (FOLDER / f"{name}.md").read_text("utf-8").strip()
