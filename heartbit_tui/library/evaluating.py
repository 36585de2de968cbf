"""Evaluations of an embedded heartbit."""

from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from heartbit_tui.evals import EvalCase, EvalResult, EvalRunner, EvalSummary, Scorer
from heartbit_tui.evals.runner import nobody
from heartbit_tui.evals.scorers import CommandScorer, KeywordScorer, SimilarityScorer, TrajectoryScorer, TreeScorer
from heartbit_tui.kernel.events import Envelope
from heartbit_tui.library.agent import Agent
from heartbit_tui.library.running import stream
from heartbit_tui.providers.scripted import Scripted
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.evaluating import SandboxedCommands, usual_mode


class Embedded:
    """A `Subject`: an agent that does each case in a session of its own, which is not kept.

    Cases that bring a script are played by it where the agent's provider is called `scripted`.
    """

    def __init__(self, agent: Agent) -> None:
        self._agent = agent

    async def attempt(self, case: EvalCase, folder: Path) -> AsyncGenerator[Envelope]:
        """Do the task in this folder. Raises what opening a session raises."""
        agent = replace(self._agent, cwd=folder, ephemeral=True, timeout=self._agent.timeout or case.seconds)
        if self._agent.provider == "scripted" and case.script:
            agent = replace(agent, provider=Scripted(case.script, clock=SystemClock()))
        async with stream(case.input, agent) as envelopes:
            async for envelope in envelopes:
                yield envelope


def usual_scorers(agent: Agent) -> tuple[Scorer, ...]:
    """Every scorer that needs nothing more: trajectory, keyword, similarity by words, tree, command.

    The command comes last: its checks are files that no tree expects.
    """
    commands = SandboxedCommands(agent.options(), SystemClock())
    return TrajectoryScorer(), KeywordScorer(), SimilarityScorer(), TreeScorer(), CommandScorer(commands)


async def evaluate(
    cases: Iterable[EvalCase],
    agent: Agent | None = None,
    /,
    *,
    scorers: Sequence[Scorer] | None = None,
    repeat: int = 1,
    parallel: int = 1,
    hear: Callable[[EvalResult], None] = nobody,
) -> EvalSummary:
    """Have an agent do cases, each in a folder of its own, and judge what came of it.

    `agent` is without any settings of a person or a project where none is given, and may run commands where a sandbox
    holds them; its `cwd` is not used.
    Without `scorers` those of `usual_scorers` judge. Each case is done `repeat` times, `parallel` attempts at once, and
    `hear` is told each result as it comes. Raises what opening a session raises.
    """
    worker = agent or Agent(bare=True, mode=await usual_mode(Agent(bare=True).options(), SystemClock()))
    judges = usual_scorers(worker) if scorers is None else scorers
    runner = EvalRunner(SystemClock(), scorers=judges, repeat=repeat, parallel=parallel)
    return await runner.run(Embedded(worker), cases, hear)
