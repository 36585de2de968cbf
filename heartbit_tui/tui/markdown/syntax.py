"""Code with its colours, read by pygments."""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name  # pyright: ignore[reportUnknownVariableType]  # options untyped
from pygments.token import Token
from pygments.util import ClassNotFound
from rich.style import Style

from heartbit_tui.tui.lines.ink import Ink

WIDEST = 400
"""Characters in a line of code beyond which nothing is coloured: what has such lines was not written by hand."""

_KNOWN = """
    awk bash bat c c# c++ clj clojure cmake console cpp cs csharp css csv cxx dart diff docker dockerfile elisp elixir
    erl erlang ex exs fish fsharp go golang gql graphql groovy h haskell hcl hpp hs html http ini java javascript jinja
    js json json5 jsonc jsonl jsx julia kotlin kt latex less lisp lua make makefile markdown md mdx mysql nginx nim nix
    objc objective-c ocaml patch php plpgsql postgres postgresql powershell properties proto protobuf ps1
    pwsh py py3 pycon python python3 pytb r rb regex rs ruby rust scala scheme scss sh shell sol solidity sql sqlite
    svelte swift tcl terraform tex tf toml ts tsx typescript vb vim vue xml yaml yml zig zsh
"""

LANGUAGES = frozenset(_KNOWN.split())
"""The languages that are coloured: those that people use, whose lexers have been used on everything."""

_KINDS: Mapping[object, str] = MappingProxyType(
    {
        Token.Keyword: "keyword",
        Token.Keyword.Type: "type",
        Token.Keyword.Constant: "constant",
        Token.Literal.String: "string",
        Token.Literal.String.Doc: "comment",
        Token.Literal.Number: "number",
        Token.Literal.Date: "number",
        Token.Comment: "comment",
        Token.Operator: "operator",
        Token.Operator.Word: "keyword",
        Token.Name.Function: "function",
        Token.Name.Decorator: "function",
        Token.Name.Class: "type",
        Token.Name.Exception: "type",
        Token.Name.Constant: "constant",
        Token.Name.Builtin: "function",
        Token.Name.Builtin.Pseudo: "constant",
        Token.Name.Tag: "tag",
        Token.Name.Attribute: "attribute",
        Token.Name: "name",
        Token.Error: "name",
    }
)


_INSIDE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"html": ("js", "css"), "php": ("html", "js", "css"), "vue": ("html", "js", "css"), "svelte": ("html", "js", "css")}
)
"""Languages that stand in others."""


def is_known(language: str) -> bool:
    """Whether this language is coloured."""
    return language.lower() in LANGUAGES


def load(language: str) -> None:
    """Make a language ready, and those that stand in it. Takes up to 50 ms each: call it in a thread."""
    name = language.lower()
    for each in (*_INSIDE.get(name, ()), name):
        if each in LANGUAGES:
            _lexer(each)


def syntax(code: str, language: str, ink: Ink) -> list[tuple[str, Style]]:
    """Clean code in parts of one colour on the ground of a block, plain where the language is not known."""
    base = ink.text + ink.block
    name = language.lower()
    lexer = _lexer(name) if name in LANGUAGES and max(map(len, code.split("\n"))) <= WIDEST else None
    if lexer is None:
        return [(code, base)]
    styles: dict[object, Style] = {}
    parts = list(_parts(lexer, f"{code}\n", base, ink, styles))
    if "".join(text for text, _ in parts) != f"{code}\n":
        return [(code, base)]
    last, style = parts[-1]
    return [*parts[:-1], (last[:-1], style)]


def _parts(lexer: Lexer, code: str, base: Style, ink: Ink, styles: dict[object, Style]) -> Iterator[tuple[str, Style]]:
    for _, kind, text in lexer.get_tokens_unprocessed(code):
        if kind not in styles:
            styles[kind] = base + _style(kind, ink)
        yield text, styles[kind]


def _style(kind: object, ink: Ink) -> Style:
    named: Mapping[object, Style] = {
        Token.Generic.Inserted: ink.added,
        Token.Generic.Deleted: ink.removed,
        Token.Generic.Subheading: ink.hunk,
        Token.Generic.Heading: ink.hunk,
        Token.Generic.Prompt: ink.muted,
        Token.Generic.Output: ink.text,
    }
    while kind is not Token and kind is not None:
        if kind in named:
            return named[kind]
        if kind in _KINDS:
            return ink.syntax.get(_KINDS[kind], Style.null())
        kind = getattr(kind, "parent", None)
    return Style.null()


@cache
def _lexer(name: str) -> Lexer | None:
    try:
        return get_lexer_by_name(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
