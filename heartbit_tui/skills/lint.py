"""What is wrong with skills and commands, for who wrote them; pure."""

from collections.abc import Iterator

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.skills.types import Catalogue, Command, Skill, Withheld


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing about one file; an `error` keeps it from being used."""

    file: str
    name: str
    text: str
    error: bool = False


def findings(found: Skill | Command | Withheld) -> tuple[Finding, ...]:
    """All that there is to say about one of them."""
    file = str(found.file)
    if isinstance(found, Withheld):
        return (Finding(file=file, name=found.name, text=found.reason, error=True),)
    return tuple(Finding(file=file, name=found.name, text=text) for text in found.warnings)


def of(catalogue: Catalogue) -> Iterator[Skill | Command | Withheld]:
    """All of them: what counts first, then what does not."""
    yield from catalogue.skills
    yield from catalogue.commands
    yield from catalogue.withheld
