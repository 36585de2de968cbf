"""A strict reader of units, written after systemd.syntax(7), systemd.service(5) and systemd.exec(5), and systemd's own."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ESCAPES = {"n": b"\n", "t": b"\t", "r": b"\r", "a": b"\a", "b": b"\b", "f": b"\f", "v": b"\v", "s": b" "}
FOR_SHELLS = {each: each.encode() for each in "\\\"'$`"}


class Unit:
    """A unit, read: the settings of each section in their order."""

    def __init__(self, text: str) -> None:
        self.settings: dict[str, list[tuple[str, str]]] = {}
        section = ""
        for line in text.split("\n"):
            if not line.strip() or line.startswith(("#", ";")):
                continue
            assert not line.endswith("\\"), f"{line!r} goes on"
            if found := re.fullmatch(r"\[([A-Z][A-Za-z]+)\]", line):
                section = found[1]
                self.settings[section] = []
                continue
            found = re.fullmatch(r"([A-Z][A-Za-z]+)=(.*)", line)
            assert found, f"{line!r} is no setting"
            self.settings[section].append((found[1], found[2]))

    def all(self, name: str, section: str = "Service") -> list[str]:
        return [value for key, value in self.settings[section] if key == name]

    def one(self, name: str, section: str = "Service") -> str:
        (value,) = self.all(name, section)
        return value

    @property
    def program(self) -> bytes:
        """What is started."""
        return specified(words(self.one("ExecStart"))[0]).removeprefix(b"@")

    @property
    def argv(self) -> list[bytes]:
        """What it gets as its words, its own name first."""
        first, *rest = words(self.one("ExecStart"))
        given = rest if first.startswith(b"@") else [first, *rest]
        return [dollars(specified(each)) for each in given]

    @property
    def environment(self) -> dict[bytes, bytes]:
        pairs = (specified(each).partition(b"=") for text in self.all("Environment") for each in words(text))
        return {name: value for name, _, value in pairs}


def words(text: str) -> list[bytes]:
    """The words of a value for which quotes count."""
    found = list[bytes]()
    rest = text.strip()
    while rest:
        word, rest = _word(rest, [" ", "\t"])
        found.append(word)
        rest = rest.lstrip(" \t")
    return found


def specified(word: bytes) -> bytes:
    """A word after its specifiers were put in; here none but `%%` may be."""
    assert not re.search(rb"%(?!%)", word.replace(b"%%", b"")), word
    return word.replace(b"%%", b"%")


def dollars(word: bytes) -> bytes:
    """A word after variables were put in; here none may be."""
    assert b"$" not in word.replace(b"$$", b""), word
    return word.replace(b"$$", b"$")


def _word(text: str, ends: list[str]) -> tuple[bytes, str]:
    out, quote, at = b"", "", 0
    while at < len(text):
        sign = text[at]
        at += 1
        if quote:
            if sign == quote:
                quote = ""
                continue
        elif sign in "\"'":
            quote = sign
            continue
        elif sign in ends:
            return out, text[at:]
        if sign == "\\":
            piece, at = _escape(text, at, {**ESCAPES, "\\": b"\\", '"': b'"', "'": b"'"})
            out += piece
        else:
            assert sign.isprintable() or ord(sign) > 0x7F, f"{sign!r} stands as it is"
            out += os.fsencode(sign)
    assert not quote, f"{text!r} ends within quotes"
    return out, ""


def _escape(text: str, at: int, known: dict[str, bytes]) -> tuple[bytes, int]:
    if text[at] in known:
        return known[text[at]], at + 1
    if found := re.compile(r"x([0-9a-f]{2})").match(text, at):
        return bytes.fromhex(found[1]), found.end()
    found = re.compile(r"[0-3][0-7]{2}").match(text, at)
    assert found, f"{text[at - 1 :]!r} is no escape"
    return bytes([int(found[0], 8)]), found.end()


def as_systemd_reads(path: Path, scope: str) -> tuple[list[str], list[bytes], list[bytes]]:
    """What systemd complains of in a unit, the words that it starts (variables not put in), and the variables it gives."""
    environment = {"HOME": str(path.parent), "XDG_RUNTIME_DIR": str(path.parent), "LC_ALL": "C.UTF-8"}
    flag = ["--user"] if scope == "user" else []
    told = subprocess.run(
        ("systemd-analyze", *flag, "verify", str(path)), env=environment, capture_output=True, check=False
    )
    dump = subprocess.run(
        ("systemd-analyze", *flag, "verify", str(path)),
        env={**environment, "SYSTEMD_LOG_LEVEL": "debug"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    ).stdout.split(b"\n")
    complaints = told.stderr.decode("utf-8", "replace").splitlines() + [f"ended with {told.returncode}"] * (
        told.returncode != 0
    )
    lines = [each.lstrip(b"\t").partition(b": ") for each in dump]
    (command,) = [rest for name, _, rest in lines if name == b"Command Line"]
    return (
        complaints,
        list(_shell_words(os.fsdecode(command))),
        [rest for name, _, rest in lines if name == b"Environment"],
    )


def _shell_words(text: str) -> Iterator[bytes]:
    """The words of a command line as systemd shows it: bare, or in double quotes with escapes."""
    at = 0
    while at < len(text):
        if text[at] == " ":
            at += 1
        elif text[at] != '"':
            end = text.find(" ", at)
            end = len(text) if end < 0 else end
            yield os.fsencode(text[at:end])
            at = end
        else:
            out, at = b"", at + 1
            while text[at] != '"':
                if text[at] == "\\":
                    piece, at = _escape(text, at + 1, {**ESCAPES, **FOR_SHELLS})
                    out += piece
                else:
                    out, at = out + os.fsencode(text[at]), at + 1
            yield out
            at += 1
