"""Keys are found in their order, kept for their owner alone, and never shown."""

import tomllib
from pathlib import Path

import pytest

from heartbit_tui.auth import KEY_NAMES, VARIABLES, Credentials, Status, system_vault, variable
from heartbit_tui.auth.vault import SystemVault
from heartbit_tui.config.locked import LockedFile
from heartbit_tui.kernel.errors import ConfigError
from tests.headless.machine import Machine
from tests.skills.folders import put
from tests.writers import together

KEY = "sk-ant-0123456789abcdef"


class Drawer:
    """A vault in memory; `works` false is one that is locked."""

    def __init__(self, *, works: bool = True) -> None:
        self.works = works
        self.held: dict[str, str] = {}

    def get(self, name: str) -> str:
        return self.held.get(name, "")

    def put(self, name: str, secret: str) -> bool:
        if self.works:
            self.held[name] = secret
        return self.works

    def drop(self, name: str) -> bool:
        return self.held.pop(name, "") != ""


def credentials(tmp_path: Path, vault: Drawer | None = None, **environment: str) -> Credentials:
    file = LockedFile(tmp_path / "config" / "credentials.toml")
    return Credentials(file=file, environment=environment, vault=vault)


def test_environment_wins_over_keyring_over_file(tmp_path: Path) -> None:
    drawer = Drawer()
    credentials(tmp_path).login("anthropic", "from-the-file-0000")
    found = [credentials(tmp_path).find("anthropic")]
    drawer.held["anthropic"] = "from-the-keyring-0"
    found.append(credentials(tmp_path, drawer).find("anthropic"))
    found.append(credentials(tmp_path, drawer, ANTHROPIC_API_KEY=" from-the-variable ").find("anthropic"))
    found.append(
        credentials(tmp_path, drawer, ANTHROPIC_API_KEY="", MINE="mine").find("anthropic", variable_name="MINE")
    )
    assert [(secret.value, secret.place) for secret in found if secret] == [
        ("from-the-file-0000", "file"),
        ("from-the-keyring-0", "keyring"),
        ("from-the-variable", "environment"),
        ("mine", "environment"),
    ]
    assert credentials(tmp_path).find("openai") is None


def test_a_key_never_shows_in_words(tmp_path: Path) -> None:
    kept = credentials(tmp_path)
    secret = kept.login("anthropic", KEY)
    shown = " ".join((repr(secret), str(secret), f"{secret}", repr(kept.status()), repr(kept)))
    assert KEY not in shown
    assert str(secret) == "…cdef"
    assert str(kept.login("x", "tiny")) == "…"


def test_the_file_is_for_its_owner_alone_and_a_wider_one_is_closed_with_a_warning(tmp_path: Path) -> None:
    kept = credentials(tmp_path)
    kept.login("anthropic", KEY)
    path = tmp_path / "config/credentials.toml"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    status = kept.status(["anthropic"])
    assert path.stat().st_mode & 0o777 == 0o600
    assert [(one.provider, str(one.secret), one.warning) for one in status] == [
        ("anthropic", "…cdef", f"{path} was readable for other users; it is closed to them now.")
    ]
    assert kept.status(["anthropic"])[0].warning == ""


def test_a_keyring_takes_the_key_and_the_file_forgets_it(tmp_path: Path) -> None:
    drawer = Drawer()
    credentials(tmp_path).login("anthropic", KEY)
    assert credentials(tmp_path, drawer).login("anthropic", KEY).place == "keyring"
    assert drawer.held == {"anthropic": KEY}
    assert KEY not in (tmp_path / "config/credentials.toml").read_text()


def test_a_locked_keyring_leaves_the_key_to_the_file(tmp_path: Path) -> None:
    assert credentials(tmp_path, Drawer(works=False)).login("anthropic", KEY).place == "file"


def test_logging_out_forgets_the_key_everywhere(tmp_path: Path) -> None:
    drawer = Drawer()
    credentials(tmp_path).login("anthropic", KEY)
    credentials(tmp_path).login("openai", "another-key-of-mine")
    drawer.held["anthropic"] = KEY
    kept = credentials(tmp_path, drawer)
    assert [kept.logout("anthropic"), kept.logout("anthropic")] == [("keyring", "file"), ()]
    assert kept.find("anthropic") is None
    assert kept.find("openai") is not None


def test_status_tells_every_known_provider_and_every_kept_key(tmp_path: Path) -> None:
    kept = credentials(tmp_path, OPENAI_API_KEY="k")
    kept.login("my-own", KEY)
    status = {one.provider: one.secret.place if one.secret else None for one in kept.status()}
    assert status == {**dict.fromkeys(VARIABLES), "openai": "environment", "my-own": "file"}
    assert set(kept.secrets()) == {"k", KEY}
    kept.login("openai", "kept-behind-that-of-the-environment")
    assert set(kept.secrets()) == {"k", KEY, "kept-behind-that-of-the-environment"}
    assert kept.status([])[0] == Status(provider="my-own", secret=kept.find("my-own"))


@pytest.mark.parametrize("key", ["", "  ", "two words", "line\nbreak", "a\0b", "\x1b[31m"])
def test_an_unusable_key_is_refused_without_being_repeated(tmp_path: Path, key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        credentials(tmp_path).login("anthropic", key)
    assert not key.strip() or key not in str(caught.value)
    assert not (tmp_path / "config").exists()


@pytest.mark.parametrize("broken", [f'[keys]\nanthropic = "{KEY}', f'keys = "{KEY}"', f"{KEY}"])
def test_a_broken_file_is_told_without_its_content_and_stays(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "config/credentials.toml"
    path.parent.mkdir()
    path.write_text(broken)
    path.chmod(0o600)
    for attempt in (
        lambda: credentials(tmp_path).find("anthropic"),
        lambda: credentials(tmp_path).login("anthropic", KEY),
    ):
        with pytest.raises(ConfigError) as caught:
            attempt()
        told = f"{caught.value} {caught.value.__cause__} {caught.value.__suppress_context__}"
        assert KEY not in told
    assert path.read_text() == broken


def test_variables_of_providers() -> None:
    assert (variable("anthropic"), variable("my-own.one")) == ("ANTHROPIC_API_KEY", "MY_OWN_ONE_API_KEY")
    assert "ANTHROPIC_BASE_URL" not in KEY_NAMES
    assert all(name.endswith("_API_KEY") for name in KEY_NAMES)


def test_a_keyring_that_keeps_nothing_says_so() -> None:
    """The null backend, which the whole test session uses, takes everything and keeps nothing."""
    vault = system_vault()
    if vault is None:
        pytest.skip("the extra keyring is not installed")
    assert isinstance(vault, SystemVault)
    assert [vault.put("heartbit-test", KEY), vault.get("heartbit-test"), vault.drop("heartbit-test")] == [
        False,
        "",
        False,
    ]


WRITER = """
import sys
from pathlib import Path
from heartbit_tui.auth import Credentials
from heartbit_tui.config.locked import LockedFile
kept = Credentials(file=LockedFile(Path(sys.argv[1])), environment={})
print("ready", flush=True)
sys.stdin.readline()
for number in range(50):
    kept.login(f"{sys.argv[2]}{number}", f"key-number-{number}")
"""


@pytest.mark.security("K32")
def test_two_processes_that_log_in_lose_no_key(tmp_path: Path) -> None:
    path = tmp_path / "credentials.toml"
    assert together(WRITER, (str(path), "a"), (str(path), "b")) == [(0, ""), (0, "")]
    keys = tomllib.loads(path.read_text())["keys"]
    assert set(keys) == {f"{name}{number}" for name in "ab" for number in range(50)}


@pytest.mark.parametrize(("provider", "asked"), [("scripted", False), ("anthropic", True)])
async def test_the_keyring_is_loaded_only_where_a_key_is_looked_up_in_it(
    machine: Machine, tmp_path: Path, provider: str, asked: bool
) -> None:
    """A library of its name stands first on the path, and leaves a mark when it is imported."""
    mark = tmp_path / "asked"
    put(
        tmp_path / "first/keyring/__init__.py", f"open({str(mark)!r}, 'w').close()\ndef get_password(*_): return None\n"
    )
    put(tmp_path / "first/keyring/errors.py", "class KeyringError(Exception):\n    pass\n")
    here = machine.having(PYTHONPATH=str(tmp_path / "first"))
    await here.run("-p", "Hi.", "--provider", provider)
    assert mark.exists() is asked
