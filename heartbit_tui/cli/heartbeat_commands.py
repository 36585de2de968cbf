"""The commands of `heartbit heartbeat`, in the order in which help shows them."""

from heartbit_tui.cli.flags import JSON, with_everywhere
from heartbit_tui.cli.spec import Command, Flag, Word

WHICH = Word("which", "the heartbeat: its file, its path from any folder on, or what its name ends with")

HEARTBEAT = (
    Command(
        "heartbeat list",
        "heartbeat",
        "list the heartbeats of all workspaces, the next one first",
        groups=with_everywhere(JSON),
        examples=("heartbit heartbeat list", "heartbit heartbeat list --json"),
    ),
    Command(
        "heartbeat new",
        "heartbeat_new",
        "write a heartbeat: a file HEARTBEAT-NAME.md in this project, or in a folder of heartbeat.workspaces",
        (Word("name", "what it is about, such as `mail`"), Word("text", "what an agent is asked", "*")),
        with_everywhere(
            Flag(("--every",), "the time between two beats: 90s, 30m, 1h30m, 1d", "text", "TIME"),
            Flag(("--active-hours",), "hours such as 09:00-17:30, several with commas", "text", "HOURS"),
            Flag(("--days",), "days such as mon-fri", "text", "DAYS"),
            Flag(
                ("--timezone",), "the zone of the hours, such as Europe/Paris; this machine's without", "text", "ZONE"
            ),
            Flag(("--type",), "message asks an agent, meditate puts the memory in order", "text", "TYPE"),
            Flag(("--tools",), "tools beside those that read, with commas", "text", "NAMES"),
            Flag(("--max-cost",), "what one beat may cost at most", "amount", "USD"),
            JSON,
        ),
        (
            'heartbit heartbeat new build "Look at build.log. Tell me what broke." --every 30m --active-hours 08:00-20:00',
            "heartbit heartbeat new night --every 1d --active-hours 02:00-04:00 --type meditate",
        ),
    ),
    Command(
        "heartbeat run",
        "heartbeat",
        "do a heartbeat now, whatever its hours",
        (WHICH,),
        with_everywhere(JSON),
        ("heartbit heartbeat run HEARTBEAT-mail.md",),
    ),
    *(
        Command(
            f"heartbeat {verb}",
            "heartbeat",
            summary,
            (WHICH,),
            with_everywhere(JSON),
            (f"heartbit heartbeat {verb} HEARTBEAT.md",),
        )
        for verb, summary in (("pause", "let a heartbeat rest"), ("resume", "let a heartbeat that rests go on"))
    ),
    Command(
        "heartbeat why",
        "heartbeat",
        "tell all about a heartbeat: what it does, when it is next, what is wrong",
        (WHICH,),
        with_everywhere(JSON),
        ("heartbit heartbeat why HEARTBEAT.md",),
    ),
    Command(
        "heartbeat import",
        "heartbeat",
        "take over from rsclaw's state.json when its heartbeats last beat",
        (Word("file", "the state.json"),),
        with_everywhere(JSON),
        ("heartbit heartbeat import ~/.rsclaw/data/heartbeat/state.json",),
    ),
)
