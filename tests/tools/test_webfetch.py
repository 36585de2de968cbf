"""A page comes as text that a model can read, whatever the server sends, and never too much of it."""

import asyncio
import gzip
import time
import zlib

import pytest

from heartbit_tui.kernel.protocols import Effects, Output
from heartbit_tui.tools.charset import decoded
from heartbit_tui.tools.converting import PageConverter, without_markup
from heartbit_tui.tools.fetching import MAX_BYTES
from heartbit_tui.tools.webfetch import WebFetch, cut
from tests.stopwatch import Stopwatch
from tests.tools.calls import Context
from tests.tools.web import Answer, Connector, Names, response, serving, site

URL = "http://x.example/"


async def fetched(whole: bytes, **more: object) -> Output:
    async with site({"/": whole}) as (fetch, _):
        return await fetch.run({"url": URL, **more}, Context())


async def answered(answer: Answer, **more: object) -> Output:
    async with serving(answer) as port:
        fetch = WebFetch({}, resolve=Names(), connector=Connector(port))
        return await fetch.run({"url": URL, **more}, Context())


PAGE = """<!doctype html><html><head><title>T</title><style>p{color:red}</style></head><body>
<script>var secret = 1 < 2;</script><noscript>turn it on</noscript><!-- hidden -->
<h1>One</h1><h3>Three</h3><p>Some <strong>bold</strong>, <em>slanted</em> &amp; <code>x = a_b * 2</code>.<br>Next&nbsp;line</p>
<ul><li>a</li><li>b <a href="/rel?x=1#y">link</a> <a href="javascript:x()">js</a></li></ul><ol><li>1st</li></ol>
<pre><code class="language-python">def f():
    return  1
</code></pre>
<table><tr><th>k</th><th>v</th></tr><tr><td>a</td><td>1</td></tr></table>
<img src="data:image/png;base64,AAAA" alt="dot"><img src="/cat.png" alt="a cat">
<blockquote>said</blockquote></body></html>"""
MARKDOWN = """# One

### Three

Some **bold**, *slanted* & `x = a_b * 2`.
Next\xa0line

- a
- b [link](http://x.example/rel?x=1#y) js

1. 1st

```python
def f():
    return  1
```

| k | v |
| --- | --- |
| a | 1 |

dot![a cat](http://x.example/cat.png)
> said"""


async def test_html_becomes_markdown() -> None:
    got = await fetched(response(PAGE.encode()))
    assert got.content == f"{URL} (200 OK)\n\n{MARKDOWN}"
    assert got.details == {
        "url": URL,
        "status": 200,
        "bytes": len(PAGE.encode()),
        "type": "text/html; charset=utf-8",
    }


async def test_html_becomes_text() -> None:
    got = await fetched(response(PAGE.encode()), format="text")
    words = got.content.split()
    assert {"bold", "slanted", "link", "said", "1st"} <= {word.strip(",") for word in words}
    assert not {"secret", "hidden", "<p>", "turn"} & set(words)
    assert "a\n" in got.content


async def test_html_can_be_had_as_it_is() -> None:
    assert (await fetched(response(PAGE.encode()), format="html")).content == f"{URL} (200 OK)\n\n{PAGE}"


KINDS = (
    "text/plain text/markdown text/csv application/json application/ld+json application/rss+xml image/svg+xml "
    "application/javascript application/x-yaml application/toml application/octet-stream"
)


@pytest.mark.parametrize(
    "kind",
    KINDS.split(),
)
async def test_text_comes_as_it_is(kind: str) -> None:
    body = '{"a": [1, 2]}  <b>&amp;</b>\n'
    assert (await fetched(response(body.encode(), kind=kind))).content == f"{URL} (200 OK)\n\n{body}"


@pytest.mark.parametrize(
    "kind", ["image/png", "application/pdf", "application/zip", "video/mp4", "font/woff2", "audio/x"]
)
async def test_what_is_no_text_is_refused(kind: str) -> None:
    got = await fetched(response(b"\x89PNG\0\0", kind=kind))
    assert (got.content, got.is_error) == (f"{URL} is {kind} of 6 bytes, which is no text; it cannot be shown.", True)


@pytest.mark.parametrize("body", [b"%PDF-1.7", b"a\0b", b"PK\x03\x04x"])
async def test_bytes_without_a_kind_are_looked_at(body: bytes) -> None:
    assert (await fetched(response(body, kind="application/octet-stream"))).is_error


@pytest.mark.parametrize(
    ("status", "said"),
    [("404 Not Found", "404: Not Found"), ("500 X", "500: Internal Server Error"), ("799 Odd", "799")],
)
async def test_a_failure_is_told(status: str, said: str) -> None:
    got = await fetched(response(b"<p>oops</p>", status=status))
    assert (got.content, got.is_error) == (f"HTTP {said} ({URL})", True)


CHARSETS = {
    "header": (response("žluť".encode("iso-8859-2"), kind="text/plain; charset=ISO-8859-2"), "žluť"),
    "quoted header": (response("ž".encode("cp1250"), kind='text/plain; x=y; Charset="windows-1250"'), "ž"),
    "meta": (response(b'<meta charset="shift_jis"><p>' + "日本".encode("cp932"), kind="text/html"), "日本"),
    "meta http-equiv": (
        response(
            b"<meta http-equiv=Content-Type content='text/html; charset=gb2312'><p>" + "中文".encode("gbk"),
            kind="text/html",
        ),
        "中文",
    ),
    "xml": (response('<?xml version="1.0" encoding="koi8-r"?><a>да</a>'.encode("koi8-r"), kind="text/xml"), "да"),
    "mark": (response(b"\xff\xfe" + "hé".encode("utf-16-le"), kind="text/plain; charset=utf-8"), "hé"),
    "none": (response("hé".encode(), kind="text/plain"), "hé"),
    "none, old": (response("h\xe9 \u20ac".encode("cp1252"), kind="text/plain"), "hé €"),
    "latin-1 that is windows": (response(b"\x93q\x94", kind="text/plain; charset=latin1"), "“q”"),
    "nonsense": (response("hé".encode(), kind="text/plain; charset=no-such"), "hé"),
    "not for text": (response("hé".encode(), kind="text/plain; charset=rot13"), "hé"),
    "dangerous": (response(b"+ADw-", kind="text/plain; charset=utf-7"), "+ADw-"),
    "wrong": (response(b"ok \xff\xfe end", kind="text/plain; charset=utf-8"), "ok \ufffd\ufffd end"),
}


@pytest.mark.parametrize(("whole", "expected"), CHARSETS.values(), ids=CHARSETS)
async def test_the_charset_is_found(whole: bytes, expected: str) -> None:
    assert expected in (await fetched(whole)).content


LABELS = "utf-8 utf-16 utf_16 utf-32 idna punycode unicode_escape hex base64 zlib cp037 \0 ! é mbcs undefined"


def test_any_bytes_under_any_label_are_decoded() -> None:
    labels = LABELS.split()
    bodies = [
        bytes(range(256)),
        b"",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\xfe\xff\xd8",
        b'<meta charset="\xff">',
        b"<meta charset=utf-16>a",
    ]
    assert all(isinstance(decoded(body, label), str) for body in bodies for label in labels)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"hello " * 1000)),
        ("x-gzip", gzip.compress(b"hello " * 500) + gzip.compress(b"hello " * 500)),
        ("deflate", zlib.compress(b"hello " * 1000)),
        ("deflate", zlib.compress(b"hello " * 1000)[2:-4]),
        ("identity", b"hello " * 1000),
    ],
    # Named, because what gzip makes holds the time, and every worker has to collect the same names.
    ids=["gzip", "gzip twice", "deflate", "bare deflate", "identity"],
)
async def test_compression_is_undone(encoding: str, packed: bytes) -> None:
    got = await fetched(response(packed, kind="text/plain", more=f"Content-Encoding: {encoding}\r\n"))
    assert got.content == f"{URL} (200 OK)\n\n" + "hello " * 1000


@pytest.mark.parametrize("encoding", ["br", "gzip, gzip", "zstd", "compress"])
async def test_other_compression_is_refused(encoding: str) -> None:
    got = await fetched(response(b"x", kind="text/plain", more=f"Content-Encoding: {encoding}\r\n"))
    assert got.is_error
    assert "compressed" in got.content


async def test_a_bomb_does_not_go_off() -> None:
    bomb = zlib.compress(bytes(40 * 1024 * 1024), 9)
    got = await fetched(response(bomb, kind="text/plain", more="Content-Encoding: deflate\r\n"))
    assert got.content == f"The page has more than {MAX_BYTES} bytes; so much is not fetched."


async def test_a_page_that_says_it_is_too_large_is_not_read() -> None:
    whole = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1073741824\r\n\r\nx"
    assert (await fetched(whole)).content == f"The page has 1073741824 bytes; more than {MAX_BYTES} are not fetched."


async def test_a_page_without_an_end_is_cut_off() -> None:
    sent = 0

    async def endless(path: str, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()
            sent += 65_536

    got = await answered(endless)
    assert "so much is not fetched" in got.content
    assert sent < 4 * MAX_BYTES


async def test_a_server_that_says_nothing_runs_into_the_time_limit() -> None:
    forever = asyncio.Event()

    async def silent(path: str, writer: asyncio.StreamWriter) -> None:
        await forever.wait()

    async def asked() -> Output:
        try:
            return await answered_with(port)
        finally:
            forever.set()

    async with serving(silent) as port:
        got = await asked()
    assert (got.content, got.is_error) == (f"{URL} did not come within 1 s.", True)


async def answered_with(port: int) -> Output:
    return await WebFetch({}, resolve=Names(), connector=Connector(port)).run({"url": URL, "timeout": 1}, Context())


BROKEN = {
    "nothing": b"",
    "no http": b"SSH-2.0-OpenSSH\r\n",
    "cut short": b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc",
    "bad length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    "huge header": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000 + b"\r\n\r\n",
    "bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "bad gzip": response(b"no gzip at all", more="Content-Encoding: gzip\r\n"),
}


@pytest.mark.parametrize("whole", BROKEN.values(), ids=BROKEN)
async def test_a_broken_answer_is_a_sentence(whole: bytes) -> None:
    got = await fetched(whole)
    assert got.is_error
    assert got.content.endswith(".")


def torture() -> dict[str, str]:
    return {
        "deep": "<div>" * 30_000 + "word",
        "very deep": "<b>" * 100_000 + "word",
        "deep lists": "<ul><li>" * 2_000 + "word",
        "deep tables": "<table><tr><td>" * 1_000 + "word",
        "deep quotes": "<blockquote>" * 3_000 + "word",
        "unclosed": "<a href='x" * 20_000 + "word",
        "angles": "<" * 1_000_000 + "word",
        "comments": "<!--" * 200_000 + "--> word",
        "attributes": "<p " + "a=b " * 200_000 + ">word",
        "links": "<a href='http://[bad'>x</a><a href='//'>y</a>" * 5_000 + "word",
        "entities": "&amp;&lt;&#0;&#x110000;&nope;" * 20_000 + "word",
        "many tags": "<p>x <b>y</b> <i>z</i></p>" * 50_000 + "word",
        "many rows": "<table>" + "<tr><td>a</td><td>b</td></tr>" * 30_000 + "</table>word",
        "spaces": " \n\t" * 1_000_000 + "word",
        "nul": "a\0b<p>\0</p>word",
        "surrogate": "\ud800 word",
        "long line": "x" * 4_000_000 + " word",
        "scripts": "<script>" * 100_000 + "word",
        "frames": "<frameset><frame src=x></frameset>word",
        "plaintext": "<plaintext>" * 1000 + "word",
        "select": "<select><option>" * 5_000 + "word",
        "svg": "<svg><foreignObject>" * 5_000 + "word",
        "template": "<template>" * 5_000 + "word",
        "headings": "<h1>" * 5_000 + "word",
        "pre": "<pre>\n" * 3_000 + "word",
        "ordered": "<ol start=99999999999999999999><li value=-1>" * 300 + "word",
        "spans": "<table><tr><td colspan=999999999 rowspan=999999999>word</td></tr></table>",
        "refresh": "<meta http-equiv=refresh content='0;url=http://127.0.0.1/'>word",
        "empty": "",
        "marks": "*_`[]()#+-.!|>~\\" * 10_000 + "word",
    }


@pytest.mark.parametrize("name", torture())
async def test_a_hostile_page_does_no_harm(name: str) -> None:
    page, longest, stopped = torture()[name], 0.0, asyncio.Event()

    async def watch() -> None:
        nonlocal longest
        while not stopped.is_set():
            begun = time.thread_time()
            await asyncio.sleep(0)
            longest = max(longest, time.thread_time() - begun)

    watching = asyncio.create_task(watch()) if name == "deep" else None
    taking = Stopwatch()
    converted = await PageConverter({}, seconds=1).convert(page, "markdown", base=URL, wanted=50_001)
    took = taking.unhindered
    stopped.set()
    if watching:
        await watching
    print(f"{name}: {took:.2f} s, {len(converted)} characters")
    assert took < 8
    assert len(cut(converted).encode()) < 51_000
    assert longest < 1


def test_markup_is_taken_out_in_linear_time() -> None:
    begun = time.thread_time()
    assert [without_markup(page).rsplit(" ", 1)[-1][-4:] for page in torture().values()].count("word") > 15
    assert without_markup("a<script>x</script><!-- y --><b>c</b>\n\n &lt;") == "a c\n<"
    assert time.thread_time() - begun < 30


async def test_a_long_page_is_cut_with_a_note() -> None:
    got = await fetched(response("é".encode() * 40_000, kind="text/plain; charset=utf-8"))
    body = got.content.removeprefix(f"{URL} (200 OK)\n\n")
    assert body == "é" * 25_000 + "\n\n[cut here: the page goes on after 50000 bytes]"


async def test_cancelling_ends_the_fetch() -> None:
    asked, forever = asyncio.Event(), asyncio.Event()

    async def silent(path: str, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await forever.wait()

    async with serving(silent) as port:
        call = asyncio.create_task(answered_with(port))
        await asked.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        forever.set()


def test_it_has_network_effects() -> None:
    assert (WebFetch({}).effects, WebFetch({}).spec.name) == (Effects.NETWORK, "webfetch")
