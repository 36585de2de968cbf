"""What may never be remembered, found by those who know it: keys and passwords, and what belongs to a person."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, cast

from heartbit_tui.config import Config
from heartbit_tui.guardrails.pii import Pii
from heartbit_tui.memory.notebook import Cleaned

ALWAYS = ("email", "phone", "ssn", "credit_card", "iban")
"""The detectors that look through what is to be remembered, whatever the settings say of outputs."""

SECRET = "a key or a password"
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "email": "an e-mail address",
        "phone": "a telephone number",
        "ssn": "a social security number",
        "credit_card": "the number of a payment card",
        "iban": "the number of a bank account",
        "ip": "the address of a machine",
    }
)
"""What the detectors find, in words."""


class Screening:
    """Takes secrets and personal data out of a text, and says what was in it."""

    def __init__(self, redact: Callable[[str], str], pii: Pii) -> None:
        self._redact = redact
        self._pii = pii

    def __call__(self, text: str) -> Cleaned:
        """The text as it may be kept."""
        kept = self._redact(text)
        labels = dict.fromkeys(match.label for match in self._pii.found(kept))
        secret = (SECRET,) if kept != text else ()
        personal = tuple(NAMES.get(label, f"personal data ({label})") for label in labels)
        return Cleaned(text=self._pii.redacted(kept) if labels else kept, found=(*secret, *personal))


def screening(config: Config, redact: Callable[[str], str]) -> Screening:
    """What looks through all that is to be remembered; detectors and patterns of the settings look too."""
    own = cast("Iterable[Mapping[str, Any]]", config.value("guardrails.pii.custom") or ())
    patterns = {str(each["name"]): str(each["pattern"]) for each in own}
    detectors = dict.fromkeys((*ALWAYS, *config.strings("guardrails.pii.detectors")))
    return Screening(redact, Pii(detectors=tuple(detectors), own=patterns))
