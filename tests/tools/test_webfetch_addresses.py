"""No URL, however it is written, and no answer of a name server leads to this machine or its networks."""

import ipaddress
import random
import socket
from collections.abc import Iterator, Sequence

import pytest

from heartbit_tui.tools.addresses import forbidden_name, is_public, place
from heartbit_tui.tools.webfetch import WebFetch
from tests.tools.calls import Context
from tests.tools.web import PUBLIC, Connector, Names, redirect, response, serving, site

PRIVATE_4_TEXT = (
    "127.0.0.1 127.1.2.3 127.255.255.254 0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.0.1 "
    "192.168.255.255 169.254.169.254 169.254.170.2 100.64.0.1 100.127.255.255 100.100.100.200 192.0.0.192 192.0.2.1 "
    "198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 168.63.129.16 192.88.99.1"
)
PRIVATE_4 = tuple(PRIVATE_4_TEXT.split())
PRIVATE_6_TEXT = (
    "::1 :: fe80::1 febf::1 fc00::1 fd00:ec2::254 fdff::1 ff02::1 ff0e::1 2001:db8::1 2001::1 2002:7f00:1:: "
    "2002:a00:1:: 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::7f00:1 ::ffff:127.0.0.1 ::ffff:a9fe:a9fe ::127.0.0.1 "
    "::ffff:0:127.0.0.1 100::1 5f00::1 3fff::1 fec0::1 ::ffff:8.8.8.8 4000::1"
)
PRIVATE_6 = tuple(PRIVATE_6_TEXT.split())
NAMES_TEXT = (
    "localhost LOCALHOST localhost. a.localhost localhost.localdomain printer.local metadata.google.internal "
    "METADATA.google.internal. router.lan x.home.arpa wiki.intranet host.docker.internal kubernetes.default.svc.cluster.local"
)
NAMES = tuple(NAMES_TEXT.split())
PUBLIC_ADDRESSES = (
    "8.8.8.8 1.1.1.1 93.184.215.14 172.32.0.1 100.128.0.1 11.0.0.1 2606:4700::1111 2a00:1450::1 64:ff9b::808:808"
)


def forms_of(address: str) -> Iterator[str]:
    """The ways in which programs write an IPv4 address."""
    number = int(ipaddress.IPv4Address(address))
    parts = address.split(".")
    a, b, c, d = map(int, parts)
    yield from (address, f"{address}.", str(number), hex(number), f"0{number:o}", f"0X{number:x}", f"{number}.")
    yield from (
        f"{a}.{(b << 16) + (c << 8) + d}",
        f"{a}.{b}.{(c << 8) + d}",
        f"0x{a:x}.{b}.{c}.{d}",
        f"{a}.{b}.{c}.0x{d:x}",
    )
    yield ".".join(f"0{int(part):o}" for part in parts)
    yield ".".join(f"0x{int(part):02x}" for part in parts)
    yield ".".join(part.zfill(3) for part in parts)
    yield address.replace(".", "%2e")
    yield address.replace(".", "。")
    yield address.translate({ord(digit): chr(0xFF10 + int(digit)) for digit in "0123456789"})
    yield "".join(f"%{ord(letter):02x}" for letter in address)
    yield from (f"[::ffff:{address}]", f"[::{address}]", f"[64:ff9b::{address}]", f"[::ffff:0:{address}]")
    yield from (f"[2002:{number >> 16:x}:{number & 0xFFFF:x}::]", f"[::ffff:{number >> 16:x}:{number & 0xFFFF:x}]")
    yield from (f"user@{address}", f"example.com:80@{address}", f"example.com@{address}", f"{address}#@example.com")
    yield from (
        f"{address}\\@example.com",
        f"example.com\\@{address}",
        f" {address}",
        f"{address}\t",
        f"{address}%00.com",
    )


def hostile_urls() -> list[str]:
    hosts = [form for address in PRIVATE_4 for form in forms_of(address)]
    hosts += [f"[{address}]" for address in PRIVATE_6] + [f"[{address}%25eth0]" for address in PRIVATE_6]
    hosts += [
        *NAMES,
        "",
        ".",
        "..",
        "a..b",
        "-",
        "[",
        "[]",
        "[::1",
        "::1",
        "[v1.x]",
        "1.2.3",
        "256.1.1.1",
        "1.2.3.4.5",
        "0x",
    ]
    urls = [f"{scheme}://{host}/" for host in hosts for scheme in ("http", "https")]
    others = "file:///etc/passwd ftp://example.com/ FTP://EXAMPLE.com gopher://x/ data:text/html,x javascript:alert(1) ws://x/"
    urls += [
        *others.split(),
        "",
        "example.com",
        "//example.com",
        "/etc/passwd",
        "http:",
        "http:///x",
        "http:/127.0.0.1",
    ]
    urls += [
        "http:127.0.0.1",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://example.com:x/",
        "jar:http://x",
    ]
    return [*urls, *(f"http://127.0.0.1:{port}/" for port in (22, 80, 6379, 8080, 65535)), "dict://127.0.0.1:6379/info"]


async def system_like(host: str, port: int) -> Sequence[str]:
    """A resolver that understands all that the C library does, so that nothing is left to its strictness."""
    if host.endswith((".com", ".com.")):
        return (PUBLIC,)
    try:
        return (str(ipaddress.ip_address(host)),)
    except ValueError:
        return (socket.inet_ntoa(socket.inet_aton(host)),) if host[:1].isdigit() else ("127.0.0.1",)


@pytest.mark.security("X6", n=144)
async def test_no_way_of_writing_a_private_address_gets_through() -> None:
    connector = Connector(1)
    fetch = WebFetch({}, resolve=system_like, connector=connector)
    urls = hostile_urls()
    for url in urls:
        got = await fetch.run({"url": url or "x"}, Context())
        assert got.is_error, url
    print(f"{len(urls)} URLs refused")
    assert len(urls) >= 144
    assert connector.connected == []


def test_addresses_are_public_or_not() -> None:
    assert [address for address in [*PRIVATE_4, *PRIVATE_6] if is_public(address)] == []
    assert [address for address in PUBLIC_ADDRESSES.split() if not is_public(address)] == []
    assert not is_public("fe80::1%eth0")
    assert not is_public("2606:4700::1111%eth0")
    assert not is_public("nonsense")


@pytest.mark.security("X6", n=20000)
def test_every_address_that_python_calls_local_is_closed() -> None:
    chance = random.Random(1)
    drawn = [ipaddress.IPv4Address(chance.getrandbits(32)) for _ in range(20_000)]
    wrong = [address for address in drawn if not address.is_global and is_public(str(address))]
    assert wrong == []
    assert sum(is_public(str(address)) for address in drawn) > 16_000


@pytest.mark.parametrize("name", NAMES)
def test_names_of_this_network_are_known(name: str) -> None:
    assert forbidden_name(place(f"http://{name}/").host)


@pytest.mark.parametrize(
    ("url", "host", "port", "normal"),
    [
        ("http://example.com", "example.com", 80, "http://example.com/"),
        ("HTTPS://Example.COM./a b".replace(" ", "%20"), "example.com", 443, "https://example.com/a%20b"),
        ("https://example.com:8443/x?y=1#frag", "example.com", 8443, "https://example.com:8443/x?y=1"),
        ("https://bücher.de/ü?ö=ä", "xn--bcher-kva.de", 443, "https://xn--bcher-kva.de/%C3%BC?%C3%B6=%C3%A4"),
        ("http://8.8.8.8/", "8.8.8.8", 80, "http://8.8.8.8/"),
        ("http://[2606:4700:0:0::1111]:81/", "2606:4700::1111", 81, "http://[2606:4700::1111]:81/"),
        ("https://a_b.example.com/~x/(y)", "a_b.example.com", 443, "https://a_b.example.com/~x/(y)"),
    ],
)
def test_a_plain_url_is_read(url: str, host: str, port: int, normal: str) -> None:
    there = place(url)
    assert (there.host, there.port, there.url) == (host, port, normal)


def test_touches_tell_the_url_in_its_normal_form() -> None:
    (touch,) = WebFetch({}).touches({"url": "HTTP://EXAMPLE.com:80/x#y"})
    assert (touch.kind, touch.what) == ("url", "http://example.com:80/x")
    assert WebFetch({}).check({"url": "http://127.1/"}).startswith("webfetch cannot fetch this. ")


class Flipping:
    """A resolver whose answers change from one question to the next, as a rebinding name server's do."""

    def __init__(self) -> None:
        self.chance = random.Random(3)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked += 1
        bad = self.chance.choice([*PRIVATE_4, *PRIVATE_6])
        match self.chance.randrange(4):
            case 0:
                return (bad,)
            case 1:
                return (PUBLIC, bad)
            case 2:
                return (bad, PUBLIC)
            case _:
                return (PUBLIC,)


@pytest.mark.security("X6", n=1000)
async def test_a_name_server_that_changes_its_mind_never_leads_home() -> None:
    names, rounds = Flipping(), 1000
    async with site({"/": response(b"fine", kind="text/plain"), "/r": redirect("http://again.example/")}) as (
        _,
        connector,
    ):
        fetch = WebFetch({}, resolve=names, connector=connector)
        results = [await fetch.run({"url": f"http://x{n}.example/{'r' * (n % 2)}"}, Context()) for n in range(rounds)]
    reached = sum(not result.is_error for result in results)
    assert {address for address, _ in connector.connected} == {PUBLIC}
    assert names.asked > rounds
    assert 100 < reached < 900
    print(f"{rounds} fetches with a flipping resolver: {reached} public, 0 private")


@pytest.mark.parametrize(
    "host", [*PRIVATE_4[:12], "[::1]", "[::ffff:10.0.0.1]", "2130706433", "localhost", "inner.example"]
)
@pytest.mark.security("X6")
async def test_a_redirect_is_checked_like_the_first_address(host: str) -> None:
    names = Names({"inner.example": ("10.0.0.1",)})
    async with site({"/": redirect(f"http://{host}/secret"), "/secret": response(b"secret")}, names) as (
        fetch,
        connector,
    ):
        got = await fetch.run({"url": "http://outer.example/"}, Context())
    assert got.is_error
    assert "secret" not in got.content.replace("/secret", "")
    assert connector.connected == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "there", ["file:///etc/passwd", "ftp://x.example/", "gopher://x/", "data:text/html,x", "http://u@x.example/"]
)
async def test_a_redirect_to_another_kind_of_url_is_refused(there: str) -> None:
    async with site({"/": redirect(there)}) as (fetch, connector):
        got = await fetch.run({"url": "http://outer.example/"}, Context())
    assert got.is_error
    assert "redirects to" in got.content
    assert len(connector.connected) == 1


async def test_redirects_end() -> None:
    pages = {f"/{n}": redirect(f"/{n + 1}") for n in range(100_000)}
    async with site({"/": redirect("/0"), **pages}) as (fetch, connector):
        got = await fetch.run({"url": "http://outer.example/"}, Context())
    assert got.content.startswith("There were more than 5 redirects")
    assert len(connector.connected) == 6


async def test_five_redirects_are_followed_and_told() -> None:
    pages = {f"/{n}": redirect(f"http://h{n}.example/{n + 1}") for n in range(5)}
    names = Names()
    async with site({**pages, "/5": response(b"there", kind="text/plain")}, names) as (fetch, _):
        got = await fetch.run({"url": "http://outer.example/0"}, Context())
    assert got.content == "http://h4.example/5 (200 OK)\n\nthere"
    assert names.asked == ["outer.example", "h0.example", "h1.example", "h2.example", "h3.example", "h4.example"]


async def test_a_name_without_an_address_is_told() -> None:
    async def nowhere(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    got = await WebFetch({}, resolve=nowhere, connector=Connector(1)).run({"url": "http://x.example/"}, Context())
    assert got.content.startswith("The name x.example could not be looked up")


async def test_private_addresses_can_be_allowed() -> None:
    async with serving(lambda path, writer: hello(writer)) as port:
        got = await WebFetch({}, allow_private=True).run({"url": f"http://127.0.0.1:{port}/"}, Context())
    assert got.content == f"http://127.0.0.1:{port}/ (200 OK)\n\nhello"


async def hello(writer: object) -> None:
    getattr(writer, "write")(response(b"hello", kind="text/plain"))  # noqa: B009


@pytest.mark.parametrize(("exempt", "expected"), [("", [("proxy.corp", 3128)]), ("example, b.org", [(PUBLIC, 80)])])
async def test_a_proxy_is_told_the_checked_address(exempt: str, expected: list[tuple[str, int]]) -> None:
    heard: list[str] = []

    async def proxy(path: str, writer: object) -> None:
        heard.append(path)
        getattr(writer, "write")(b"HTTP/1.1 200 OK\r\n\r\n" if exempt == "" else response(b"direct", kind="text/plain"))  # noqa: B009

    async with serving(proxy) as port:
        connector = Connector(port)
        env = {"http_proxy": "http://user:pass@proxy.corp:3128", "NO_PROXY": exempt}
        await WebFetch(env, resolve=Names(), connector=connector).run({"url": "http://x.example/"}, Context())
        refused = await WebFetch(env, resolve=system_like, connector=connector).run({"url": "http://x.org/"}, Context())
    assert (connector.connected, heard) == (expected, [f"{PUBLIC}:80" if exempt == "" else "/"])
    assert "127.0.0.1" in refused.content
