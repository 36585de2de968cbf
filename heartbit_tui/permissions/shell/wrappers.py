"""Programs that run another program, and what of them can be looked through."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from heartbit_tui.permissions.shell.seen import Word

WRAPPERS = frozenset(
    (
        *("sudo", "doas", "env", "nohup", "nice", "ionice", "time", "timeout", "stdbuf", "setsid", "flock", "strace"),
        *("exec", "eval", "command", "builtin", "xargs", "watch", "chroot", "unshare", "coproc", "find", "parallel"),
        *("busybox", "toybox", "ltrace", "script", "nsenter", "fakeroot", "taskset", "chrt", "su", "runuser", "pkexec"),
        *("caffeinate", "entr", "unbuffer", "prlimit", "systemd-run", "numactl", "gdb", "perf", "rlwrap"),
    )
)
"""Behind their name, each further word may be the name of the command that runs."""

SHELLS = frozenset(("sh", "bash", "dash", "zsh", "ksh", "ash", "fish"))
INTERPRETERS = frozenset(
    (
        *SHELLS,
        *("python", "python2", "python3", "pypy", "pypy3", "ipython", "node", "nodejs", "deno", "bun", "ruby", "irb"),
        *("perl", "php", "lua", "luajit", "tclsh", "wish", "expect", "awk", "gawk", "mawk", "nawk", "sed", "osascript"),
        *("pwsh", "powershell", "julia", "R", "Rscript", "ghci", "runghc", "scala", "jshell", "groovy", "emacs", "vi"),
        *("vim", "nvim", "ed", "ex", "nano", "less", "more", "man", "gcc", "cc", "ld", "make", "gmake", "just", "tar"),
        *("rsync", "zip", "ssh", "scp", "sftp", "curl", "wget", "nc", "ncat", "socat", "telnet", "openssl", "psql"),
        *("mysql", "sqlite3", "ftp", "at", "crontab", "source", ".", "trap", "alias", "rm", "mv", "cp", "dd", "tee"),
    )
)
"""Programs that do whatever their arguments or their input say."""

RUNNERS = frozenset(
    (
        *("npx", "uvx", "pipx", "bunx", "pnpx", "dlx", "docker", "podman", "kubectl", "nerdctl", "lxc", "vagrant"),
        *("tmux", "screen", "nix", "nix-shell", "direnv", "mise", "asdf", "rtk", "hatch", "tox", "nox", "poetry"),
    )
)
"""Programs that fetch or start others."""

_DURATION = re.compile(r"\d+(?:\.\d+)?[smhd]?")
_NUMBER = re.compile(r"-?\d+")
_BUFFER = re.compile(r"-[ioe][0L]")
_MOST = 32
_BENIGN: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        "time": re.compile(r"-p"),
        "command": re.compile(r"(?!)"),
        "builtin": re.compile(r"(?!)"),
        "stdbuf": _BUFFER,
    }
)
SYSTEM_FOLDERS = ("/bin/", "/usr/bin/")


def base(text: str) -> str:
    """The name of a program without its folder."""
    return text.rpartition("/")[2]


def trusted_name(word: Word) -> str:
    """The name of a program that is taken from the system's folders, or empty."""
    if not word.plain or word.wild or word.home:
        return ""
    if "/" not in word.text:
        return word.text
    folder, _, name = word.text.rpartition("/")
    return name if f"{folder}/" in SYSTEM_FOLDERS else ""


def readings(words: tuple[Word, ...]) -> Iterator[tuple[Word, ...]]:
    """The command, and behind wrappers the one from each further word on: rather too many than too few."""
    wrapped = False
    for at in range(min(len(words), _MOST)):
        yield words[at:]
        wrapped = wrapped or base(words[at].text) in WRAPPERS
        if not wrapped:
            return


def inner(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The command behind wrappers that change nothing but its time, or the words as they are."""
    for _ in range(_MOST):
        shorter = _without_wrapper(words)
        if len(shorter) == len(words) or not shorter:
            return words
        words = shorter
    return words


def _without_wrapper(words: tuple[Word, ...]) -> tuple[Word, ...]:
    if len(words) < 2 or not all(word.plain for word in words[:2]):
        return words
    name, rest = trusted_name(words[0]), words[1:]
    if name == "timeout":
        return rest[1:] if _DURATION.fullmatch(rest[0].text) else words
    if name == "nice":
        return _without_niceness(words)
    pattern = _BENIGN.get(name)
    if pattern is None:
        return words
    while rest and rest[0].plain and pattern.fullmatch(rest[0].text):
        rest = rest[1:]
    return words if not rest or rest[0].text.startswith("-") else rest


def _without_niceness(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The command behind `nice` or `nice -n 5`; `words` are at least two."""
    option, *rest = words[1:]
    if option.text == "-n" and len(rest) > 1 and _NUMBER.fullmatch(rest[0].text):
        return tuple(rest[1:])
    return words if option.text.startswith("-") else (option, *rest)
