"""What the commands of a conversation do."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from heartbit_tui.client import caps, cascaded, diagnosed, expanding, filled, flowing, protection
from heartbit_tui.client.commands import Typed
from heartbit_tui.client.metered import OF
from heartbit_tui.client.moments import moment
from heartbit_tui.client.types import Client
from heartbit_tui.client.visible import harmless, one_line
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import HeartbitError
from heartbit_tui.kernel.events import Envelope
from heartbit_tui.kernel.ops import Background, Compact, Effort, Escalate, Mode, Rename, Restore, SetMode, SetModel
from heartbit_tui.kernel.past import Past
from heartbit_tui.kernel.spending import dollars
from heartbit_tui.repl import pursuing
from heartbit_tui.repl.agents import agents, steer, stop
from heartbit_tui.repl.commands import table
from heartbit_tui.repl.conversation import Conversation, Leave, Next, Switch
from heartbit_tui.repl.jobs import jobs
from heartbit_tui.repl.keys import KEYS
from heartbit_tui.repl.paint import MARKS
from heartbit_tui.repl.undoing import Going
from heartbit_tui.runtime import plugins
from heartbit_tui.runtime.options import New, Resume
from heartbit_tui.store.found import Hit

if TYPE_CHECKING:
    from heartbit_tui.client.counterparts import Kind

Act: TypeAlias = Callable[[str], Awaitable[Next | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A session as it is listed."""

    id: str
    title: str
    updated: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What commands need beside the session: the list of sessions and the search in them, ways to export, and a screen to clear."""

    sessions: Callable[[], Awaitable[Sequence[Known]]]
    found: Callable[[str], Awaitable[Sequence[Hit]]]
    exports: Mapping[str, Callable[[Sequence[Envelope]], str]]
    waits: Callable[[str, str], Awaitable[str]]
    """What comes of `/inbox` and `/beats`, by name and argument."""
    clear: Callable[[], None]
    toggle_vim: Callable[[], bool | None]
    kept: bool = True
    copied: bool = True
    """Whether a copy of the session can be made: of one that a daemon has also where nothing is kept here."""
    cwd: Path = Path()


class Acts:
    """Carries out the commands of one conversation."""

    def __init__(self, conversation: Conversation, means: Means) -> None:
        self._conversation = conversation
        self._client: Client = conversation.client
        self._tell = conversation.tell
        self._means = means
        self._going = Going(conversation)
        self._table: Mapping[str, Act] = {
            "help": self._help,
            "mode": self._mode,
            "model": self._model,
            "effort": self._effort,
            "escalate": self._escalate,
            "status": self._status,
            "safety": self._safety,
            "context": self._context,
            "drop": self._drop,
            "cap": self._cap,
            "cost": self._cost,
            "todos": self._todos,
            "tools": self._tools,
            "new": self._new,
            "resume": self._resume,
            "fork": self._fork,
            "rename": self._rename,
            "export": self._export,
            "search": self._search,
            "plan": lambda argument: pursuing.plan(conversation, argument),
            "goal": lambda argument: pursuing.goal(conversation, argument),
            "judge": lambda argument: pursuing.judge(conversation, argument),
            "workflow": self._workflow,
            "background": self._background,
            "jobs": lambda argument: jobs(conversation, argument),
            "agents": lambda argument: agents(conversation, argument),
            "steer": lambda argument: steer(conversation, argument),
            "stop": lambda argument: stop(conversation, argument),
            "compact": self._compact,
            "expand": self._expand,
            "uncompact": self._uncompact,
            "rewind": self._rewind,
            "memory": self._memory,
            **{name: partial(self._waits, name) for name in ("inbox", "beats")},
            "mcp": self._mcp,
            "lsp": lambda argument: self._counterparts("lsp", argument),
            "a2a": lambda argument: self._counterparts("a2a", argument),
            "undo": self._going.undo,
            "redo": self._going.redo,
            "clear": self._clear,
            "vim": self._vim,
            "quit": self._quit,
        }

    async def do(self, command: Typed) -> Next | None:
        """Carry out a command; what comes next, if the session is to be left."""
        return await self._table[command.name](command.argument)

    async def _help(self, _: str) -> None:
        width = max(len(keys) for keys, _ in KEYS)
        self._tell("\n".join(f"{keys:<{width}}  {does}" for keys, does in KEYS))
        self._tell(table())
        if offers := await self._client.about.offers():
            self._tell("Skills, and commands of files:")
            self._tell("\n".join(one_line(f"/{each.name}  {each.does}", 160) for each in offers))

    async def _mode(self, argument: str) -> None:
        if not argument:
            self._tell(f"mode: {self._client.mode}. /mode takes {', '.join(_modes())}.")
        elif argument in _modes():
            self._client.submit(SetMode(mode=Mode(argument)))
        elif argument == Mode.YOLO:
            self._tell("Yolo is set when heartbit is started, with --permission-mode yolo, never here.", warning=True)
        else:
            self._tell(f"There is no mode {argument}: {', '.join(_modes())}.", warning=True)

    async def _model(self, argument: str) -> None:
        provider, colon, model = argument.partition(":")
        if not argument:
            about = self._client.about
            self._tell(f"model: {about.provider} {about.model}")
        elif colon and provider.isalnum():
            self._client.submit(SetModel(provider=provider, model=model))
        else:
            self._client.submit(SetModel(model=argument))

    async def _escalate(self, _: str) -> None:
        self._client.submit(Escalate())
        await self._conversation.settled()

    async def _effort(self, argument: str) -> None:
        if argument in tuple(Effort):
            self._client.submit(SetModel(effort=Effort(argument)))
        else:
            self._tell(f"/effort takes {', '.join(Effort)}.", warning=True)

    async def _status(self, _: str) -> None:
        about, fold = self._client.about, self._conversation.fold
        self._tell(f"session  {about.session_id}{f' “{fold.title}”' if fold.title else ''}")
        self._tell(f"folder   {about.cwd}\nmodel    {about.provider} {about.model}\nmode     {self._client.mode}")
        self._tell(f"LSP      {diagnosed.told(fold.diagnostics)}")
        self._tell(f"prompts  {len(fold.prompts)}\ncontext  {self._used():,} tokens")
        await self._spent()

    def _used(self) -> int:
        meters = self._client.meters
        return meters.outlook().used if meters else self._conversation.fold.context_tokens

    async def _safety(self, _: str) -> None:
        about = self._client.about
        rows = protection.told(about, about.safety) if about.safety else ()
        self._tell("\n".join(f"{name:<10}  {text}" for name, text in rows))

    async def _context(self, _: str) -> None:
        meters = self._client.meters
        rows = filled.table(meters.outlook()) if meters else ["Nothing runs here that would fill a model's window."]
        self._tell("\n".join(harmless(row) for row in rows))
        self._tell("/drop N takes out what is marked with -, or puts it back.")

    async def _drop(self, argument: str) -> None:
        meters = self._client.meters
        if meters is not None:
            wanted = filled.numbered(meters.outlook(), argument)
            op = None if isinstance(wanted, str) else filled.drop(wanted)
            if op is not None:
                self._client.submit(op)
                await self._conversation.settled()
            else:
                self._tell(wanted if isinstance(wanted, str) else f"{wanted.title} stays.", warning=True)

    async def _cap(self, argument: str) -> None:
        found = caps.parsed(argument)
        if isinstance(found, str):
            self._tell(found, warning=True)
        else:
            self._client.submit(found)
            await self._conversation.settled()

    async def _cost(self, _: str) -> None:
        for each in self._client.meters.capped() if self._client.meters else ():
            self._tell(f"cap of {OF[each.period]}: ${dollars(each.used)} of ${dollars(each.cap or 0.0)}")
        await self._spent()

    async def _spent(self) -> None:
        lines = self._client.costs()
        for line in lines:
            use = line.usage
            price = f"${line.cost_usd:.4f}" + (f" + {_calls(line.unpriced)} of unknown price" if line.unpriced else "")
            self._tell(
                f"{line.model} ({line.purpose}): {_calls(line.calls)}, {use.prompt:,} tokens in "
                f"({use.cache_read_input_tokens:,} from the cache), {use.output_tokens:,} out, {price}"
            )
        if saved := cascaded.saving(lines):
            self._tell(saved)
        if cut := self._conversation.fold.cut.ended:
            self._tell(f"{_calls(cut)} cut off: what the service charged for that is unknown.")
        elif not lines:
            self._tell("No model was called yet.")

    async def _todos(self, _: str) -> None:
        todos = self._conversation.fold.todos
        self._tell("\n".join(f"{MARKS.get(status, '[ ]')} {words}" for status, words in todos) or "Nothing is listed.")

    async def _tools(self, _: str) -> None:
        self._tell(", ".join(self._client.about.tools))

    async def _new(self, _: str) -> Next:
        return Switch(which=New())

    async def _resume(self, argument: str) -> Next | None:
        if argument:
            return Switch(which=Resume(id=argument))
        known = await self._means.sessions()
        for each in known:
            self._tell(f"{each.id}  {moment(each.updated)}  {one_line(each.title, 60)}")
        self._tell("/resume ID takes one of them up." if known else "There are no sessions of this folder yet.")
        return None

    async def _fork(self, _: str) -> Next | None:
        if not self._means.copied:
            self._tell("This session is not kept, so it cannot be copied.", warning=True)
            return None
        return Switch(which=Resume(id=self._client.about.session_id, fork=True))

    async def _rename(self, argument: str) -> None:
        if argument:
            self._client.submit(Rename(title=argument))
        else:
            self._tell("/rename takes the new title.", warning=True)

    async def _export(self, argument: str) -> None:
        form, _, name = argument.partition(" ")
        export = self._means.exports.get(form)
        if export is None:
            self._tell(f"/export takes {', '.join(self._means.exports)}, and the name of a file.", warning=True)
            return
        path = self._means.cwd / (name.strip() or f"heartbit-{self._client.about.session_id}.{form}")
        log = tuple(self._conversation.log)
        try:
            await asyncio.to_thread(_write_new, path, lambda: export(log))
        except OSError as error:
            self._tell(f"{path} was not written: {error.strerror}.", warning=True)
        else:
            self._tell(f"written: {path}")

    async def _search(self, argument: str) -> None:
        if not self._means.kept:
            self._tell("This session is not kept, and no other is looked at from here.", warning=True)
            return
        if not argument:
            self._tell("/search takes the words to look for.", warning=True)
            return
        try:
            hits = await self._means.found(argument)
        except HeartbitError as error:
            self._tell(str(error), warning=True)
            return
        for hit in hits:
            self._tell(f"{hit.short}  {moment(hit.at)}  {hit.kind:<6}  {one_line(hit.marked, 160)}")
        self._tell("/resume ID takes one of them up." if hits else "Nothing that was said or done holds these words.")

    async def _workflow(self, argument: str) -> None:
        about = self._client.about
        found = flowing.prompt(argument, about) if argument else flowing.listed(about)
        if isinstance(found, str):
            self._tell(found, warning=bool(argument))
        else:
            self._conversation.send(found)

    async def _background(self, _: str) -> None:
        self._client.submit(Background())

    async def _compact(self, argument: str) -> None:
        await self._conversation.settled()
        self._client.submit(Compact(focus=argument))

    async def _expand(self, argument: str) -> None:
        past, found = self._summarised()
        part = expanding.chosen(found, argument)
        if part is not None:
            self._tell(expanding.original(past, part))
        elif argument and found:
            told = expanding.UNKNOWN.format(command="expand", last=len(found), without="all of them")
            self._tell(told, warning=True)
        else:
            lines = (f"{each.number}  {expanding.line(each)}" for each in found)
            self._tell("\n".join((*lines, "/expand N shows one of them.")) if found else expanding.NOTHING)

    async def _uncompact(self, argument: str) -> None:
        _, found = self._summarised()
        part = expanding.chosen(found, argument)
        if argument and part is None:
            told = expanding.UNKNOWN.format(command="uncompact", last=len(found), without="it takes back all")
            self._tell(told if found else expanding.NOTHING, warning=True)
            return
        await self._conversation.settled()
        self._client.submit(Restore(first=part.span.first, last=part.span.last) if part else Restore())
        await self._conversation.settled()

    def _summarised(self) -> tuple[Past, tuple[expanding.Part, ...]]:
        past = expanding.past_of(self._conversation.log, self._conversation.fold.agent)
        return past, expanding.parts(past)

    async def _rewind(self, argument: str) -> None:
        prompts = self._conversation.fold.prompts
        if not argument:
            lines = [f"{number}  {one_line(words, 70)}" for number, (_, words) in enumerate(prompts, 1)]
            self._tell("\n".join(lines) or "There is nothing to go back to.")
            self._tell(
                "/rewind N takes the chat back to before prompt N. Files stay as they are; /undo N takes them along."
            )
        elif argument.isdecimal() and 0 < int(argument) <= len(prompts):
            await self._going.rewind(argument)
        else:
            self._tell(f"/rewind takes a number from 1 to {len(prompts)}.", warning=True)

    async def _memory(self, argument: str) -> None:
        found = self._client.memories()
        if found is None:
            self._tell("This session has no memory: memory.type is none, or it was started with --bare.", warning=True)
            return
        told = plugins.resolve("heartbit_tui.repl.memory:told")
        try:
            if text := await told(found, argument):
                self._tell(text)
        except HeartbitError as error:
            self._tell(str(error), warning=True)

    async def _waits(self, what: str, argument: str) -> None:
        try:
            self._tell(await self._means.waits(what, argument))
        except (HeartbitError, OSError) as error:
            self._tell(str(error), warning=True)

    async def _mcp(self, argument: str) -> None:
        try:
            self._tell(await plugins.resolve("heartbit_tui.client.served:done")(self._client.served, argument))
        except HeartbitError as error:
            self._tell(str(error), warning=True)

    async def _counterparts(self, kind: "Kind", argument: str) -> None:
        told = plugins.resolve("heartbit_tui.client.counterparts:told")
        try:
            self._tell(told(self._client.counterparts(kind), kind, argument))
        except HeartbitError as error:
            self._tell(str(error), warning=True)

    async def _clear(self, _: str) -> None:
        self._means.clear()

    async def _vim(self, _: str) -> None:
        vi = self._means.toggle_vim()
        if vi is None:
            self._tell("Plain lines are edited by your terminal.", warning=True)
        else:
            self._tell("The draft has the keys of vi." if vi else "The draft has the keys of Emacs.")

    async def _quit(self, _: str) -> Next:
        return Leave()


def _calls(count: int) -> str:
    return f"{count} call{'' if count == 1 else 's'}"


def _modes() -> tuple[str, ...]:
    return tuple(mode for mode in Mode if mode is not Mode.YOLO)


def _write_new(path: Path, text: Callable[[], str]) -> None:
    """Write a file that must not be there yet."""
    with path.open("x", encoding="utf-8") as file:
        file.write(text())
