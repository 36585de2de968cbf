"""Whether the answer has the words that it should have, and none that it should not."""

from heartbit_tui.evals.types import NOTHING_EXPECTED, EvalCase, Outcome, Rated


class KeywordScorer:
    """The part of the expectations about words that hold, without regard to case: hits / all of them; the seed's."""

    name = "keyword"
    threshold = 1.0

    async def rate(self, case: EvalCase, outcome: Outcome) -> Rated:
        """See `keywords`."""
        if not case.output_contains and not case.output_not_contains:
            return NOTHING_EXPECTED
        return keywords(case, outcome.output)


def keywords(case: EvalCase, output: str) -> Rated:
    """How many of the wanted words are there and of the unwanted are not."""
    text = output.casefold()
    found = [(f"has {word!r}", word.casefold() in text) for word in case.output_contains]
    found += [(f"is without {word!r}", word.casefold() not in text) for word in case.output_not_contains]
    told = "; ".join(f"{'ok' if holds else 'FAIL'} {what}" for what, holds in found)
    return Rated(value=sum(holds for _, holds in found) / len(found) if found else 1.0, details=told)
