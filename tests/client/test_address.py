"""Which daemon is meant by who names none: the one at work on the same data file."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from heartbit_tui.client.address import address
from heartbit_tui.client.registered import registered
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.runtime.options import Options
from heartbit_tui.store.locks import leases

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
SETTINGS = '[daemon]\nbind = "0.0.0.0:4100"\n'


@pytest.fixture
def options(tmp_path: Path) -> Options:
    config = tmp_path / ".config" / "heartbit" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(SETTINGS, "utf-8")
    return Options(cwd=tmp_path, environment={"HOME": str(tmp_path)}, surface="headless")


def data_file(options: Options) -> Path:
    return Path(options.environment["HOME"]) / ".local" / "share" / "heartbit" / "heartbit.db"


@contextmanager
def daemon(file: Path, name: str, told: str, at: datetime) -> Generator[None]:
    """A daemon at work on a data file, which has said where it listens."""
    lease = leases(file).take(f"daemon-{name}")
    try:
        with registered(file, f"daemon-{name}", told, at):
            yield
    finally:
        lease.release()


def test_without_a_daemon_it_is_where_one_would_listen(options: Options) -> None:
    assert address(options) == ("http://127.0.0.1:4100", "")


def test_the_newest_that_works_on_the_data_file_is_found_wherever_it_listens(options: Options) -> None:
    file = data_file(options)
    with ExitStack() as stack:
        stack.enter_context(daemon(file, "new", "http://0.0.0.0:5002", AT + timedelta(hours=1)))
        stack.enter_context(daemon(file, "old", "http://127.0.0.1:5001", AT))
        assert address(options)[0] == "http://127.0.0.1:5002"
        assert address(options, "http://there:1/")[0] == "http://there:1"
    assert address(options)[0] == "http://127.0.0.1:4100"


def test_what_one_that_died_has_said_counts_no_more(options: Options) -> None:
    file = data_file(options)
    leases(file).take("daemon-x").release()
    (file.parent / "heartbit.db.locks").mkdir(exist_ok=True)
    record = file.parent / "heartbit.db.locks" / "daemon-x.json"
    record.write_text('{"pid": 1, "address": "http://127.0.0.1:5003"}')
    assert address(options)[0] == "http://127.0.0.1:4100"


def test_of_a_session_it_is_the_one_that_holds_it(options: Options, tmp_path: Path) -> None:
    """The one of another process has only said so: what counts is whose number stands in the lock of the session."""
    file = data_file(options)
    with ExitStack() as stack:
        stack.enter_context(daemon(file, "mine", "http://127.0.0.1:5004", AT))
        stack.enter_context(daemon(file, "other", "http://127.0.0.1:5005", AT + timedelta(hours=1)))
        record = file.parent / "heartbit.db.locks" / "daemon-other.json"
        record.write_text(record.read_text().replace('"pid": ', '"pid": 9'))
        assert address(options)[0] == "http://127.0.0.1:5005"
        lease = leases(file).take("a-session")
        assert address(options, session_id="a-session")[0] == "http://127.0.0.1:5004"
        lease.release()
        assert address(options, session_id="a-session")[0] == "http://127.0.0.1:5005"


@pytest.mark.parametrize(
    "url", ["127.0.0.1:3000", "ftp://there", "http://", "http://there:99999", "http://[::1", "http://a b"]
)
def test_what_is_no_address_is_refused_by_the_name_under_which_it_was_given(options: Options, url: str) -> None:
    elsewhere = replace(options, environment={**options.environment, "HEARTBIT_URL": url})
    for given, named, where in ((options, url, "--url"), (elsewhere, "", "HEARTBIT_URL")):
        with pytest.raises(ConfigError, match=rf"^{where} takes the address of a daemon, such as http://127"):
            address(given, named)


def test_the_token_that_a_daemon_made_for_itself_goes_to_no_other_machine(options: Options) -> None:
    state = Path(options.environment["HOME"]) / ".local" / "state" / "heartbit"
    state.mkdir(parents=True)
    (state / "daemon-token").write_text("hbt_own\n")
    here = ("http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "https://127.0.0.1")
    there = ("http://there:1", "https://localhost.there", "http://127.0.0.1@there", "http://192.168.0.2:3000")
    assert {url: address(options, url)[1] for url in (*here, *there)} == {
        **dict.fromkeys(here, "hbt_own"),
        **dict.fromkeys(there, ""),
    }
    given = replace(options, environment={**options.environment, "HEARTBIT_API_KEY": "hbt_given\r\n"})
    assert address(given, "http://there:1") == ("http://there:1", "hbt_given")


@pytest.mark.parametrize("token", ["se\ncret", "se cret", "sécret"])
def test_a_token_that_no_header_can_hold_is_refused_and_not_told(options: Options, token: str) -> None:
    given = replace(options, environment={**options.environment, "HEARTBIT_API_KEY": token})
    with pytest.raises(ConfigError, match=r"^HEARTBIT_API_KEY holds signs") as refused:
        address(given)
    assert "cret" not in str(refused.value)
