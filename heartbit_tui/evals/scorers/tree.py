"""Whether the folder holds exactly the files that it should."""

import asyncio
from collections.abc import Mapping

from heartbit_tui.evals import workspace
from heartbit_tui.evals.types import NOTHING_EXPECTED, EvalCase, Outcome, Rated

MOST = 5
"""Files that are named."""


class TreeScorer:
    """The part of all paths, expected or there, whose contents are as expected; what running leaves is not looked at."""

    name = "tree"
    threshold = 1.0

    async def rate(self, case: EvalCase, outcome: Outcome) -> Rated:
        """See `compared`."""
        if case.tree is None:
            return NOTHING_EXPECTED
        expected = {path: workspace.encoded(text) for path, text in case.tree.items()}
        return compared(expected, await asyncio.to_thread(workspace.read, outcome.folder))


def compared(expected: Mapping[str, bytes], actual: Mapping[str, bytes]) -> Rated:
    """How much of two trees is the same."""
    paths = sorted({*expected, *actual})
    wrong = [f"{_told(path, expected, actual)} {path}" for path in paths if expected.get(path) != actual.get(path)]
    if not wrong:
        return Rated(value=1.0, details=f"ok {len(paths)} files")
    more = f" and {len(wrong) - MOST} more" if len(wrong) > MOST else ""
    return Rated(value=1 - len(wrong) / len(paths), details=f"FAIL {', '.join(wrong[:MOST])}{more}")


def _told(path: str, expected: Mapping[str, bytes], actual: Mapping[str, bytes]) -> str:
    if path not in actual:
        return "missing"
    return "other" if path in expected else "unexpected"
