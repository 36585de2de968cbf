"""Servers of tools as other agents define them become definitions of heartbit's, without a secret in them."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from heartbit_tui.peers.gathering import Gathered, strings, table

SECRETIVE = re.compile(r"key|token|secret|passw|credential|auth|cookie|session|private|pat$|pwd", re.IGNORECASE)
HARMLESS = frozenset({"accept", "accept-language", "content-type", "user-agent"})
REFERENCE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\}")
_OF_OPENCODE = re.compile(r"\{env:([A-Za-z_][A-Za-z0-9_]*)\}")
_DOLLAR = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_TOKEN = re.compile(r"(?=[^\s]*\d)(?=[^\s]*[A-Za-z])[A-Za-z0-9_\-+=.~]{16,}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

IN_WORDS = "{what} looks like a key or a password, which is not copied; add it with `heartbit mcp add` and a ${{NAME}}."
SET = "set {names} in your environment: the values stay in {source} and are not copied"
FROM_FILE = "it takes a value from a file; heartbit takes values of the environment, as ${NAME}."
EMPTY = "it has neither a command nor a url."
OLD = "it speaks the old HTTP with SSE, which heartbit does not."


def give(gathered: Gathered, name: str, definition: Mapping[str, Any], source: str, **more: Any) -> None:
    """Tell of a server; `definition` has heartbit's own keys already, with values as the peer had them."""
    if "{file:" in str(dict(definition)):
        gathered.leave(name, source, FROM_FILE, "server")
        return
    cleaned = _Cleaned(gathered, name)
    made = cleaned.definition(definition)
    if not (made.get("command") or made.get("url")):
        gathered.leave(name, source, EMPTY, "server")
    elif cleaned.in_words:
        gathered.leave(name, source, IN_WORDS.format(what=cleaned.in_words), "server")
    else:
        note = SET.format(names=", ".join(cleaned.variables), source=source) if cleaned.variables else ""
        gathered.add("server", name, source, made, note="; ".join(filter(None, (note, more.pop("note", "")))), **more)


class _Cleaned:
    """Puts references in the place of secrets, and remembers which variables they name."""

    def __init__(self, gathered: Gathered, name: str) -> None:
        self._secret = gathered.looked.secret
        self._prefix = re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_").upper() or "SERVER"
        self.variables: list[str] = []
        self.in_words = ""

    def definition(self, given: Mapping[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key in ("type", "command", "url", "cwd"):
            if isinstance(given.get(key), str) and given[key]:
                made[key] = self._word(key, given[key])
        if "url" in made and "command" not in made:
            made = {"type": "http", **{key: text for key, text in made.items() if key != "type"}}
        if arguments := strings(given.get("args")):
            made["args"] = [self._word("an argument", each) for each in arguments]
        if isinstance(given.get("enabled"), bool) and not given["enabled"]:
            made["enabled"] = False
        if env := table(given.get("env")):
            made["env"] = {str(key): self._variable(str(key), value) for key, value in env.items()}
        if headers := table(given.get("headers")):
            made["headers"] = {str(key): self._header(str(key), str(value)) for key, value in headers.items()}
        return made

    def _word(self, what: str, text: str) -> str:
        text = references(text)
        bare = REFERENCE.sub("", text)
        labelled = re.search(r"(?i)(key|token|secret|passw\w*)=[^$\s]{8,}", bare)
        if self._secret(bare) or labelled or (what == "an argument" and _looks_random(bare)):
            self.in_words = self.in_words or what
        return text

    def _variable(self, name: str, value: object) -> str:
        text = references(str(value))
        if REFERENCE.search(text) and not self._hides(REFERENCE.sub("", text)):
            return text
        if SECRETIVE.search(name) or self._hides(text):
            return self._named(name if _VARIABLE.fullmatch(name) else f"{self._prefix}_VALUE")
        return text

    def _header(self, name: str, value: str) -> str:
        text = references(value)
        if REFERENCE.search(text) and not self._hides(REFERENCE.sub("", text)):
            return text
        if name.lower() in HARMLESS or not (SECRETIVE.search(name) or self._hides(text)):
            return text
        scheme, gap, _ = text.partition(" ")
        kept = f"{scheme} " if gap and scheme.lower() in ("bearer", "basic", "token") else ""
        ending = "TOKEN" if name.lower() == "authorization" else re.sub(r"[^A-Za-z0-9]+", "_", name).upper()
        return kept + self._named(f"{self._prefix}_{ending}")

    def _hides(self, text: str) -> bool:
        return self._secret(text) or _looks_random(text)

    def _named(self, variable: str) -> str:
        if variable not in self.variables:
            self.variables.append(variable)
        return f"${{{variable}}}"


def references(text: str) -> str:
    """References to variables in heartbit's way: `{env:NAME}` and `$NAME` become `${NAME}`."""
    return _DOLLAR.sub(r"${\1}", _OF_OPENCODE.sub(r"${\1}", text))


def _looks_random(text: str) -> bool:
    """Whether a text has a long word of letters and digits in it that is no path, version, package or address."""
    if _UUID.search(text):
        return True
    for word in re.split(r"[\s=,;:@]+", text):
        if "/" in word or not _TOKEN.fullmatch(word):
            continue
        parts = re.split(r"[-_.]+", word)
        if any(len(part) >= 16 and re.search(r"\d", part) and re.search(r"[A-Za-z]", part) for part in parts):
            return True
    return False


def many(gathered: Gathered, value: object, source: str, *, private: bool = False) -> None:
    """Tell of all servers of a table in the shape that Claude Code and Gemini share."""
    for name, definition in table(value).items():
        held = table(definition)
        if held.get("type") in ("sse", "ws"):
            gathered.leave(name, source, OLD, "server")
        else:
            url = held.get("httpUrl") or held.get("url")
            give(gathered, name, {**held, **({"url": url, "type": "http"} if url else {})}, source, private=private)


def hides(name: str, value: str, secret: Callable[[str], bool]) -> bool:
    """Whether a variable of this name with this value holds what nobody should copy."""
    return bool(SECRETIVE.search(name)) or secret(value) or _looks_random(value)
