"""Spans of tasks that are handed to other agents, and whose work belongs to which of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from heartbit_tui.kernel.events import Envelope
from heartbit_tui.telemetry.begun import CUT, Begun, Team, Work
from heartbit_tui.telemetry.spans import DELEGATE, SQUAD, Span

NAMES: Mapping[str, str] = MappingProxyType({"delegate_task": DELEGATE, "form_squad": SQUAD})
"""The tools that hand tasks on, and the spans of doing so."""


class Teams:
    """All teams at work, the oldest first."""

    def __init__(self) -> None:
        self._teams: list[Team] = []

    def dispatch(self, envelope: Envelope, by: Work, agents: Sequence[str]) -> None:
        """An agent hands tasks to others, in the newest of its calls that has not done so yet."""
        taken = {team.call for team in self._teams if team.by is by}
        handing = [each for each in by.tools.items() if each[1].attributes["tool_name"] in NAMES]
        free = [each for each in handing if each[0] not in taken]
        call, tool = free[-1] if free else ("", by.run)
        span = Begun(
            name=NAMES.get(str(tool.attributes.get("tool_name")), DELEGATE),
            id=f"{envelope.seq}:team",
            trace=by.run.trace,
            start=envelope.at,
            parent=tool.id,
            attributes={"agent": by.agent, "agents": tuple(agents)},
        )
        self._teams.append(
            Team(span=span, by=by, call=call, members=tuple(agents), waiting=list(agents), left=len(agents))
        )

    def claim(self, agent: str) -> Begun | None:
        """The span that the work of an agent belongs to which begins now; None where nobody handed it a task."""
        team = next((team for team in self._teams if agent in team.waiting), None)
        if team is None:
            return None
        team.waiting.remove(agent)
        return team.span

    def completed(self, envelope: Envelope, success: bool) -> list[Span]:
        """An agent of a team has ended; the span of the team, where it was the last."""
        found = [team for team in self._teams if envelope.agent in team.members]
        found = found or [team for team in reversed(self._teams) if envelope.agent == team.by.agent]
        if not found:
            return []
        team = found[0]
        team.left -= 1
        team.failed += not success
        return self._end(team, envelope.at) if team.left <= 0 else []

    def call_ended(self, call: str, at: datetime) -> list[Span]:
        """A call has its result: what it handed on is over."""
        return [span for team in list(self._teams) if team.call == call for span in self._end(team, at)]

    def leave(self, by: Work, at: datetime) -> list[Span]:
        """An agent is done: whatever it handed on is cut off."""
        return [span for team in list(self._teams) if team.by is by for span in self._end(team, at)]

    def _end(self, team: Team, at: datetime) -> list[Span]:
        self._teams.remove(team)
        error = CUT if team.left > 0 else f"{team.failed} of {len(team.members)} failed" if team.failed else ""
        return [team.span.ended(at, failed=bool(error), error=error)]
