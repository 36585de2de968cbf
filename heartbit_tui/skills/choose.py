"""Which of several skills or commands of one name counts, and which are left out; pure."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import TypeVar

from heartbit_tui.skills.types import Catalogue, Command, Found, Skill, Withheld

HIDDEN = "{file} has the same name and comes later in the order, so that one counts."
DISABLED = "skills.disabled names it{by}."

Named = TypeVar("Named", Skill, Command)


def chosen(found: Iterable[Found], disabled: Sequence[str] = ()) -> Catalogue:
    """What counts of all that was found, given in the order of the places: of equal names the last one.

    `disabled` are names of skills, also patterns such as `pdf-*`.
    """
    every = tuple(found)
    withheld = [each for each in every if isinstance(each, Withheld)]
    skills: list[Skill] = []
    for each in every:
        if isinstance(each, Skill):
            pattern = next((one for one in disabled if fnmatchcase(each.name, one)), "")
            if pattern:
                by = "" if pattern == each.name else f" by “{pattern}”"
                withheld.append(_left_out(each, DISABLED.format(by=by)))
            else:
                skills.append(each)
    last_skills = _last(skills, withheld)
    last_commands = _last([each for each in every if isinstance(each, Command)], withheld)
    return Catalogue(skills=last_skills, commands=last_commands, withheld=tuple(withheld))


def _last(several: Sequence[Named], withheld: list[Withheld]) -> tuple[Named, ...]:
    by_name: dict[str, Named] = {}
    for each in several:
        earlier = by_name.get(each.name)
        if earlier is not None:
            withheld.append(_left_out(earlier, HIDDEN.format(file=each.file)))
        by_name[each.name] = each
    return tuple(by_name[name] for name in sorted(by_name))


def _left_out(each: Skill | Command, reason: str) -> Withheld:
    return Withheld(name=each.name, file=each.file, place=each.place, reason=reason, intended=True)
