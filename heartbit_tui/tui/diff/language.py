"""The colours of code for the rows of a diff, by the path of the file."""

from collections.abc import Mapping
from types import MappingProxyType

from rich.style import Style

from heartbit_tui.tui.diff.types import Colour
from heartbit_tui.tui.lines.ink import Ink
from heartbit_tui.tui.lines.syntax import Syntax

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "pyi": "py",
        "pyw": "py",
        "mjs": "js",
        "cjs": "js",
        "mts": "ts",
        "cts": "ts",
        "cc": "cpp",
        "hh": "hpp",
        "htm": "html",
        "svg": "xml",
        "bashrc": "bash",
        "zshrc": "zsh",
        "profile": "sh",
        "mk": "make",
        "gnumakefile": "make",
        "tfvars": "tf",
        "rake": "rb",
        "gemfile": "rb",
        "psql": "sql",
    }
)
"""Endings of file names, and whole names, whose language is called differently."""


def language(path: str) -> str:
    """What the language of a file may be called: the end of its name, in small letters."""
    name = path.rpartition("/")[2].lower()
    end = name.rpartition(".")[2]
    return NAMES.get(end, end)


def colouring(syntax: Syntax, ink: Ink) -> Colour:
    """Colours for rows, taken from what colours blocks of code; their grounds are left out."""

    def colour(code: str, path: str) -> list[list[tuple[str, Style]]]:
        lines: list[list[tuple[str, Style]]] = [[]]
        for text, style in syntax(code, language(path), ink):
            first, *rest = text.split("\n")
            letters = _letters(style)
            lines[-1].append((first, letters))
            lines += [[(each, letters)] for each in rest]
        return [[part for part in line if part[0]] for line in lines]

    return colour


def _letters(style: Style) -> Style:
    return Style(color=style.color, bold=style.bold, italic=style.italic, underline=style.underline)
