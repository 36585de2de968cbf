"""A function becomes a tool: its types are what a model has to give, its docstring is what a model is told."""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Iterable
from functools import update_wrapper
from typing import Any, Generic, Literal, ParamSpec, TypeAlias, TypeVar, cast, overload

from pydantic_core import to_json

from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.kernel.protocols import CallContext, Effects, Output, ToolSpec, Touch
from heartbit_tui.library.docstrings import parsed
from heartbit_tui.library.signatures import signature_of
from heartbit_tui.wire.arguments import Unable, fault

P = ParamSpec("P")
R = TypeVar("R")
EffectsWord: TypeAlias = Effects | Literal["none", "read", "network", "write", "execute"]

DONE = "Done."
"""What a model is told of a function that returned nothing."""

FAILED = "{name} failed: {error}"
NO_DESCRIPTION = "{name} has no docstring. Write one: it is what a model knows of the tool."


class FunctionTool(Generic[P, R]):
    """A `Tool` made of a function, which can still be called as the function that it was."""

    def __init__(
        self,
        function: Callable[P, R],
        *,
        name: str = "",
        description: str = "",
        effects: EffectsWord = Effects.EXECUTE,
        touches: Callable[P, Iterable[Touch]] | None = None,
        keeps_own_time: bool = False,
    ) -> None:
        update_wrapper(self, function)
        told = parsed(function.__doc__)
        self._function = function
        self._name = name or function.__name__
        self._signature = signature_of(function, told.parameters)
        if not (description or told.text):
            raise TypeError(NO_DESCRIPTION.format(name=self._name))
        self._spec = ToolSpec(
            name=self._name, description=description or told.text, input_schema=self._signature.schema
        )
        self._effects = Effects(effects)
        self._touches = touches
        self._keeps_own_time = keeps_own_time

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """What the function gives, called as itself."""
        return self._function(*args, **kwargs)

    @property
    def spec(self) -> ToolSpec:
        """How the model sees it."""
        return self._spec

    @property
    def effects(self) -> Effects:
        """What a call may do."""
        return self._effects

    @property
    def keeps_own_time(self) -> bool:
        """Whether no time limit of tools holds for it."""
        return self._keeps_own_time

    def touches(self, input: JsonObject) -> tuple[Touch, ...]:
        """What a call would touch, as far as it was said."""
        if self._touches is None:
            return ()
        tell = cast("Callable[..., Iterable[Touch]]", self._touches)
        return tuple(tell(**self._signature.given(input)))

    def check(self, input: JsonObject) -> str:
        """Empty when the input fits the types; otherwise a sentence that tells the model what to change."""
        return fault(self._name, self._signature.model, input)

    async def preview(self, input: JsonObject) -> str:
        """Nothing more than the arguments, which are shown anyway."""
        return ""

    async def run(self, input: JsonObject, context: CallContext) -> Output:
        """Call the function, beside the loop where it is not async; what it raises becomes the tool's error."""
        given = self._signature.given(input)
        if self._signature.context:
            given[self._signature.context] = context
        try:
            return _output(await self._called(given))
        except Unable as problem:
            return Output(content=str(problem), is_error=True)
        except Exception as error:  # noqa: BLE001 - the tool boundary: a fault of the function is the model's to know
            return Output(content=FAILED.format(name=self._name, error=_shown(error)), is_error=True)

    async def _called(self, given: dict[str, Any]) -> object:
        function = cast("Callable[..., object]", self._function)
        if inspect.iscoroutinefunction(function):
            return await cast("Callable[..., Awaitable[object]]", function)(**given)
        found = await asyncio.to_thread(function, **given)
        return await cast("Awaitable[object]", found) if inspect.isawaitable(found) else found


@overload
def tool(function: Callable[P, R], /) -> FunctionTool[P, R]: ...
@overload
def tool(
    *,
    name: str = "",
    description: str = "",
    effects: EffectsWord = Effects.EXECUTE,
    touches: Callable[..., Iterable[Touch]] | None = None,
    keeps_own_time: bool = False,
) -> Callable[[Callable[P, R]], FunctionTool[P, R]]: ...
def tool(function: Callable[..., Any] | None = None, /, **traits: Any) -> Any:
    """Make a tool of a typed function, as `@tool` or `@tool(effects="read")`.

    The types of its parameters give the JSON Schema, which checks what the model sends; `Literal`, `Optional`,
    dataclasses and pydantic models may stand there. The docstring describes the tool, and its section on parameters
    each of them; so does `Annotated[str, Field(description=…)]`. A parameter of the type `CallContext` gets what the
    call may use of its session. The function may be async; otherwise it runs in a thread. What it returns is told to
    the model, as JSON where it is no string; an `Output` is taken as it is. What it raises becomes the tool's error.

    `effects` says what a call may do at worst, which decides whether it is asked about: without a word of yours
    anything, so that it is. `touches` gets the same arguments and tells the paths, commands and addresses that rules
    look at. With `keeps_own_time` the time limit of tools does not hold. Raises `TypeError` for a function that no
    model could call.
    """
    if function is not None:
        return FunctionTool(function)

    def made(given: Callable[..., Any]) -> FunctionTool[..., Any]:
        return FunctionTool(given, **traits)

    return made


def _output(found: object) -> Output:
    match found:
        case Output():
            return found
        case None:
            return Output(content=DONE)
        case str():
            return Output(content=found)
        case _:
            return Output(content=to_json(found, fallback=str, inf_nan_mode="constants").decode())


def _shown(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
