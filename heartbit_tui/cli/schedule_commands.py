"""The commands of `heartbit schedule`, in the order in which help shows them."""

from heartbit_tui.cli.flags import JSON, RUN, with_everywhere
from heartbit_tui.cli.spec import Command, Flag, Word

NAME = Word("name", "the schedule")

SCHEDULE = (
    Command(
        "schedule list",
        "schedule",
        "list the schedules: those of the settings and those that were added, how far each is",
        groups=with_everywhere(JSON),
        examples=("heartbit schedule", "heartbit schedule list --json"),
    ),
    Command(
        "schedule add",
        "schedule",
        "add a task that is done here at set times, by cron",
        (
            Word("name", "what the schedule is called"),
            Word("cron", "when: five fields, six with the seconds first, or a name such as @daily; quote it"),
            Word("task", "what to do", "*"),
        ),
        with_everywhere(
            Flag(
                ("--timezone",),
                "the zone whose clocks count, such as Europe/Paris or local; UTC without",
                "text",
                "ZONE",
            ),
            Flag(
                ("--overlap",),
                "while the task before it goes on; skip without",
                "text",
                "HOW",
                ("skip", "queue", "allow"),
            ),
            Flag(("--jitter",), "be late by up to so much, such as 90s or 10m", "text", "TIME"),
            Flag(("--no-catch-up",), "do not make up for what was missed"),
            Flag(
                ("--dialect",),
                "whose cron: standard without; in the seed's 1 is Sunday",
                "text",
                "NAME",
                ("standard", "seed"),
            ),
            JSON,
        ),
        (
            'heartbit schedule add tidy "0 9 * * MON-FRI" "look for new dependencies" --timezone local',
            'heartbit schedule add pages @hourly "check that the pages answer" --jitter 10m --overlap queue',
        ),
    ),
    *(
        Command(
            f"schedule {verb}", "schedule", summary, (NAME,), with_everywhere(JSON), (f"heartbit schedule {verb} tidy",)
        )
        for verb, summary in (
            ("remove", "remove a schedule that was added"),
            ("pause", "let a schedule rest"),
            ("resume", "let a schedule that rests go on"),
        )
    ),
    Command(
        "schedule run",
        "schedule_run",
        "do the task of a schedule now, without a screen, as `heartbit run` does; its next time stays",
        (NAME,),
        RUN,
        ("heartbit schedule run tidy",),
    ),
    Command(
        "schedule next",
        "schedule",
        "tell the coming times of one schedule, or of all that are switched on",
        (Word("name", "the schedule", "?"),),
        with_everywhere(Flag(("-n", "--number"), "so many times, 10 without", "count", "N"), JSON),
        ("heartbit schedule next", "heartbit schedule next tidy -n 3 --json"),
    ),
)
"""The seven of them."""
