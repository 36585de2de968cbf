"""What language servers know of, in words."""

from heartbit_tui.kernel.events import DiagnosticsCounted

NONE = "no language server has run yet"


def told(counted: DiagnosticsCounted | None) -> str:
    """How many errors and warnings there are in the files that were looked at, and who says so."""
    if counted is None or not counted.servers:
        return NONE
    errors = f"{counted.errors} error{'' if counted.errors == 1 else 's'}"
    warnings = f"{counted.warnings} warning{'' if counted.warnings == 1 else 's'}"
    return f"{errors}, {warnings} in the files looked at ({', '.join(counted.servers)})"
