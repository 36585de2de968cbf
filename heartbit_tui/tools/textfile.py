"""A text file as bytes and as text: encoding, byte-order mark and line endings survive a change."""

import codecs
import errno
import hashlib
import os
import stat
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.tools import beneath
from heartbit_tui.tools.arguments import Unable

EDITABLE_BYTES = 32 * 1024 * 1024
"""Files up to this size can be changed; larger ones can only be read, page by page."""

SNIFFED_BYTES = 4096

Stamp: TypeAlias = tuple[int, int, int, int, int]
"""Device, inode, size, and the nanoseconds of the last change of content and of status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A file at one moment: its bytes, their hash, its permission bits, and the stamp that changes when it does."""

    data: bytes
    digest: str
    mode: int
    stamp: Stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A file's words, with the line endings that it has; bytes that are no UTF-8 stand as lone surrogates."""

    words: str
    codec: str = "utf-8"
    mark: bytes = b""

    @property
    def foreign(self) -> bool:
        """Whether it holds bytes that are not of its encoding."""
        return has_surrogates(self.words)

    def encode(self, words: str) -> bytes:
        """Other words in this file's encoding, byte-order mark included."""
        return self.mark + words.encode(self.codec, _ERRORS[self.codec])


_ERRORS = MappingProxyType({"utf-8": "surrogateescape", "utf-16-le": "surrogatepass", "utf-16-be": "surrogatepass"})
_MARKS = MappingProxyType(
    {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
)


def has_surrogates(words: str) -> bool:
    """Whether the text has code points that no valid text has."""
    return any("\ud800" <= character <= "\udfff" for character in words) if not words.isascii() else False


def sniff(head: bytes) -> tuple[str, bytes]:
    """The codec and the byte-order mark of a file that starts with `head`; UTF-8 where there is no mark."""
    if not head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        for mark, codec in _MARKS.items():
            if head.startswith(mark):
                return codec, mark
    return "utf-8", b""


def is_binary(head: bytes) -> bool:
    """Whether the first bytes of a file are no text: a NUL, or more than 30 % control characters."""
    codec, _ = sniff(head)
    if codec != "utf-8":
        return False
    controls = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head)
    return b"\0" in head or controls > 0.3 * len(head)


def decode(data: bytes) -> Text:
    """The text in a file's bytes, such that encoding it again gives the same bytes.

    Raises `Unable` for what is no text.
    """
    codec, mark = sniff(data)
    if is_binary(data[:SNIFFED_BYTES]) or (codec == "utf-8" and b"\0" in data):
        raise Unable("This is a binary file: it cannot be changed as text. Use bash with a program made for it.")
    body = data[len(mark) :]
    try:
        text = Text(words=body.decode(codec, _ERRORS[codec]), codec=codec, mark=mark)
    except UnicodeDecodeError as problem:
        raise Unable(f"The file's mark says {codec}, but it is not: {problem}. It cannot be changed as text.") from None
    if text.encode(text.words) != data:
        raise Unable(f"The file is not valid {codec}, so a change would damage it.")
    return text


def digest_of(data: bytes) -> str:
    """The hash by which a file's content is known."""
    return hashlib.sha256(data).hexdigest()


def stamp_of(status: os.stat_result) -> Stamp:
    """The stamp of a file whose status was taken."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def open_regular(path: Path, real: str = "") -> int:
    """A descriptor to read a regular file; nothing else is ever opened, because that may block or act.

    It is the file at `real`, where the path led when it was judged, or where it leads now if that is empty.
    Raises `FileNotFoundError` for what is not there, `Unable` for folders, pipes, devices and sockets.
    """
    with beneath.parent(real or beneath.followed(str(path))) as (folder, name):
        # A link that came to stand here since is told as one by the opening, which does not follow it.
        _refuse_special(path, os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
        descriptor = beneath.inner(folder, name, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        _refuse_special(path, os.fstat(descriptor).st_mode)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _refuse_special(path: Path, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise Unable(f"{path} is a folder, not a file. Use list to see what is in it.")
    if not stat.S_ISREG(mode) and not stat.S_ISLNK(mode):
        kind = next((name for test, name in _SPECIAL if test(mode)), "special file")
        raise Unable(f"{path} is a {kind}, not a regular file; it is not opened.")


_SPECIAL = (
    (stat.S_ISFIFO, "named pipe"),
    (stat.S_ISSOCK, "socket"),
    (stat.S_ISCHR, "device"),
    (stat.S_ISBLK, "device"),
)


def snapshot(path: Path, real: str = "") -> Snapshot | None:
    """The file at this moment, None where there is none; raises `Unable` for what cannot be changed as a file.

    `real` is as in `open_regular`.
    """
    try:
        descriptor = open_regular(path, real)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as problem:
        raise Unable(told(problem, path)) from problem
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(file.fileno())
        data = file.read(EDITABLE_BYTES + 1)
    if len(data) > EDITABLE_BYTES:
        raise Unable(f"{path} is larger than {EDITABLE_BYTES >> 20} MB; change it with a program through bash.")
    return Snapshot(data=data, digest=digest_of(data), mode=stat.S_IMODE(status.st_mode), stamp=stamp_of(status))


def told(problem: OSError, path: Path) -> str:
    """An operating system's error as a sentence with what to do next."""
    advice = _ADVICE.get(problem.errno or 0, "Check the path and try again.")
    return f"{path}: {problem.strerror or problem}. {advice}"


_ADVICE = MappingProxyType(
    {
        errno.EACCES: "The permissions do not allow it; ask the person, or work on another file.",
        errno.EPERM: "It is not permitted; ask the person, or work on another file.",
        errno.EROFS: "That file system cannot be written to; choose another place.",
        errno.ENOSPC: "Nothing was changed. Free some space first.",
        errno.EDQUOT: "Nothing was changed. Free some space first.",
        errno.EFBIG: "Nothing was changed. The file would be larger than allowed.",
        errno.ENAMETOOLONG: "Choose a shorter name.",
        errno.ELOOP: "Symbolic links lead in a circle, or one was put there just now; name the real file.",
        errno.EBUSY: "It is in use (perhaps a mount point); it cannot be replaced.",
    }
)
