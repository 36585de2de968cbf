"""What a guardrail takes out of an answer reaches neither a surface nor a file, in whatever form the answer is told."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

MAIL = "bob.builder@example.com"
WORDS = f"Write to {MAIL} about it."
KEPT = "Write to [REDACTED:email] about it."
FORMATS = (
    ("text",),
    ("json",),
    ("stream-json",),
    ("stream-json", "--include-partial-messages"),
    ("stream-json", "--include-partial-messages", "--verbose"),
)


def told(home: Path, toml: str, *flags: str) -> tuple[int, bytes]:
    """The exit code and all that a run printed whose model says the address, also in its reasoning."""
    (home / ".config/heartbit").mkdir(parents=True)
    script = home.with_suffix(".json")
    provider = f'[provider]\nname = "scripted"\nscript = "{script}"\n'
    (home / ".config/heartbit/config.toml").write_text(provider + toml)
    reply = {"blocks": [{"thinking": WORDS}, {"text": WORDS}], "chunk": 3}
    script.write_text(json.dumps({"replies": [reply, "Nothing to tell."]}))
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
    line = [sys.executable, "-m", "heartbit_tui", "-p", "Who?", "--output-format", *flags]
    done = subprocess.run(line, cwd=home, env=environment, capture_output=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


def kept(home: Path) -> bytes:
    """Everything that was written below this home folder, log and audit among it."""
    return b"".join(file.read_bytes() for file in sorted(home.rglob("*")) if file.is_file())


@pytest.mark.security("I8")
@pytest.mark.parametrize("flags", FORMATS, ids=" ".join)
@pytest.mark.parametrize("action", ["redact", "deny"])
def test_i8_no_byte_that_a_guardrail_takes_out_of_an_answer_is_told_or_kept(
    tmp_path: Path, flags: tuple[str, ...], action: str
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    code, said = told(home, f"[guardrails.pii]\naction = '{action}'\n", *flags)
    expected = KEPT if action == "redact" else "Nothing to tell."
    assert code == 0, said
    assert expected.encode() in said
    files = kept(home)
    assert expected.encode() in files
    for trace in (MAIL, "bob.builder", "builder@"):
        assert trace.encode() not in said
        assert trace.encode() not in files


def test_without_such_a_guardrail_the_pieces_come_as_they_are_written(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    code, said = told(home, "[guardrails.pii]\naction = 'warn'\n", *FORMATS[3])
    pieces = [json.loads(line) for line in said.splitlines() if b'"stream_event"' in line]
    assert code == 0
    assert "".join(piece["event"]["delta"]["text"] for piece in pieces) == WORDS
    assert pieces
