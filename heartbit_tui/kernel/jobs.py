"""The background of a session that has none."""

from heartbit_tui.kernel.ops import Background, StopJob

NONE = "This session runs nothing in the background."


class NoJobs:
    """`Jobs` of a session whose tools start no command."""

    def take(self, op: Background | StopJob) -> str:
        """There is nothing to let go or to stop."""
        return NONE

    def news(self, agent: str) -> tuple[str, ...]:
        """Nothing ever ends."""
        return ()

    def output(self, id: str) -> str:
        """Nothing is known."""
        return ""

    async def close(self) -> None:
        """Nothing is left."""
