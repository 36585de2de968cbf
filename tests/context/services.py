"""The judges of requests: our own strict one, and the services' as they speak the three wire formats."""

from collections.abc import Iterator

from heartbit_tui.kernel.protocols import Request
from heartbit_tui.providers import anthropic_request, models, openai_chat_request, openai_responses_request
from heartbit_tui.testing import anthropic_wire, chat_wire, responses_wire
from heartbit_tui.testing.strict import problems

NOBODY = frozenset[str]()


def complaints(request: Request) -> list[str]:
    """What any of them has against a request."""
    return [*problems(request.messages), *filter(None, _of_services(request))]


def _of_services(request: Request) -> Iterator[str]:
    messages = anthropic_request.Sender(
        provider="anthropic",
        model="claude-sonnet-4-5",
        known=anthropic_request.known("claude-sonnet-4-5"),
        caching=True,
    )
    yield anthropic_wire.complaint(anthropic_request.body(request, messages), NOBODY)
    known = models.known("gpt-5") or openai_chat_request.UNKNOWN
    chat = openai_chat_request.Sender(provider="openai", model="gpt-5", flavour="openai", known=known, caching=True)
    yield chat_wire.complaint(openai_chat_request.body(request, chat), NOBODY)
    answers = openai_responses_request.Sender(provider="openai-responses", model="gpt-5", known=known)
    yield responses_wire.complaint(openai_responses_request.body(request, answers), NOBODY)
