"""No page of a stranger speaks to a daemon, by whatever name it reaches it."""

import pytest

from heartbit_tui.auth.hosts import (
    Site,
    check_host,
    check_origin,
    fault_of_host,
    fault_of_origin,
    is_loopback,
    preflight,
    shared_with,
)
from heartbit_tui.auth.refusing import Refused

HERE = Site(bound="127.0.0.1")
OUTSIDE = Site(bound="0.0.0.0", hosts=("bot.example.org", "alt.example.org:8443"), origins=("https://ui.example.org",))


def status_of_host(site: Site, *hosts: str) -> int:
    try:
        check_host(site, hosts)
    except Refused as refused:
        return refused.status
    return 200


def status_of_origin(site: Site, *origins: str, host: str = "127.0.0.1:3000", secure: bool = False) -> int:
    try:
        check_origin(site, origins, host, secure=secure)
    except Refused as refused:
        return refused.status
    return 200


OWN_HOSTS = ("127.0.0.1:3000", "localhost:3000", "LOCALHOST", "localhost.", "[::1]:3000", "127.0.0.1", "127.8.9.1:1")
FOREIGN_HOSTS = (
    *("evil.example", "evil.example:3000", "127.0.0.1.evil.example", "localhost.evil.example:3000", "evil-localhost"),
    *(
        "10.0.0.1:3000",
        "0.0.0.0:3000",
        "[::]:3000",
        "192.168.0.1",
        "2130706433",
        "0x7f.1",
        "127.1.evil",
        "bot.example.org",
    ),
)
BAD_HOSTS = (
    *(
        "",
        " ",
        "127.0.0.1:",
        "127.0.0.1:x",
        "127.0.0.1:70000",
        "a@127.0.0.1",
        "127.0.0.1/x",
        "127.0.0.1#x",
        "[::1",
        "::1",
    ),
    *(
        "127.0.0.1:3000, evil.example",
        "evil.example\\@127.0.0.1",
        "localhost\n",
        "localhost:3000:1",
        "ü",
        "%6cocalhost",
    ),
)


@pytest.mark.security("D1", n=len(FOREIGN_HOSTS) + len(BAD_HOSTS))
def test_a_request_counts_under_a_name_of_the_daemon_alone() -> None:
    assert {status_of_host(HERE, host) for host in OWN_HOSTS} == {200}
    assert {host: status_of_host(HERE, host) for host in FOREIGN_HOSTS} == dict.fromkeys(FOREIGN_HOSTS, 403)
    assert {host: status_of_host(HERE, host) for host in BAD_HOSTS} == dict.fromkeys(BAD_HOSTS, 400)
    assert [status_of_host(HERE), status_of_host(HERE, "localhost", "localhost")] == [400, 400]


def test_a_daemon_that_others_reach_answers_to_its_addresses_and_the_names_of_its_settings() -> None:
    hosts = (
        "10.0.0.1:3000",
        "[fe80::1]:3000",
        "bot.example.org",
        "BOT.example.org:3000",
        "alt.example.org:8443",
        "localhost",
    )
    assert {host: status_of_host(OUTSIDE, host) for host in hosts} == dict.fromkeys(hosts, 200)
    foreign = ("alt.example.org", "alt.example.org:3000", "x.bot.example.org", "example.org", "bot.example.org.evil")
    assert {host: status_of_host(OUTSIDE, host) for host in foreign} == dict.fromkeys(foreign, 403)
    assert status_of_host(Site(bound="bot.local"), "bot.local:3000") == 200
    assert status_of_host(Site(bound="10.0.0.1"), "10.0.0.2") == 403


FOREIGN = (
    *(
        "https://evil.example",
        "http://evil.example:3000",
        "null",
        "",
        "file://",
        "http://127.0.0.1",
        "http://127.0.0.1:3001",
    ),
    *(
        "https://127.0.0.1:3000",
        "http://localhost:3000",
        "http://127.0.0.1:3000.evil.example",
        "http://127.0.0.1:3000/",
    ),
    *(
        "http://evil@127.0.0.1:3000",
        "http://127.0.0.1:3000#x",
        "http://127.0.0.1:3000?x",
        "chrome-extension://abc",
        "*",
    ),
    *("http:/127.0.0.1:3000", "http://127.0.0.1:3000 ", "ws://127.0.0.1:3000", "http://127.0.0.1:99999", "http://[::1"),
    *("http://127.0.0.1\\.evil.example", "HTTP", "127.0.0.1:3000", "http://", "https://ui.example.org"),
)


@pytest.mark.security("D1", n=len(FOREIGN))
def test_a_page_from_elsewhere_may_not_speak_to_it() -> None:
    assert {origin: status_of_origin(HERE, origin) for origin in FOREIGN} == dict.fromkeys(FOREIGN, 403)
    assert status_of_origin(HERE, "http://127.0.0.1:3000", "http://127.0.0.1:3000") == 403


def test_programs_and_pages_of_the_daemon_and_of_the_settings_may() -> None:
    assert [status_of_origin(HERE), status_of_origin(HERE, "http://127.0.0.1:3000")] == [200, 200]
    assert status_of_origin(OUTSIDE, "https://ui.example.org") == 200
    assert status_of_origin(OUTSIDE, "https://UI.example.org:443") == 200
    assert status_of_origin(OUTSIDE, "http://ui.example.org") == 403
    assert status_of_origin(OUTSIDE, "https://bot.example.org", host="bot.example.org", secure=True) == 200
    assert status_of_origin(OUTSIDE, "https://bot.example.org", host="bot.example.org") == 403


def test_an_answer_is_shared_with_pages_that_the_settings_name_and_never_with_all() -> None:
    assert shared_with(OUTSIDE, "https://ui.example.org") == {
        "access-control-allow-origin": "https://ui.example.org",
        "access-control-expose-headers": "Location, Retry-After, WWW-Authenticate",
        "vary": "Origin",
    }
    for origin in (*FOREIGN[:-1], "http://127.0.0.1:3000"):
        assert shared_with(OUTSIDE, origin) == {"vary": "Origin"}
        with pytest.raises(Refused) as caught:
            preflight(OUTSIDE, origin)
        assert caught.value.status == 403
    asked = preflight(OUTSIDE, "https://ui.example.org")
    assert asked["access-control-allow-origin"] == "https://ui.example.org"
    assert "Authorization" in asked["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in asked


def test_settings_that_would_let_everybody_in_or_name_nobody_are_found() -> None:
    assert [
        fault_of_origin(each) == "" for each in ("https://a.b", "http://localhost:1", "*", "a.b", "https://a/b", "")
    ] == [
        *(True, True),
        *[False] * 4,
    ]
    assert [fault_of_host(each) == "" for each in ("a.b", "a:1", "[::1]", "*", "*.a", "https://a", "a b", "")] == [
        *[True] * 3,
        *[False] * 5,
    ]


def test_loopback_is_what_only_this_machine_reaches() -> None:
    assert [is_loopback(each) for each in ("127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "LocalHost")] == [
        True
    ] * 6
    assert [is_loopback(each) for each in ("0.0.0.0", "::", "", "10.0.0.1", "localhost.evil", "127.0.0.1.evil")] == [
        False
    ] * 6
