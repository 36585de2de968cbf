"""What a command line was found to do: its commands, the files it names, and what could not be understood."""

from dataclasses import field

from heartbit_tui.kernel.dataclass import dataclass

HERE: tuple[str, ...] = ("",)
"""The folder in which the line starts, relative to itself."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command as the program would get it.

    `plain` says that the text is known for sure; otherwise it is what was written. `wild` words are globs. `home`
    says that the shell puts the home folder in place of a leading `~`.
    """

    text: str
    plain: bool = True
    wild: bool = False
    home: bool = False


@dataclass(frozen=True, slots=True)
class Simple:
    """One simple command as it was written, wrappers included.

    `assigned` holds the names of the variables that are set before it; without words it is a bare assignment.
    `folders` are those in which it may run. `at` is the byte of the line at which it begins, lines that are
    continued joined; it is below 0 in a script within the line.
    """

    words: tuple[Word, ...]
    assigned: tuple[str, ...] = ()
    folders: tuple[str, ...] = HERE
    at: int = field(default=-1, compare=False)


@dataclass(frozen=True, slots=True)
class File:
    """One path that is read or written; it may be a glob, and is relative to each of the folders."""

    path: str
    wild: bool = False
    home: bool = False
    folders: tuple[str, ...] = HERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """All that was found in a command line. `unclear` says what could not be understood, or is empty.

    `writes` and `reads` are the targets of redirections; what programs read by their arguments is for `judge`.
    """

    commands: tuple[Simple, ...] = ()
    writes: tuple[File, ...] = ()
    reads: tuple[File, ...] = ()
    unclear: str = ""
