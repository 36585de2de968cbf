"""What files bring is called by a slash and its name, and never in the place of a command of heartbit."""

from pathlib import Path

from heartbit_tui.client.called import called, names
from heartbit_tui.client.commands import Command as Typed
from heartbit_tui.skills.types import Catalogue, Command, Place, Skill

PLACE = Place(folder=Path("/s"), layer="user", title="~/s")


def skill(name: str, *, models: bool = True, people: bool = True) -> Skill:
    file = Path(f"/s/{name}/SKILL.md")
    return Skill(name=name, description=f"D of {name}", file=file, place=PLACE, models=models, people=people)


def command(name: str, hint: str = "") -> Command:
    return Command(name=name, description=f"D of {name}", file=Path(f"/c/{name}.md"), place=PLACE, hint=hint)


def test_heartbit_s_own_commands_keep_their_names() -> None:
    catalogue = Catalogue(
        skills=(skill("help"), skill("quiet", people=False), skill("review"), skill("hidden", models=False)),
        commands=(command("fix", "[issue] [branch]"), command("quit"), command("usage")),
    )
    assert called(catalogue) == (
        Typed(name="fix", does="D of fix", takes="[issue] [branch]"),
        Typed(name="skill:help", does="D of help"),
        Typed(name="hidden", does="D of hidden"),
        Typed(name="review", does="D of review"),
    )
    assert names(catalogue) == ("help", "quiet", "review", "hidden")
