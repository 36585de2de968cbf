"""HTML as markdown or as plain text; run as a program, so that a hostile page can only hurt a process of its own."""

import re
import resource
import sys
import time
from collections.abc import Sequence
from urllib.parse import urljoin

from bs4 import Tag
from markdownify import markdownify
from selectolax.lexbor import LexborHTMLParser, LexborNode

DROPPED = ("script", "style", "noscript", "template", "svg", "iframe", "object", "embed", "canvas", "dialog", "head")
_FIRST_SIZE = 128 * 1024
_GROWTH = 4
_MEMORY = 2 * 1024**3
_DEPTH = 20_000


def text(html: str) -> str:
    """The words of a page, a line for each block."""
    body = _cleaned(html, "").body
    if body is None:
        return ""
    for node in body.css(_BLOCKS):
        node.insert_before("\n")
    return _tidy("\n".join(" ".join(line.split()) for line in body.text().split("\n")))


def markdown(html: str, base: str, *, wanted: int, seconds: float) -> str:
    """A page as markdown, with its links made absolute against `base`.

    Converting takes long, so that only as much of the page is converted as gives `wanted` bytes, and no larger
    part of it is begun when that would probably take more than `seconds`.
    """
    body = _cleaned(html, base).body
    whole = (body.html or "") if body else ""
    size, begun = _FIRST_SIZE, time.monotonic()
    while True:
        result = _tidy(_converted(whole[:size]))
        spent = time.monotonic() - begun
        if size >= len(whole) or len(result.encode()) >= wanted or spent * (_GROWTH + 1) > seconds:
            return result
        size *= _GROWTH


def _converted(html: str) -> str:
    return markdownify(
        html,
        heading_style="ATX",
        bullets="-",
        escape_misc=False,
        escape_underscores=False,
        escape_asterisks=False,
        table_infer_header=True,
        code_language_callback=_language,
    )


def _language(node: Tag) -> str | None:
    """The language of a `pre`, by the class of it or of the `code` in it."""
    inner = node.find("code")
    found = (_LANGUAGE.fullmatch(name) for each in (node, inner) if each for name in each.get_attribute_list("class"))
    return next((match[1] for match in found if match), None)


def _cleaned(html: str, base: str) -> LexborHTMLParser:
    tree = LexborHTMLParser(html)
    named = tree.css_first("base[href]")
    base = urljoin(base, (named.attributes.get("href") or "") if named else "")
    tree.strip_tags(list(DROPPED))
    for node in tree.css("[href], [src]"):
        for name in ("href", "src"):
            _resolve(node, name, base)
    for picture in tree.css("img:not([src])"):
        picture.replace_with(picture.attributes.get("alt") or "")
    return tree


def _resolve(node: LexborNode, name: str, base: str) -> None:
    value = node.attributes.get(name)
    if value is None:
        return
    try:
        target = urljoin(base, value.strip())
    except ValueError:
        target = ""
    if target.lower().startswith(("http:", "https:", "mailto:", "#", "/")):
        node.attrs[name] = target
    else:
        del node.attrs[name]


def _tidy(result: str) -> str:
    """Without blanks at the ends of lines and with at most one empty line in a row."""
    return _EMPTY_LINES.sub("\n\n", _TRAILING.sub("", result.replace("\r", ""))).strip()


def main(arguments: Sequence[str]) -> None:
    """Convert what stands on standard input: `markdown|text BASE WANTED SECONDS`."""
    kind, base, wanted, seconds = arguments
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    sys.setrecursionlimit(_DEPTH)
    html = sys.stdin.buffer.read().decode("utf-8", "replace")
    try:
        result = markdown(html, base, wanted=int(wanted), seconds=float(seconds)) if kind == "markdown" else text(html)
    except RecursionError:
        result = text(html)
    sys.stdout.buffer.write(result.encode("utf-8", "replace"))


_BLOCKS = "p, div, br, li, tr, h1, h2, h3, h4, h5, h6, pre, blockquote, section, article, table, ul, ol, dl, dt, dd, hr"
_LANGUAGE = re.compile(r"(?:language|lang|highlight-source|brush)[-:]([\w+#-]{1,20})")
_TRAILING = re.compile(r"[ \t]+$", re.M)
_EMPTY_LINES = re.compile(r"\n{3,}")

if __name__ == "__main__":
    main(sys.argv[1:])
