"""A script that a model plays: replies, how they are paced, and the faults on the way.

The same script drives the scripted provider and the model server of `heartbit_tui.testing`. In a file (JSON or
TOML) it is an object with the key `replies`, a list. A reply is a string (that text) or an object with:

- `blocks`: a list, in the order in which the model writes. Each is one of
  `{"text": "…"}`, `{"thinking": "…"}`,
  `{"call": "NAME", "input": {…}}` (with `"id"` to choose it, else a fresh one each time),
  `{"call": "NAME", "arguments": "{\\"a\\": 1"}` (arguments as raw text that need not be JSON), and
  `{"opaque": {…}}` (a block that only the provider knows, as it stands on its wire).
- `stop`: a stop reason of `StopReason`; by default `tool_use` where there are calls, else `end_turn`.
- `usage`: an object with the fields of `Usage`; by default 10 tokens in, 5 out. `cost_usd`: what the service charged.
- `chunk`: characters a delta, 16 by default. `wait`: seconds before the first, `pace`: seconds between two.
- `when`: the reply is only given to a request whose last message contains this text; `when_system`: likewise of
  the system prompt.
- `times`: how often it may be given, 1 by default, 0 for always.
- `fault`: what goes wrong, an object with `kind` and the fields of the class of that kind in `faults`:
  `{"kind": "status", "status": 429, "headers": {"retry-after": "1"}, "body": "…"}`, `{"kind": "refuse"}`,
  `{"kind": "drop", "after": 3}`, `{"kind": "cut", "bytes": 100}`, `{"kind": "stall", "after": 0}`,
  `{"kind": "error_event", "after": 2, "error": {…}}`, `{"kind": "junk"}`, `{"kind": "endless_headers"}`, …

The first reply in the list that fits the request and is not used up is given.
"""

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, fields
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias, cast

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.kernel.messages import Opaque, StopReason, Text, Thinking, ToolCall, Usage
from heartbit_tui.providers.faults import Fault, fault_from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCall:
    """A tool call whose arguments are this text, JSON or not."""

    name: str
    arguments: str
    id: str = ""


ScriptBlock: TypeAlias = Text | Thinking | ToolCall | RawCall | Opaque


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer of a scripted model; the module's docstring says what the fields mean."""

    blocks: tuple[ScriptBlock, ...] = ()
    stop: StopReason | None = None
    usage: Usage = field(default_factory=lambda: Usage(input_tokens=10, output_tokens=5))
    cost_usd: float | None = None
    chunk: int = 16
    wait: float = 0.0
    pace: float = 0.0
    when: str = ""
    when_system: str = ""
    times: int = 1
    fault: Fault | None = None

    @property
    def stop_reason(self) -> StopReason:
        """`stop`, or what follows from the blocks."""
        if self.stop is not None:
            return self.stop
        called = any(isinstance(block, ToolCall | RawCall) for block in self.blocks)
        return StopReason.TOOL_USE if called else StopReason.END_TURN


class Player:
    """Gives the replies of a script one after the other."""

    def __init__(self, replies: Iterable[Reply]) -> None:
        self._replies = tuple(replies)
        self._given = [0] * len(self._replies)
        self._calls = 0

    def next(self, *, last: str, system: str = "") -> Reply | None:
        """The reply to a request with this last message and system prompt; None when none is left."""
        for index, reply in enumerate(self._replies):
            used_up = 0 < reply.times <= self._given[index]
            if not used_up and reply.when in last and reply.when_system in system:
                self._given[index] += 1
                return self._with_ids(reply)
        return None

    @property
    def left(self) -> int:
        """How many replies were not given as often as they should be; those for always do not count."""
        return sum(reply.times > given for reply, given in zip(self._replies, self._given, strict=True))

    def _with_ids(self, reply: Reply) -> Reply:
        blocks = tuple(self._with_id(block) for block in reply.blocks)
        return reply if blocks == reply.blocks else _replaced(reply, blocks)

    def _with_id(self, block: ScriptBlock) -> ScriptBlock:
        match block:
            case Thinking(text=text, signature=""):
                return Thinking(text=text, signature=sign(text))
            case ToolCall(id="", name=name, input=arguments):
                return ToolCall(id=self._new_id(), name=name, input=arguments)
            case RawCall(id="", name=name, arguments=arguments):
                return RawCall(id=self._new_id(), name=name, arguments=arguments)
            case _:
                return block

    def _new_id(self) -> str:
        self._calls += 1
        return f"call_{self._calls}"


def text(*texts: str) -> tuple[Reply, ...]:
    """Replies of one text each."""
    return tuple(Reply(blocks=(Text(text=text),)) for text in texts)


def call(name: str, id: str = "", **input: Any) -> ToolCall:
    """A call of the tool `name`; it gets a fresh id where none is given."""
    return ToolCall(id=id, name=name, input=input)


def sign(thinking: str) -> str:
    """The signature that a scripted model puts under this reasoning."""
    return "sig_" + sha256(thinking.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def pieces(text: str, size: int) -> list[str]:
    """The text in pieces of `size` characters."""
    return [text[start : start + size] for start in range(0, len(text), max(size, 1))]


def load(path: Path) -> tuple[Reply, ...]:
    """The replies in a file, TOML by its ending or else JSON. Raises `ConfigError`."""
    try:
        raw = path.read_text("utf-8")
        return parse(tomllib.loads(raw) if path.suffix == ".toml" else json.loads(raw))
    except (OSError, ValueError) as error:
        raise ConfigError(f"The script {path} cannot be read: {error}", source=str(path)) from error


def parse(script: object) -> tuple[Reply, ...]:
    """The replies in the JSON form of a script. Raises `ConfigError`."""
    data = _object(script, "a script")
    replies = _only(data, ("replies",), "a script").get("replies")
    if not isinstance(replies, Sequence) or isinstance(replies, str):
        raise ConfigError("A script needs the key 'replies', a list.", key="replies")
    return tuple(_reply(reply) for reply in cast("Sequence[object]", replies))


def _reply(value: object) -> Reply:
    if isinstance(value, str):
        return Reply(blocks=(Text(text=value),))
    data = _only(_object(value, "a reply"), [field.name for field in fields(Reply)], "a reply")
    values: dict[str, Any] = {key: _PARSED.get(key, _as_it_is)(data[key]) for key in data}
    return _built(values)


def _built(values: dict[str, Any]) -> Reply:
    return Reply(**values)


def _as_it_is(value: Any) -> object:
    return value


def _blocks(value: Any) -> tuple[ScriptBlock, ...]:
    return tuple(_block(block) for block in value)


def _block(value: object) -> ScriptBlock:
    match _object(value, "a block"):
        case {"text": str(text)}:
            return Text(text=text)
        case {"thinking": str(text), **rest}:
            return Thinking(text=text, signature=str(rest.get("signature", "")))
        case {"call": str(name), "arguments": str(arguments), **rest}:
            return RawCall(name=name, arguments=arguments, id=str(rest.get("id", "")))
        case {"call": str(name), **rest}:
            return ToolCall(name=name, input=_object(rest.get("input", {}), "input"), id=str(rest.get("id", "")))
        case {"opaque": data}:
            return Opaque(provider="", data=_object(data, "opaque"))
        case other:
            raise ConfigError(f"A block needs one of text, thinking, call, opaque; it has {sorted(other)}.")


def _usage(value: Any) -> Usage:
    known = [field.name for field in fields(Usage)]
    return Usage(**_only(_object(value, "usage"), known, "usage"))


def _fault(value: Any) -> Fault:
    return fault_from_json(_object(value, "a fault"))


def _object(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"In a script, {what} has to be an object, not {value!r}.")
    return dict(cast("Mapping[str, Any]", value))


def _only(data: dict[str, Any], known: Sequence[str], what: str) -> dict[str, Any]:
    if unknown := sorted(set(data) - set(known)):
        raise ConfigError(f"In a script, {what} has no key {unknown[0]!r}. It may have: {', '.join(known)}.")
    return data


def _replaced(reply: Reply, blocks: tuple[ScriptBlock, ...]) -> Reply:
    values = {field.name: getattr(reply, field.name) for field in fields(Reply)}
    return _built({**values, "blocks": blocks})


_PARSED: MappingProxyType[str, Callable[[Any], object]] = MappingProxyType(
    {
        "blocks": _blocks,
        "stop": StopReason,
        "usage": _usage,
        "fault": _fault,
    }
)
