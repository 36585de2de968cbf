"""A session's log as one HTML page that needs nothing else and runs nothing."""

import re
from collections.abc import Iterable
from html import escape
from string import Template

from heartbit_tui.kernel.events import Envelope
from heartbit_tui.store import lanes_html
from heartbit_tui.store.document import Answered, Called, Item, Remark, Said, Shown, Thought, document
from heartbit_tui.store.lanes import lanes

_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>$title</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font-size: 1rem; margin: 2rem 0 .25rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 1rem; font-size: .875rem; }
dd { margin: 0; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0; }
pre.words { font: inherit; }
pre.code { font-size: .875rem; border-left: 3px solid #8888; padding-left: .75rem; }
.error { border-left-color: #c33 !important; }
.remark, summary { opacity: .75; font-size: .875rem; }
img { max-width: 100%; }
$style</style>
</head>
<body>
<h1>$title</h1>
<dl>
$facts
</dl>
$lanes$items
</body>
</html>
""")
_PICTURE = re.compile(r"image/(png|jpeg|gif|webp)")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")


def export_html(log: Iterable[Envelope]) -> str:
    """The log as an HTML page; everything in it is escaped, and its policy forbids scripts and any loading.

    Where several agents were at work, what they did stands side by side before the conversation.
    """
    envelopes = tuple(log)
    told, beside = document(envelopes), lanes(envelopes)
    several = len(beside.agents) > 1
    return _PAGE.substitute(
        style=f"{lanes_html.style(beside)}\n" if several else "",
        lanes=f"{lanes_html.section(beside)}\n" if several else "",
        title=escape(told.title),
        facts="\n".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in told.facts),
        items="\n".join(_rendered(item) for item in told.items),
    )


def _rendered(item: Item) -> str:
    match item:
        case Said(who=who, text=text, cut=cut):
            heading = escape(who or "You") + (" (cut off)" if cut else "")
            return f'<h2>{heading}</h2>\n<pre class="words">{escape(text)}</pre>'
        case Thought(who=who, text=text):
            return f'<details><summary>{escape(who)} thought</summary><pre class="words">{escape(text)}</pre></details>'
        case Called(name=name, input=input):
            return f'<details open><summary>{escape(name)}</summary><pre class="code">{escape(input)}</pre></details>'
        case Answered(text=text, is_error=is_error):
            told = "Error" if is_error else "Answer"
            kind = "code error" if is_error else "code"
            return f'<details><summary>{told}</summary><pre class="{kind}">{escape(text)}</pre></details>'
        case Shown():
            return _picture(item)
        case Remark(text=text):
            return f'<pre class="words remark">{escape(text)}</pre>'


def _picture(shown: Shown) -> str:
    """A picture of a kind that every browser shows; anything else is only told."""
    if _PICTURE.fullmatch(shown.media_type) and _BASE64.fullmatch(shown.data):
        return f'<img alt="picture" src="data:{shown.media_type};base64,{shown.data}">'
    return f'<p class="remark">{escape(shown.media_type)}, {len(shown.data) * 3 // 4} bytes</p>'
