"""No secret stays readable, and ordinary text stays as it is."""

import time

import pytest

from heartbit_tui.config.redact import Redactor, masked

A32, A36, A40 = "a1B2" * 8, "x9Y8z7" * 6, "Qw3rT" * 8
HEX = "0123456789abcdef" * 2
SHAPES = (
    f"sk-ant-api03-{A36}-{A36}AA",
    f"sk-proj-{A40}",
    f"sk-or-v1-{HEX}{HEX}",
    f"sk-{A40}",
    f"gsk_{A40}",
    f"xai-{A40}",
    f"ghp_{A36}",
    f"gho_{A36}",
    f"github_pat_{A40}_{A36}",
    f"glpat-{A32[:20]}",
    "AKIA" + "IOSFODNN7EXAMPLE",
    "AIza" + A36[:35],
    f"ya29.{A40}",
    f"GOCSPX-{A32[:28]}",
    f"xoxb-123456789012-{A32}",
    f"xapp-1-A123-{A32}",
    f"https://hooks.slack.com/services/T000/B000/{A32[:24]}",
    f"https://discord.com/api/webhooks/1/{A40}",
    "sk_live_" + A32[:24],
    "rk_live_" + A32[:24],
    f"whsec_{A32}",
    f"SG.{A32[:22]}.{A40}",
    f"AC{HEX}",
    f"key-{HEX}",
    f"hf_{A36}",
    f"npm_{A36}",
    f"pypi-AgEIcHlwaS5vcmc{A40}",
    f"dapi{HEX}",
    f"hbt_{A40}",
    f"123456789:{A36[:35]}",
    f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.{A32}",
    f"-----BEGIN RSA PRIVATE KEY-----\n{A40}\n-----END RSA PRIVATE KEY-----",
)
LABELLED = (
    "AWS_SECRET_ACCESS_KEY={}",
    "aws_secret_access_key = {}",
    '"api_key": "{}"',
    "password: '{}'",
    "Authorization: Bearer {}",
    "authorization: Basic {}",
    "x-api-key: {}",
    "curl -H 'X-Api-Key: {}'",
    "postgres://user:{}@host/db",
    "redis://:{}@host:6379",
    "export CLIENT_SECRET={}",
    "?access_token={}&x=1",
)
ORDINARY = (
    *("password = os.environ['PASSWORD']", "api_key: str", "token = tokens[0]", "secret = load_secret(name)"),
    *("max_tokens=8192", "token_count: 12345", "the secret of good code is patience", "Authorization header missing"),
    *("api_key_env = OPENAI_API_KEY", "api_key=${OPENAI_API_KEY}", "password=<your password here>", "pwd", "cd $PWD"),
    *("https://example.com:8080/path", "http://user@host/x", "git@github.com:a/b.git", "ssh://git@host/x"),
    *(f"commit {HEX}01234567", f"sha256:{HEX}{HEX}", "550e8400-e29b-41d4-a716-446655440000", "v1.2.3-rc.1+build.5"),
    *(
        "sk-learn",
        "task-runner-for-the-whole-team",
        "risk-assessment-of-everything",
        "key-value store",
        "monkey-patching",
    ),
    *(
        "src/auth/keys.py:12",
        "def password_hash(password): ...",
        "Bearer of bad news",
        "basic authentication explained",
    ),
    *("eyJ is how they start", "AKIA is a prefix", "ghp_ too", "hf_hub_download", "npm_config_cache=/tmp/x"),
    *("-----BEGIN CERTIFICATE-----", "-----BEGIN PUBLIC KEY-----", "SG.x.y", "xoxb-", "token: Optional[str] = None"),
    *("secret_key: SecretStr", "client_secret=settings.client_secret", "self.api_key = api_key", "if not api_key:"),
    *("PASSWORD_MIN_LENGTH = 12", "access_token_expires_in = 3600", "auth_token_ttl: 86400", "private_key.pem"),
    *(f"line {number}: value {number * 7919} of {number} in module_{number}.function_{number}" for number in range(60)),
    *(f"2026-01-{day:02}T10:00:00Z INFO request id={day:08x} took {day * 13} ms status=200" for day in range(1, 29)),
)


@pytest.mark.security("I6", n=len(SHAPES))
def test_no_known_shape_stays_readable() -> None:
    left = [secret for secret in SHAPES if redact(f"before {secret} after") != "before [redacted] after"]
    assert left == []
    assert len(SHAPES) == 32
    print(f"shapes: 0 of {len(SHAPES)} readable")


@pytest.mark.parametrize("wrapped", ['{{"key": "{}"}}', "key={}", "({})", "'{}'", "\n{}\n", "a,{},b"])
def test_shapes_are_found_inside_other_text(wrapped: str) -> None:
    parts = [secret.rpartition("\n")[0] or secret for secret in SHAPES]
    assert [part for part in parts if part in redact(wrapped.format(part))] == []


def test_what_stands_behind_a_label_does_not_stay_readable() -> None:
    secret = "Zx9-unheard.of_Kind7"
    left = [text for text in LABELLED if secret in redact(text.format(secret))]
    assert left == []
    assert len(LABELLED) == 12


def test_planted_keys_do_not_stay_readable_anywhere() -> None:
    planted = [f"planted-{number}-key" for number in range(12)]
    text = " ".join(f"{key}x{key}" for key in planted)
    assert not any(key in Redactor(planted)(text) for key in planted)


@pytest.mark.security("I6", n=len(ORDINARY))
def test_ordinary_text_stays_as_it_is() -> None:
    changed = [text for text in ORDINARY if redact(text) != text]
    assert changed == []
    assert len(ORDINARY) >= 135
    print(f"false redactions: {len(changed)} of {len(ORDINARY)}")


def test_longer_secrets_go_before_their_parts_and_short_ones_are_left() -> None:
    assert Redactor(["abcdefgh", "abcdefghijkl", "cat"])("abcdefghijkl cat") == "[redacted] cat"


def test_redacting_twice_changes_nothing_more() -> None:
    for text in (*SHAPES, *(label.format("Zx9-unheard.of_Kind7") for label in LABELLED)):
        assert redact(redact(text)) == redact(text)


def test_a_mask_shows_the_end_of_a_long_secret_only() -> None:
    assert (masked("sk-ant-0123456789abcdef"), masked("short1234"), masked("")) == ("…cdef", "…", "…")


HOSTILE = (
    *("a" * 100_000, "secret" + "a" * 100_000, "secret_" * 14_000, "a.b-" * 25_000, "api_key=" * 12_000),
    *("://" * 33_000, "x://a:" * 16_000, "x://" + "a:" * 50_000, "eyJ-" * 25_000, "eyJaaaaaaaaa." * 7_000),
    *("-----BEGIN " * 9_000, "SG." * 33_000, "password: " * 10_000, "bearer " * 14_000, "sk-" * 33_000, "\n" * 100_000),
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_makes_redaction_slow(text: str) -> None:
    started = time.thread_time()
    redact(text)
    assert time.thread_time() - started < 2


def redact(text: str) -> str:
    return Redactor()(text)


@pytest.mark.parametrize("label", ["PASSWORD", "paſſword", "authorızation", "AUTHORİZATION", "api_\N{KELVIN SIGN}ey"])
def test_a_label_counts_in_whatever_letters_it_is_written(label: str) -> None:
    """What is looked for first, to be quick, must find all that is looked for then, whatever its case."""
    quick, slow = Redactor()(f"{label}: {A32}"), Redactor()(f"password=x {label}: {A32}")
    assert (A32 in quick) == (A32 in slow)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_is_found_where_nothing_else_is_said(shape: str) -> None:
    assert shape not in Redactor()(shape)
    assert shape not in Redactor()(f"x {shape} y")
