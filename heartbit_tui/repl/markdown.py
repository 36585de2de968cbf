"""Finished Markdown drawn with rich: words stay words, nothing in them is obeyed."""

from io import StringIO

from rich.console import Console
from rich.markdown import Markdown


def draw(text: str, width: int, *, colours: bool) -> str:
    """`text`, which is harmless already, as lines of at most `width` cells without a final newline."""
    out = StringIO()
    console = Console(
        file=out,
        width=max(width, 20),
        force_terminal=colours,
        no_color=not colours,
        color_system="standard" if colours else None,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )
    console.print(Markdown(text, hyperlinks=False, code_theme="ansi_dark"), soft_wrap=False)
    return "\n".join(line.rstrip() for line in out.getvalue().strip("\n").split("\n"))
