import stat
from pathlib import Path

from heartbit_tui.client.history import BYTES, ENTRIES, HistoryFile, is_secret

SECRETS = (
    "sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz",
    "sk-or-v1-0123456789abcdef0123456789abcdef",
    "sk-proj-AbCdEfGhIjKlMnOpQrSt",
    "sk_live_0123456789abcdef01234567",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "github_pat_0123456789abcdefghij_ABCDEFGHIJ",
    "glpat-0123456789abcdefghij",
    "AKIAIOSFODNN7EXAMPLE",
    "AIzaSyA0123456789abcdefghijklmnopqrstuv",
    "xoxb-0123456789-abcdefghij",
    "hf_0123456789abcdefghijABCDEF",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.sig",
    "-----BEGIN RSA PRIVATE KEY-----",
    "Bearer 0123456789abcdef",
    "API_KEY=0123456789",
    "export OPENAI_API_KEY='abcdefghij'",
    "password: hunter2hunter2",
    '"client_secret": "abcdefgh"',
    "postgres://me:secretword@db/x",
)
WORDS = (
    "explain the token bucket",
    "what does sk-learn do?",
    "rename password_field to login_field",
    "why is the key of this map missing?",
    "see https://example.org/a:b@c",
    "risk-averse tests",
)


def test_what_has_the_shape_of_a_key_is_never_written(tmp_path: Path) -> None:
    lines = [
        f"{before}{secret}{after}"
        for secret in SECRETS
        for before in ("", "use ", "a\nb ")
        for after in ("", " please")
    ]
    assert len(lines) == 6 * len(SECRETS)
    file = HistoryFile(tmp_path / "history")
    for line in (*lines, "the last"):
        file.add(line)
    assert file.entries() == ["the last"]


def test_ordinary_words_about_keys_are_kept() -> None:
    assert [line for line in WORDS if is_secret(line)] == []


def test_entries_of_several_lines_come_back_as_they_were(tmp_path: Path) -> None:
    one, other = HistoryFile(tmp_path / "state" / "history"), HistoryFile(tmp_path / "state" / "history")
    one.add("a\nb")
    other.add("ü \u2028 \ud800")
    one.add("  ")
    one.add("c")
    assert other.entries() == ["a\nb", "ü \u2028 \ud800", "c"]
    assert stat.S_IMODE((tmp_path / "state" / "history").stat().st_mode) == 0o600


def test_a_damaged_file_gives_what_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_bytes(b'"one"\n{"no": 1}\n\xff\xfe\n"cut\n12\n"two"\n')
    assert HistoryFile(path).entries() == ["one", "two"]


def test_what_cannot_be_written_is_let_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    HistoryFile(tmp_path / "file" / "history").add("words")
    HistoryFile(None).add("words")
    assert HistoryFile(None).entries() == []


def test_the_file_stays_bounded(tmp_path: Path) -> None:
    path = tmp_path / "history"
    file = HistoryFile(path)
    path.write_bytes(b'"' + b"x" * 998 + b'"\n' + b'"old"\n' * (2 * BYTES // 6))
    file.add("new")
    assert path.stat().st_size < BYTES
    assert file.entries()[-2:] == ["old", "new"]
    assert len(file.entries()) <= ENTRIES + 1
