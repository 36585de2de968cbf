"""What works, and how: the options of an embedded heartbit, from which tasks and sessions are begun."""

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any, TypeAlias, TypedDict

from heartbit_tui.agents.routing import Strategy
from heartbit_tui.agents.workflow import Workflow
from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.kernel.events import ApprovalRequested, QuestionAsked
from heartbit_tui.kernel.host import OnAsk
from heartbit_tui.kernel.messages import Audio, Image, JsonObject, Text
from heartbit_tui.kernel.ops import Decide, Mode
from heartbit_tui.kernel.protocols import Guardrail, Provider, Tool
from heartbit_tui.library.shapes import schema_of
from heartbit_tui.memory.protocols import Memory
from heartbit_tui.runtime.brought import Brought
from heartbit_tui.runtime.options import New, Options, Which

Task: TypeAlias = str | Sequence[Text | Image | Audio]
"""What is to be done: words, or words with pictures and sounds."""

Approve: TypeAlias = Callable[[ApprovalRequested], bool | Decide | Awaitable[bool | Decide]]
"""Decides a call that waits; a `Decide` may reach further than this once, its id is filled in."""

Reply: TypeAlias = Callable[[QuestionAsked], Sequence[Sequence[str]] | Awaitable[Sequence[Sequence[str]]]]
"""Answers a question: for each part of it the labels chosen, or own words; nothing at all declines."""


class AgentOptions(TypedDict, total=False):
    """The fields of `Agent` as keyword arguments, which say what each means."""

    cwd: Path | str
    model: str
    provider: str | Provider
    tools: Sequence[Tool]
    guardrails: Sequence[Guardrail]
    memory: Memory | None
    workflows: Mapping[str, Workflow]
    routing: Strategy | None
    mode: Mode | str | None
    approve: Approve | None
    answer: Reply | None
    on_ask: OnAsk | None
    allow: Sequence[str]
    deny: Sequence[str]
    max_turns: int | None
    max_tokens: int | None
    max_cost_usd: float | None
    timeout: float | None
    schema: JsonObject | type | None
    instructions: str
    settings: Mapping[str, object]
    which: Which
    bare: bool
    ephemeral: bool
    environment: Mapping[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """What an embedded heartbit is made of; what is not said here comes from the settings, as for the command.

    `provider` is a name, as in `provider.name`, or an object that answers. `tools` and `guardrails` come on top of the
    built-in and the configured ones, `memory` takes the place of the configured one. `workflows` can be done by their
    names with `Session.workflow`, beside those of the settings. `routing` chooses the agent of the settings that takes a
    prompt. `approve` decides calls that wait
    for a person and `answer` answers the agent's questions; without `approve` such calls are denied. With `on_ask`
    "person" and no callbacks they wait for `Session.decide`. `allow` and `deny` are rules such as `bash(git status)`.

    `max_tokens` and `max_cost_usd` bound one run, `timeout` is in seconds. `schema` is the JSON Schema of the answer, or
    a dataclass or pydantic model. `instructions` come at the end of the system prompt. `settings` are any others by
    dotted key. `bare` leaves out the person's and the project's settings, skills, hooks, servers and memory;
    `ephemeral` keeps nothing on disk. `environment` is the process's unless it is given.
    """

    cwd: Path | str = "."
    model: str = ""
    provider: str | Provider = ""
    tools: Sequence[Tool] = ()
    guardrails: Sequence[Guardrail] = ()
    memory: Memory | None = None
    workflows: Mapping[str, Workflow] = field(default_factory=dict[str, Workflow])
    routing: Strategy | None = None
    mode: Mode | str | None = None
    approve: Approve | None = None
    answer: Reply | None = None
    on_ask: OnAsk | None = None
    allow: Sequence[str] = ()
    deny: Sequence[str] = ()
    max_turns: int | None = None
    max_tokens: int | None = None
    max_cost_usd: float | None = None
    timeout: float | None = None
    schema: JsonObject | type | None = None
    instructions: str = ""
    settings: Mapping[str, object] = field(default_factory=dict[str, object])
    which: Which = field(default_factory=New)
    bare: bool = False
    ephemeral: bool = False
    environment: Mapping[str, str] | None = None

    @property
    def asked(self) -> OnAsk:
        """Who is asked about a call: a callback stands for a person."""
        return self.on_ask or ("deny" if self.approve is None and self.answer is None else "person")

    def options(self) -> Options:
        """What the runtime opens a session with."""
        own = self.provider if not isinstance(self.provider, str) else None
        return Options(
            cwd=Path(self.cwd).resolve(),
            environment=dict(os.environ) if self.environment is None else self.environment,
            surface="library",
            which=self.which,
            flags=self._flags(),
            mode=None if self.mode is None else Mode(self.mode),
            on_ask=self.asked,
            allow=tuple(self.allow),
            deny=tuple(self.deny),
            append_system=self.instructions,
            schema=schema_of(self.schema),
            bare=self.bare,
            ephemeral=self.ephemeral,
            brought=Brought(
                provider=own,
                tools=tuple(self.tools),
                guardrails=tuple(self.guardrails),
                memory=self.memory,
                workflows=dict(self.workflows),
                routing=self.routing,
            ),
        )

    def _flags(self) -> Mapping[str, object]:
        named: dict[str, Any] = {
            "provider.name": self.provider if isinstance(self.provider, str) else "",
            "provider.model": self.model,
            "limits.max_turns": self.max_turns,
            "limits.max_total_tokens": self.max_tokens,
            "limits.max_cost_usd": self.max_cost_usd,
            "limits.run_timeout": self.timeout,
        }
        return {**self.settings, **{key: value for key, value in named.items() if value not in ("", None)}}
