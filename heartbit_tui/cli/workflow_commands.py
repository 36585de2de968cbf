"""The commands of `heartbit workflow`, in the order in which help shows them."""

from collections.abc import Mapping
from types import MappingProxyType

from heartbit_tui.cli.flags import JSON, RUN, with_everywhere
from heartbit_tui.cli.spec import Command, Flag, Word

NAME = Word("name", "the workflow, as the settings name it")
RUNNING: Mapping[str, tuple[Flag, ...]] = MappingProxyType(
    {title: flags for title, flags in RUN.items() if title != "task"}
)

WORKFLOW = (
    Command(
        "workflow list",
        "workflow",
        "list the workflows that the settings define",
        groups=with_everywhere(JSON),
    ),
    Command(
        "workflow show",
        "workflow",
        "show the steps of a workflow",
        (NAME,),
        with_everywhere(JSON),
        ("heartbit workflow show review",),
    ),
    Command(
        "workflow run",
        "workflow_run",
        "do a workflow, from start to end",
        (NAME, Word("task", "the text that it begins with; what stands on stdin without, or with `-`", "*")),
        RUNNING,
        (
            'heartbit workflow run review "the last commit"',
            "git diff | heartbit workflow run review --output-format stream-json",
            "heartbit workflow run checks --allow 'bash(make test)'",
        ),
    ),
)
