"""The commands of `heartbit heartbeat`, in the order in which help shows them."""

from heartbit_tui.cli.flags import JSON, with_everywhere
from heartbit_tui.cli.spec import Command, Word

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
