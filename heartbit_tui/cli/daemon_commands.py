"""The commands for a daemon, and for those who speak with one, in the order in which help shows them."""

from heartbit_tui.cli.flags import DAEMON as DAEMON_RUN, JSON, with_everywhere
from heartbit_tui.cli.spec import Command, Flag, Word

TASK = Word("id", "the task; the beginning of its id is enough")
URL = Flag(("--url",), "where the daemon is, as http://127.0.0.1:3000", "text", "URL")

BIND = Flag(("--bind",), "where to listen, as 127.0.0.1:3000", "text", "HOST:PORT")
SYSTEM = Flag(("--system",), "of the machine, in /etc/systemd/system, not of your own systemd")

DAEMON = (
    Command(
        "daemon run",
        "daemon",
        "do tasks that come over HTTP, at set times and by themselves, until it is stopped",
        groups={"options": (BIND,), **DAEMON_RUN},
        examples=("heartbit daemon", "heartbit daemon --bind 127.0.0.1:7777 --permission-mode auto"),
    ),
    Command(
        "daemon install",
        "daemon_unit",
        "let systemd start the daemon and look after it, with this very heartbit in this directory",
        groups=with_everywhere(
            SYSTEM,
            Flag(("--account",), "whose rights a unit of the machine has; your own without", "text", "NAME"),
            BIND,
            Flag(("--keys",), "copy the keys of this environment into the file that the unit reads"),
            Flag(("--now",), "begin at once, and with each start of the machine"),
            Flag(("--dry-run",), "only print the unit, and tell what would be done"),
            Flag(("--force",), "also over a unit that was edited"),
        ),
        examples=(
            "heartbit daemon install --now",
            "heartbit daemon install --dry-run > heartbit.service",
            "sudo heartbit daemon install --system --account anna --cwd /srv/work",
        ),
    ),
    Command(
        "daemon uninstall",
        "daemon_unit",
        "stop the daemon of systemd and take its unit away; all else stays",
        groups=with_everywhere(
            SYSTEM,
            Flag(("--dry-run",), "only tell what would be done"),
            Flag(("--force",), "also a unit that was edited"),
        ),
        examples=("heartbit daemon uninstall --dry-run",),
    ),
    Command(
        "daemon status",
        "daemon_status",
        "tell which daemons run here, and how they stand; exit code 0 where one does, else 3",
        groups=with_everywhere(JSON),
        examples=("heartbit daemon status --json",),
    ),
    Command(
        "daemon logs",
        "daemon_logs",
        "show what the daemons of this machine have told, the newest last",
        groups=with_everywhere(
            Flag(("-f", "--follow"), "go on with what comes"),
            Flag(("-n", "--lines"), "so many at most, 100 without", "count", "N"),
            Flag(("--level",), "only from this level on", "text", "LEVEL", ("debug", "info", "warning", "error")),
            Flag(("--since",), "only from then on: 30m, 12h, 7d, or a time such as 2026-01-31", "text", "WHEN"),
            Flag(("--task",), "only of this task; the beginning of its id is enough", "text", "ID"),
            JSON,
        ),
        examples=("heartbit daemon logs -f", "heartbit daemon logs --level error --since 7d --json"),
    ),
    Command(
        "submit",
        "remote",
        "hand a task to a daemon",
        (Word("task", "what to do; `-` reads it from stdin", "*"),),
        with_everywhere(
            URL,
            Flag(("--wait",), "follow it to its end and print its answer"),
            Flag(("--key",), "the same task however often it is sent with this key", "text", "KEY"),
            Flag(("--priority",), "from -100 to 100; what waits with a higher one is done first", "text", "N"),
            Flag(("--session",), "go on with this session of the daemon's", "text", "ID"),
            Flag(("--folder",), "where it works; in the folder of the daemon without", "folder", "DIR"),
            JSON,
        ),
        (
            'heartbit submit "tidy up the changelog"',
            'heartbit submit --wait --folder . "which tests are slow?"',
            'git diff | heartbit submit "review this" -',
        ),
    ),
    Command(
        "status",
        "remote",
        "how a task of a daemon stands, or the newest of them",
        (Word("id", "the task; the beginning of its id is enough; without one, the newest 50", "?"),),
        with_everywhere(URL, JSON),
        ("heartbit status", "heartbit status 3f2a", "heartbit status --url http://127.0.0.1:7777 --json"),
    ),
    Command(
        "result",
        "remote",
        "print what came of a task",
        (TASK,),
        with_everywhere(URL, Flag(("--wait",), "wait for its end"), JSON),
        ("heartbit result 3f2a", "heartbit result --wait 3f2a"),
    ),
    Command(
        "approve",
        "remote",
        "let the calls run that a task waits for, or refuse them",
        (TASK,),
        with_everywhere(
            URL,
            Flag(("--refuse",), "refuse them"),
            Flag(("--always",), "and from now on without asking"),
            Flag(("--note",), "a word to the model with it", "text", "TEXT"),
        ),
        ("heartbit approve 3f2a", 'heartbit approve 3f2a --refuse --note "not in this folder"'),
    ),
    Command(
        "attach",
        "attach",
        "see a task or a session of a daemon on the screen, and take part in it",
        (Word("id", "the task or the session; the beginning of its id is enough"),),
        with_everywhere(URL, Flag(("--plain",), "in plain lines, without a screen")),
        ("heartbit attach 3f2a", "heartbit attach --plain 20261121-093000-k3v9x2mq"),
    ),
    Command(
        "cancel",
        "remote",
        "stop a task, whether it waits or is at work",
        (TASK,),
        with_everywhere(URL),
        ("heartbit cancel 3f2a",),
    ),
)
