"""What a HEARTBEAT file asks for, and what is told of one that is wrong."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from heartbit_tui.schedules.beats import READING, Heartbeat, Unusable
from heartbit_tui.schedules.beats_file import MEMORY, parse
from heartbit_tui.schedules.beats_told import at_most
from heartbit_tui.schedules.windows import MINUTES, Window
from tests.schedules.beats_rig import beat

FILE = Path("/w/HEARTBEAT.md")


def wrong(text: str) -> str:
    found = parse(text, FILE, FILE.parent, UTC)
    assert isinstance(found, Unusable), found
    return found.reason


def headed(head: str) -> str:
    return f"---\n{head}\n---\nLook.\n"


def test_a_file_says_how_often_when_what_and_with_which_tools() -> None:
    found = beat(
        'every: "1h30m" # not too often\nactive_hours: 09:00-12:00, 22:00-06:00\ntz: Europe/Paris\ndays: mon-fri\n'
        "kind: message\ntools: [webfetch, memory]",
        "Look at the mails.",
    )
    zone, week = ZoneInfo("Europe/Paris"), frozenset(range(5))
    assert found == Heartbeat(
        key="/w/HEARTBEAT.md",
        file=FILE,
        workspace=Path("/w"),
        every=5_400,
        windows=(Window(540, 720, zone, week), Window(1_320, 360, zone, week)),
        tools=tuple(dict.fromkeys((*READING, "webfetch", *MEMORY))),
        text="Look at the mails.",
    )


def test_what_a_file_leaves_out_is_as_usual() -> None:
    found = beat("every: 30")
    assert (found.every, found.windows, found.kind, found.tools) == (1_800, (), "message", READING)


def test_a_file_says_what_a_beat_may_take_at_most() -> None:
    found = beat("every: 30m\nmax_cost: 0.25\nmax_tokens: 20000\nmax_calls: 20")
    assert (found.max_cost, found.max_tokens, found.max_calls) == (0.25, 20_000, 20)
    assert at_most(found) == "0.25 US dollars, 20,000 tokens, 20 calls"
    assert at_most(beat("every: 30m")) == "what the settings allow"


def test_what_a_meditation_cannot_be_told_is_warned_of() -> None:
    found = beat("every: 6h\ntype: meditate\nmax_cost: 0.25\ntools: bash", "")
    assert found.warnings == ("`tools` means nothing for a meditation.", "`max_cost` means nothing for a meditation.")


@pytest.mark.parametrize("head", ["max_cost: 0", "max_cost: -1", "max_cost: much", "max_cost: nan"])
def test_what_is_no_amount_of_money_is_an_error(head: str) -> None:
    assert "is none: it is an amount of US dollars" in wrong(headed(f"every: 30m\n{head}"))


@pytest.mark.parametrize(
    "head",
    ["max_calls: 0", "max_calls: 1.5", "max_tokens: -5", "max_tokens: ٣", "max_calls: x"],
)
def test_what_is_no_count_is_an_error(head: str) -> None:
    assert "is none: it is a whole number" in wrong(headed(f"every: 30m\n{head}"))


@pytest.mark.parametrize("name", ["max_cost", "max_tokens", "max_calls"])
def test_an_amount_that_no_file_could_keep_is_an_error(name: str) -> None:
    assert wrong(headed(f"every: 30m\n{name}: {2**63}")).endswith("is more than a beat can take.")


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("30m", 1_800), ("1h30m", 5_400), ("1d", 86_400), ("5", 300), ("30d", 2_592_000)]
)
def test_intervals_are_read(text: str, seconds: int) -> None:
    assert beat(f"every: {text}").every == seconds


@pytest.mark.security("X12", n=1)
@pytest.mark.parametrize("text", ["90min", "2H", "1.5h", "-5m", "1h 30m", "sometimes", "[]", "99999999999999999999d"])
def test_what_is_no_interval_is_an_error_and_never_a_minute(text: str) -> None:
    assert "`every" in wrong(headed(f"every: {text}"))


@pytest.mark.security("X12", n=1)
@pytest.mark.parametrize("text", ["0", "0s", "29s", "0h0m1s"])
def test_no_interval_is_so_short_that_a_model_is_kept_busy(text: str) -> None:
    assert "`every" in wrong(headed(f"every: {text}"))


@pytest.mark.parametrize("kind", ["meditate", "meditation"])
def test_a_meditation_needs_no_words(kind: str) -> None:
    assert beat(f"every: 6h\ntype: {kind}", "").kind == "meditate"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("every: 30m\n", "it begins with no table"),
        ("---\nevery: 30m\nLook.\n", "has no end"),
        ("---\n---\nLook.\n", "it does not say how often"),
        ("---\nevery: 30m\n---\n  \n", "nothing stands behind its table"),
        (headed("every: 31d"), "too seldom"),
        (headed("every: 30m\ntype: dance"), "`type: dance` is none"),
        (headed("every: 30m\nactive_hours: 25:00-26:00"), "'25:00' is no time of day"),
        (headed("every: 30m\nactive_hours: 09:00"), "'09:00' is no span of hours"),
        (headed("every: 30m\nactive_hours: 24:00-06:00"), "begins at the end of a day"),
        (headed("every: 30m\ntimezone: Europe/Pariss"), "did you mean 'Europe/Paris'"),
        (headed("every: 30m\ndays: monday-someday"), "`days: monday-someday` is none"),
        (headed("every: 30m\ntools: {a: b}"), "`tools` has to be a list"),
        (headed("every: [1, 2"), "cannot be read"),
        (headed("every: &a 30m\ntz: *a"), "an alias"),
        (headed("- every"), "it is no table"),
        (headed("every: 30m\n" + "# " + "x" * 17_000), "more than 16,384 letters"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence_with_the_file(text: str, told: str) -> None:
    reason = wrong(text)
    assert told in reason
    assert reason.startswith("HEARTBEAT.md: ")


def test_a_key_that_means_nothing_is_told_of() -> None:
    assert beat("every: 30m\ntitle: Mails\nname: m").warnings == (
        "`title` means nothing here.",
        "`name` means nothing here.",
    )


@pytest.mark.parametrize(
    ("name", "meant"),
    [("activ_hours", "active_hours"), ("Every", "every"), ("tool", "tools"), ("maxcost", "max_cost"), ("day", "days")],
)
def test_a_slip_in_a_key_is_an_error_so_that_no_bound_is_left_out_in_silence(name: str, meant: str) -> None:
    told = f"HEARTBEAT.md: `{name}` means nothing: did you mean `{meant}`?"
    assert wrong(headed(f"every: 30m\n{name}: 1")) == told


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("every: 30m\nevery: 1d", "`every` stands in it twice"),
        ("every: 30m\ntz: UTC\ntimezone: Europe/Paris", "`tz` and `timezone` are the same; write one of them"),
    ],
)
def test_what_is_said_twice_is_an_error_and_none_of_both_is_guessed(head: str, told: str) -> None:
    assert told in wrong(headed(head))


def test_lines_of_windows_and_a_byte_order_mark_are_read() -> None:
    found = parse("\ufeff---\r\nevery: 30m\r\n---\r\nLook.\r\n---\r\nAgain.\r\n", FILE, FILE.parent, UTC)
    assert isinstance(found, Heartbeat)
    assert (found.every, found.text) == (1_800, "Look.\n---\nAgain.")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("hours", "at", "awake"),
    [
        ("09:00-17:00", "2026-11-23T08:59:59+00:00", False),
        ("09:00-17:00", "2026-11-23T09:00:00+00:00", True),
        ("09:00-17:00", "2026-11-23T17:00:00+00:00", False),
        ("22:00-06:00", "2026-11-23T23:30:00+00:00", True),
        ("22:00-06:00", "2026-11-23T05:59:59+00:00", True),
        ("22:00-06:00", "2026-11-23T12:00:00+00:00", False),
        ("08:00-08:00", "2026-11-23T03:00:00+00:00", True),
        ("00:00-24:00", "2026-11-23T23:59:59+00:00", True),
        ("00:00-23:59", "2026-11-23T23:59:30+00:00", False),
    ],
)
def test_hours_hold_also_over_night(hours: str, at: str, awake: bool) -> None:
    assert beat(f"every: 30m\nactive_hours: {hours}\ntz: UTC").awake(utc(at)) is awake


@pytest.mark.parametrize(
    ("zone", "at", "waits"),
    [
        ("Europe/Paris", "2026-01-15T01:30:00+01:00", 7.5),
        ("Europe/Paris", "2026-03-29T01:30:00+01:00", 6.5),
        ("Europe/Paris", "2026-10-25T01:30:00+02:00", 8.5),
        ("America/New_York", "2026-03-08T01:30:00-05:00", 6.5),
        ("America/New_York", "2026-11-01T00:30:00-04:00", 9.5),
        ("Asia/Shanghai", "2026-03-29T01:30:00+08:00", 7.5),
        ("Australia/Lord_Howe", "2026-10-04T01:30:00+10:30", 7.0),
        ("Australia/Lord_Howe", "2026-04-05T01:00:00+11:00", 8.5),
    ],
)
def test_the_wait_for_nine_in_the_morning_is_true_where_clocks_are_set(zone: str, at: str, waits: float) -> None:
    found = beat(f"every: 30m\nactive_hours: 09:00-17:00\ntz: {zone}")
    assert found.from_then(utc(at)) == utc(at) + timedelta(hours=waits)


def test_the_last_moment_before_a_window_wakes_once() -> None:
    found = beat("every: 30m\nactive_hours: 09:00-17:00\ntz: UTC")
    last = utc("2026-11-23T08:59:59.999999+00:00")
    opening = found.from_then(last)
    assert opening == utc("2026-11-23T09:00:00+00:00")
    assert opening is not None
    assert found.from_then(opening) == opening


def test_hours_that_never_come_never_beat() -> None:
    never = Heartbeat(key="k", file=FILE, workspace=FILE.parent, every=60, windows=(Window(60, 60, UTC),))
    assert never.from_then(utc("2026-11-23T08:00:00+00:00")) is None
    assert beat("every: 30m\ndays: sun").windows == (Window(0, MINUTES, UTC, frozenset({6})),)
