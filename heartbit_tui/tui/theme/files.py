"""Where themes stand, found with nothing but file names; needs the standard library alone."""

from pathlib import Path

SUFFIX = ".toml"
STANDARD = "heartbit"
"""The theme that holds where none is named."""

PLAIN = "terminal"
"""The theme of the terminal's own colours."""


def shipped() -> Path:
    """The themes that heartbit brings: inside an installed package, else in the checkout that it runs from."""
    package = Path(__file__).parents[2]
    inside = package / "shipped" / "themes"
    return inside if inside.is_dir() else package.parent / "themes"


def places(config: Path | None = None) -> tuple[Path, ...]:
    """Folders to look in, first one first: the person's own themes (`config`/themes) hide shipped ones."""
    return (config / "themes", shipped()) if config else (shipped(),)


def found(name: str, where: tuple[Path, ...]) -> Path | None:
    """The file of the theme with this name; a name is never a path."""
    if not name or name != Path(name).name or name.startswith("."):
        return None
    files = (folder / f"{name}{SUFFIX}" for folder in where)
    return next((file for file in files if file.is_file()), None)


def names(where: tuple[Path, ...]) -> tuple[str, ...]:
    """All themes that there are, the standard one first, else by name."""
    each = {file.stem for folder in where for file in folder.glob(f"*{SUFFIX}") if file.is_file()}
    return tuple(sorted(each, key=lambda name: (name != STANDARD, name)))
