"""Who may speak to a daemon, as the settings say: nobody is let in because nothing was said."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from heartbit_tui.auth.bearer import hashed
from heartbit_tui.auth.refusing import Refused
from heartbit_tui.auth.types import AuthProvider, ExchangeError
from heartbit_tui.auth.users import Owner
from heartbit_tui.config import directories
from heartbit_tui.kernel.errors import ConfigError
from heartbit_tui.runtime.admitting import Entrance, entrance, host_of
from heartbit_tui.runtime.authority import Signer
from heartbit_tui.runtime.options import Identity, Options
from heartbit_tui.runtime.settings import configuration
from heartbit_tui.testing.clock import FakeClock
from tests.auth.issuer import issuer
from tests.auth.keyserver import AUDIENCE, ISSUER, claims, key, key_server, public, signed
from tests.mcp.test_authority import EXCHANGE

HERE, OUTSIDE = "127.0.0.1:3000", "0.0.0.0:3000"
LONG = "t" * 40


def made(home: Path, text: str, bind: str = HERE, environment: Mapping[str, str] | None = None) -> Entrance:
    """The entrance of a daemon with these settings."""
    file = home / "settings.toml"
    file.write_text(text)
    variables = {"HOME": str(home), **(environment or {})}
    config = configuration(Options(cwd=home, environment=variables, config_file=file))
    return entrance(config, directories(variables, home), variables, FakeClock(), bind)


async def status(found: Entrance, *headers: str) -> int:
    try:
        await found.admission.admit(headers)
    except Refused as refused:
        return refused.status
    return 200


@pytest.mark.parametrize("bind", [HERE, "localhost:3000", "[::1]:3000"])
async def test_where_nothing_is_said_a_daemon_of_this_machine_takes_a_token_of_its_own(
    tmp_path: Path, bind: str
) -> None:
    first, second = made(tmp_path, "", bind), made(tmp_path, "[daemon.auth]\nbearer_tokens = []", bind)
    assert first.own is not None
    assert second.own is not None
    assert (first.own.made, second.own.made, first.own.token == second.own.token) == ("new", "", True)
    kept = tmp_path / ".local/state/heartbit/daemon-token"
    assert (kept.read_text().strip(), kept.stat().st_mode & 0o777) == (first.own.token, 0o600)
    assert [await status(second, *each) for each in ((), ("Bearer x",), (f"Bearer {first.own.token}",))] == [
        401,
        401,
        200,
    ]


@pytest.mark.security("D1", n=4)
@pytest.mark.parametrize("bind", [OUTSIDE, ":3000", "10.0.0.1:3000", "[::]:3000"])
def test_a_daemon_that_others_reach_does_not_start_without_somebody_who_may(tmp_path: Path, bind: str) -> None:
    with pytest.raises(ConfigError, match="nothing says who may speak to the daemon"):
        made(tmp_path, "", bind)
    assert not (tmp_path / ".local/state/heartbit/daemon-token").exists()
    with pytest.raises(ConfigError):
        made(tmp_path, "", bind, {"HEARTBIT_API_KEY": ""})


async def test_tokens_of_the_settings_and_of_the_environment_count_and_are_not_told(tmp_path: Path) -> None:
    entry = f'{{token = "{hashed(LONG)}", user = "anna", tenant = "acme", expires = 2026-01-02}}'
    found = made(
        tmp_path,
        f'[daemon.auth]\nbearer_tokens = ["${{MINE}}", {entry}]',
        OUTSIDE,
        {"MINE": "m" * 40, "HEARTBIT_API_KEY": "k" * 40},
    )
    assert [await status(found, f"Bearer {each}") for each in ("m" * 40, LONG, "k" * 40, "x")] == [200, 200, 200, 401]
    assert found.own is None
    assert [text for text in ("m" * 40, LONG, "k" * 40) if text in repr(found)] == []
    assert (await found.admission.admit([f"Bearer {LONG}"])).owner == Owner(tenant="acme", user="anna")


async def test_an_issuer_and_a_token_count_side_by_side_as_the_settings_say(tmp_path: Path) -> None:
    clock, native = FakeClock(), key("OKP")
    async with key_server(public(native, kid="k")) as server:
        text = f"""
[daemon.auth]
bearer_tokens = ["{LONG}"]
jwks_url = "{server.url}"
issuer = "{ISSUER}"
audience = "{AUDIENCE}"
algorithms = ["EdDSA"]
roles_claim = "groups"
default_role = "none"
role_names.operator = ["ops", "sre"]
role_names.admin = []
"""
        found = made(tmp_path, text)
        header = {"alg": "EdDSA", "kid": "k"}
        token = signed(header, claims(clock, groups=["sre", "admin"]), native, "EdDSA")
        other = signed(header, claims(clock, groups=["admin"]), native, "EdDSA")
        elsewhere = signed(header, claims(clock, aud="other"), native, "EdDSA")
        assert (await found.admission.admit([f"Bearer {token}"])).roles == {"operator"}
        assert (await found.admission.admit([f"Bearer {other}"])).roles == set()
        assert [await status(found, f"Bearer {each}") for each in (LONG, elsewhere, "x")] == [200, 401, 401]
        assert found.warnings == ()


async def test_all_queued_tasks_of_a_user_are_signed_for_and_after_a_restart_nothing_is_sent(tmp_path: Path) -> None:
    clock, native = FakeClock(), key("OKP")
    async with key_server(public(native, kid="k")) as server, issuer() as exchange:
        settings = f'jwks_url = "{server.url}"\nissuer = "{ISSUER}"\naudience = "{AUDIENCE}"\n'
        text = EXCHANGE.format(url=exchange.url).replace("[daemon.auth]\n", f"[daemon.auth]\n{settings}")
        found = made(tmp_path, text)
        token = signed({"alg": "EdDSA", "kid": "k"}, claims(clock), native, "EdDSA")
        exchange.known = {token}
        who = await found.admit([f"Bearer {token}"])
        anna, bob = (found.identity(Owner(tenant="acme", user=user), ("api",)) for user in ("anna", "bob"))
        assert who.owner == Owner(tenant="acme", user="anna")
        assert found.identity(Owner()) is None
        assert anna is not None
        assert bob is not None
        assert token not in repr(anna)
        headers = [await Signer(provider=signs(anna), user=anna.user, tenant=anna.tenant).header() for _ in range(3)]
        assert (headers, len(exchange.forms)) == (["Bearer access1"] * 3, 1)
        assert [exchange.forms[0].get(name) for name in ("scope", "audience")] == ["mcp", "tools"]
        again = made(tmp_path, text).identity(who.owner)
        assert again is not None
        for each in (bob, again):
            with pytest.raises(ExchangeError, match="there is no token of the user"):
                await Signer(provider=signs(each), user=each.user, tenant=each.tenant).header()
        assert len(exchange.forms) == 1


def signs(identity: Identity) -> AuthProvider:
    """What signs for this identity."""
    assert identity.signs is not None
    return identity.signs


def test_what_makes_an_entrance_weaker_than_it_looks_is_told(tmp_path: Path) -> None:
    text = '[daemon.auth]\nbearer_tokens = ["short"]\njwks_url = "https://issuer.test/keys"'
    first, *rest = made(tmp_path, text, OUTSIDE).warnings
    assert first.startswith("daemon.auth.bearer_tokens[0]: a token of fewer than 16 characters can be guessed")
    assert [each.split()[0] for each in rest] == ["daemon.auth.audience", "daemon.auth.issuer", "Tokens"]
    assert "short" not in "".join((first, *rest)).replace("shorter", "")


WRONG = {
    '[daemon.auth]\njwks_url = "http://issuer.test/keys"': "has to begin with https://",
    '[daemon.auth]\njwks_url = "file:///etc/passwd"': "has to begin with https://",
    '[daemon.auth]\nbearer_tokens = ["with space"]': "visible ASCII characters",
    '[daemon.auth]\nbearer_tokens = [{token = "x", roles = ["root"]}]': "'root' is no role",
    '[daemon.auth]\nbearer_tokens = [{token = "x", user = ".."}]': "the user is no name",
    '[daemon]\nallowed_hosts = ["https://x"]': "is no name of a host",
    '[daemon]\nallowed_origins = ["*"]': "would let every page speak to the daemon",
    '[daemon]\nallowed_origins = ["example.org"]': "is no origin",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_setting_is_told_with_its_file_and_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=WRONG[text].replace("*", r"\*")) as caught:
        made(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path}/settings.toml:2: daemon.")
    assert caught.value.key.startswith("daemon.")


def test_figures_are_for_everybody_only_where_that_is_set(tmp_path: Path) -> None:
    assert [made(tmp_path, text).open_metrics for text in ("", "[daemon.metrics]\npublic = true")] == [False, True]


def test_the_host_of_an_address_is_read_from_every_form_of_it() -> None:
    binds = ("127.0.0.1:3000", "[::1]:3000", ":3000", "localhost", "0.0.0.0:0", "::1")
    assert [host_of(each) for each in binds] == ["127.0.0.1", "[::1]", "", "localhost", "0.0.0.0", "::1"]


WITHOUT = """
import sys
from pathlib import Path
from heartbit_tui.config import directories
from heartbit_tui.runtime.admitting import entrance
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import configuration

sys.modules["joserfc"] = None
home = Path(sys.argv[1])
for text in ('jwks_url = "https://issuer.test/keys"', 'bearer_tokens = ["x"]'):
    (home / "settings.toml").write_text("[daemon.auth]\\n" + text)
    variables = {"HOME": str(home)}
    config = configuration(Options(cwd=home, environment=variables, config_file=home / "settings.toml"))
    try:
        entrance(config, directories(variables, home), variables, SystemClock(), "127.0.0.1:3000")
        print("opened")
    except Exception as error:
        print(type(error).__name__, error)
"""


def test_without_the_extra_tokens_work_and_an_issuer_names_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WITHOUT, str(tmp_path)]
    done = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True)
    first, second = done.stdout.splitlines()
    assert first.startswith("ConfigError ")
    assert first.endswith("needs the library joserfc, which is not installed: pip install 'heartbit-tui[daemon]'")
    assert second == "opened"
