"""What language servers say."""

from heartbit_tui.kernel.dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticsCounted:
    """The language servers that run know of so many errors and warnings now, over all files that they have looked at."""

    errors: int
    warnings: int
    servers: tuple[str, ...]
