"""heartbit: a coding agent for the terminal, and the library that it is made of.

The public names are found when they are asked for, so that importing the package costs nothing.
"""

TYPE_CHECKING = False  # type checkers take this name as true; `typing` alone would cost as much as a bare start

if TYPE_CHECKING:
    from heartbit_tui.agents.acting import AgentStep, CommandStep, Named, OrchestratorStep
    from heartbit_tui.agents.routing import Candidate, Decision, Strategy
    from heartbit_tui.agents.steps import Step, StepResult
    from heartbit_tui.agents.workflow import Loop, Parallel, Sequential, Workflow
    from heartbit_tui.client.local import local
    from heartbit_tui.client.types import About, Client
    from heartbit_tui.evals import EvalCase, EvalResult, EvalSummary, ExpectedTool, Outcome, Rated, Scorer
    from heartbit_tui.guardrails.passing import Passing
    from heartbit_tui.kernel.errors import ConfigError, HeartbitError, ProviderError
    from heartbit_tui.kernel.events import (
        ApprovalRequested,
        Envelope,
        Event,
        GuardrailDenied,
        QuestionAsked,
        StepEnded,
        StepStarted,
        TextDelta,
        ThinkingDelta,
        ToolCallCompleted,
        ToolCallStarted,
    )
    from heartbit_tui.kernel.messages import (
        Assistant,
        Audio,
        Image,
        StopReason,
        Text,
        Thinking,
        ToolCall,
        ToolResult,
        Usage,
        User,
    )
    from heartbit_tui.kernel.ops import Answer, Decide, Interrupt, Mode, Op, Prompt, Steer
    from heartbit_tui.kernel.protocols import (
        Block,
        CallContext,
        Checked,
        Clock,
        Effects,
        Finish,
        Guardrail,
        Output,
        Pass,
        Provider,
        Refuse,
        Request,
        Rewrite,
        Tool,
        ToolSpec,
        Touch,
        Warn,
    )
    from heartbit_tui.library.agent import Agent, AgentOptions
    from heartbit_tui.library.costs import estimate_cost
    from heartbit_tui.library.evaluating import evaluate, usual_scorers
    from heartbit_tui.library.exchange import Stream
    from heartbit_tui.library.result import Result
    from heartbit_tui.library.running import run, run_sync, stream
    from heartbit_tui.library.session import Session
    from heartbit_tui.library.tool import FunctionTool, tool
    from heartbit_tui.library.workflow import SessionStep
    from heartbit_tui.memory.protocols import Memory
    from heartbit_tui.memory.types import Entry, NewEntry, Query, Reach, Recall
    from heartbit_tui.memory.volatile import VolatileMemory
    from heartbit_tui.providers.pricing import Price
    from heartbit_tui.providers.types import Settings as ProviderSettings
    from heartbit_tui.runtime.clock import SystemClock
    from heartbit_tui.runtime.options import New, Options, Resume
    from heartbit_tui.runtime.plugged import PluginContext
    from heartbit_tui.wire.arguments import Unable

__version__ = "0.1.0"

__all__ = (
    "About",
    "Agent",
    "AgentOptions",
    "AgentStep",
    "Answer",
    "ApprovalRequested",
    "Assistant",
    "Audio",
    "Block",
    "CallContext",
    "Candidate",
    "Checked",
    "Client",
    "Clock",
    "CommandStep",
    "ConfigError",
    "Decide",
    "Decision",
    "Effects",
    "Entry",
    "Envelope",
    "EvalCase",
    "EvalResult",
    "EvalSummary",
    "Event",
    "ExpectedTool",
    "Finish",
    "FunctionTool",
    "Guardrail",
    "GuardrailDenied",
    "HeartbitError",
    "Image",
    "Interrupt",
    "Loop",
    "Memory",
    "Mode",
    "Named",
    "New",
    "NewEntry",
    "Op",
    "Options",
    "OrchestratorStep",
    "Outcome",
    "Output",
    "Parallel",
    "Pass",
    "Passing",
    "PluginContext",
    "Price",
    "Prompt",
    "Provider",
    "ProviderError",
    "ProviderSettings",
    "Query",
    "QuestionAsked",
    "Rated",
    "Reach",
    "Recall",
    "Refuse",
    "Request",
    "Result",
    "Resume",
    "Rewrite",
    "Scorer",
    "Sequential",
    "Session",
    "SessionStep",
    "Steer",
    "Step",
    "StepEnded",
    "StepResult",
    "StepStarted",
    "StopReason",
    "Strategy",
    "Stream",
    "SystemClock",
    "Text",
    "TextDelta",
    "Thinking",
    "ThinkingDelta",
    "Tool",
    "ToolCall",
    "ToolCallCompleted",
    "ToolCallStarted",
    "ToolResult",
    "ToolSpec",
    "Touch",
    "Unable",
    "Usage",
    "User",
    "VolatileMemory",
    "Warn",
    "Workflow",
    "__version__",
    "estimate_cost",
    "evaluate",
    "local",
    "run",
    "run_sync",
    "stream",
    "tool",
    "usual_scorers",
)

_HOMES = (
    (
        "heartbit_tui.agents.acting",
        (
            "AgentStep",
            "CommandStep",
            "Named",
            "OrchestratorStep",
        ),
    ),
    (
        "heartbit_tui.agents.routing",
        (
            "Candidate",
            "Decision",
            "Strategy",
        ),
    ),
    (
        "heartbit_tui.agents.steps",
        (
            "Step",
            "StepResult",
        ),
    ),
    (
        "heartbit_tui.agents.workflow",
        (
            "Loop",
            "Parallel",
            "Sequential",
            "Workflow",
        ),
    ),
    ("heartbit_tui.client.local", ("local",)),
    (
        "heartbit_tui.client.types",
        (
            "About",
            "Client",
        ),
    ),
    (
        "heartbit_tui.evals",
        (
            "EvalCase",
            "EvalResult",
            "EvalSummary",
            "ExpectedTool",
            "Outcome",
            "Rated",
            "Scorer",
        ),
    ),
    ("heartbit_tui.guardrails.passing", ("Passing",)),
    (
        "heartbit_tui.kernel.errors",
        (
            "ConfigError",
            "HeartbitError",
            "ProviderError",
        ),
    ),
    (
        "heartbit_tui.kernel.events",
        (
            "ApprovalRequested",
            "Envelope",
            "Event",
            "GuardrailDenied",
            "QuestionAsked",
            "StepEnded",
            "StepStarted",
            "TextDelta",
            "ThinkingDelta",
            "ToolCallCompleted",
            "ToolCallStarted",
        ),
    ),
    (
        "heartbit_tui.kernel.messages",
        (
            "Assistant",
            "Audio",
            "Image",
            "StopReason",
            "Text",
            "Thinking",
            "ToolCall",
            "ToolResult",
            "Usage",
            "User",
        ),
    ),
    (
        "heartbit_tui.kernel.ops",
        (
            "Answer",
            "Decide",
            "Interrupt",
            "Mode",
            "Op",
            "Prompt",
            "Steer",
        ),
    ),
    (
        "heartbit_tui.kernel.protocols",
        (
            "Block",
            "CallContext",
            "Clock",
            "Checked",
            "Effects",
            "Finish",
            "Guardrail",
            "Output",
            "Pass",
            "Provider",
            "Refuse",
            "Request",
            "Rewrite",
            "Tool",
            "ToolSpec",
            "Touch",
            "Warn",
        ),
    ),
    (
        "heartbit_tui.library.agent",
        (
            "Agent",
            "AgentOptions",
        ),
    ),
    ("heartbit_tui.library.costs", ("estimate_cost",)),
    (
        "heartbit_tui.library.evaluating",
        (
            "evaluate",
            "usual_scorers",
        ),
    ),
    ("heartbit_tui.library.exchange", ("Stream",)),
    ("heartbit_tui.library.result", ("Result",)),
    (
        "heartbit_tui.library.running",
        (
            "run",
            "run_sync",
            "stream",
        ),
    ),
    ("heartbit_tui.library.session", ("Session",)),
    (
        "heartbit_tui.library.tool",
        (
            "FunctionTool",
            "tool",
        ),
    ),
    ("heartbit_tui.library.workflow", ("SessionStep",)),
    ("heartbit_tui.memory.protocols", ("Memory",)),
    (
        "heartbit_tui.memory.types",
        (
            "Entry",
            "NewEntry",
            "Query",
            "Reach",
            "Recall",
        ),
    ),
    ("heartbit_tui.memory.volatile", ("VolatileMemory",)),
    ("heartbit_tui.providers.pricing", ("Price",)),
    ("heartbit_tui.runtime.clock", ("SystemClock",)),
    (
        "heartbit_tui.runtime.options",
        (
            "New",
            "Options",
            "Resume",
        ),
    ),
    ("heartbit_tui.runtime.plugged", ("PluginContext",)),
    ("heartbit_tui.wire.arguments", ("Unable",)),
)
"""Each module with what it has of these; a tuple, because the package loads nothing else."""


def __getattr__(name: str) -> object:
    """The public name `name`, from the module that has it."""
    from importlib import import_module

    if name == "ProviderSettings":
        return import_module("heartbit_tui.providers.types").Settings
    for module, names in _HOMES:
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
