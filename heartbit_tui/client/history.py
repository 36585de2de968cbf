"""What was typed before, in one file that several processes may use; secrets are never written."""

import json
import os
import re
from pathlib import Path

ENTRIES = 2000
BYTES = 4 << 20
"""How much is kept: so many entries, and no more than this of a file."""

_SECRET = re.compile(
    r"""
      \b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}              # Anthropic, OpenAI, OpenRouter, Stripe
    | \bgh[opsur]_[A-Za-z0-9]{20,} | \bgithub_pat_\w{20,} | \bglpat-[\w-]{16,}
    | \b(?:AKIA|ASIA)[A-Z0-9]{12,} | \bAIza[\w-]{20,} | \bya29\.[\w-]{20,}
    | \bxox[abeprs]-[\w-]{10,} | \bhf_[A-Za-z0-9]{20,} | \bnpm_[A-Za-z0-9]{20,} | \bpypi-[\w-]{20,}
    | \beyJ[\w-]{10,}\.[\w-]{10,}\.                     # JSON web token
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY
    | \b[Bb]earer\s+[\w.~+/-]{12,}
    | (?i:\b\w*(?:api[_-]?key|secret|token|passw(?:or)?d|passphrase|credential)\w*)["']?\s*[=:]\s*["']?[^\s"']{6,}
    | ://[^/\s:@]+:[^/\s:@]+@                           # a password in an address
    """,
    re.VERBOSE,
)


def is_secret(text: str) -> bool:
    """Whether `text` holds something with the shape of a key or a password."""
    return _SECRET.search(text) is not None


class HistoryFile:
    """Entries as JSON strings, one a line; each is appended with a single write. `path` None keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def entries(self) -> list[str]:
        """The entries, oldest first; lines that cannot be read are left out."""
        if self._path is None:
            return []
        try:
            with self._path.open("rb") as file:
                file.seek(max(file.seek(0, os.SEEK_END) - BYTES, 0))
                lines = file.read().splitlines()
        except OSError:
            return []
        return [entry for line in lines if (entry := _entry(line))][-ENTRIES:]

    def add(self, text: str) -> None:
        """Keep an entry, unless it looks like a secret; a file that cannot be written is left alone."""
        if self._path is None or not text.strip() or is_secret(text):
            return
        line = json.dumps(text).encode() + b"\n"
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._shorten()
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)
        except OSError:
            return

    def _shorten(self) -> None:
        """Write the newest entries anew once the file is twice as large as it may be."""
        assert self._path is not None
        if not self._path.exists() or self._path.stat().st_size < 2 * BYTES:
            return
        whole = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        lines = "".join(json.dumps(entry) + "\n" for entry in self.entries())
        whole.touch(0o600)
        whole.write_text(lines, "utf-8")
        whole.replace(self._path)


def _entry(line: bytes) -> str:
    try:
        found = json.loads(line)
    except ValueError:
        return ""
    return found if isinstance(found, str) else ""
