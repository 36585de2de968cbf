"""Workflows of the settings: what is read of them, and a sentence for each that is none."""

from typing import Any

import pytest

from heartbit_tui.agents.workflow_tables import Table, lacking, outline, read


def problem(**table: Any) -> str:
    """What is wrong with one workflow beside a sound one."""
    sound = Table(held={"name": "sound", "steps": [{"command": "true"}]}, source="config.toml:1")
    found = read((sound, Table(held=table, source="config.toml:9")))
    assert list(found.workflows) == ["sound"]
    ((_, told),) = found.problems.items()
    return told


def test_steps_are_read_to_any_depth_and_named() -> None:
    inner = {"name": "both", "kind": "parallel", "at_once": 2, "steps": [{"agent": "writer"}, {"agent": "writer"}]}
    last = {"kind": "loop", "max_iterations": 3, "until_command": "make test", "steps": [{"orchestrator": True}]}
    again = {"workflow": "b", "name": "once more"}
    found = read(
        (
            Table(held={"name": "a", "description": "All.", "steps": [inner, last, again]}, source="config.toml:1"),
            Table(held={"name": "b", "steps": [{"command": "echo {input}", "name": "say"}]}, source="config.toml:5"),
        )
    )
    assert found.problems == {}
    a, b = found.workflows.values()
    assert (a.description, a.source, a.agents, a.asks, b.asks) == ("All.", "config.toml:1", ("writer",), True, False)
    assert list(outline(a.step)) == [
        (0, "a", "one after the other"),
        (1, "both", "side by side, 2 at a time"),
        (2, "writer", "agent writer"),
        (2, "writer#2", "agent writer"),
        (1, "loop", "again and again, until `make test` passes, 3 times at most"),
        (2, "orchestrator", "orchestrator"),
        (1, "once more", "one after the other"),
        (2, "say", "$ echo {input}"),
    ]


STEP = {"command": "true"}


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "[[workflows]]: it needs `steps`, a list with at least one step."),
    ({"steps": []}, "[[workflows]]: it needs `steps`, a list with at least one step."),
    ({"steps": [{"kind": "loop", "steps": []}]}, "steps[0]: it needs `steps`, a list with at least one step."),
    ({"steps": ["x"]}, "steps[0]: this has to be a table, such as { agent = \"NAME\" }, and it is 'x'."),
    ({"steps": [{"name": "x"}]}, "steps[0]: a step is one of agent, orchestrator, command, workflow, steps;"),
    ({"steps": [{"agent": "a", "command": "b"}]}, "this one has agent and command."),
    ({"steps": [{"agnt": "a"}]}, "this one has none of them."),
    ({"steps": [{**STEP, "nme": "x"}]}, "the key nme is unknown here. Did you mean name?"),
    (
        {"steps": [STEP], "kind": "paralel"},
        "kind has to be one of sequential, parallel, loop, and it is 'paralel'.",
    ),
    ({"steps": [STEP], "kind": "loop"}, "max_iterations has to be a whole number from 1 on, and it is None."),
    ({"steps": [STEP], "kind": "loop", "max_iterations": 0}, "max_iterations has to be a whole number from 1 on"),
    ({"steps": [STEP], "kind": "parallel", "at_once": 0}, "at_once has to be a whole number from 1 on"),
    ({"steps": [STEP], "max_iterations": 2}, "the key max_iterations is unknown here."),
    (
        {"steps": [STEP], "kind": "loop", "max_iterations": 1, "until": "a", "until_command": "b"},
        "until and until_command both say when it is over; leave one out.",
    ),
    ({"steps": [{"orchestrator": 1}]}, "orchestrator has to be true, and it is 1."),
    ({"steps": [{"command": " "}]}, "command has to be a text that is not empty, and it is ' '."),
    ({"steps": [{**STEP, "seconds": 601}]}, "seconds has to be at most 600, and it is 601."),
    ({"steps": [{"workflow": "nope"}]}, "there is no workflow “nope”. There are: sound, bad."),
    ({"steps": [{"steps": [{"workflow": "bad"}]}]}, "it leads back to itself: bad → bad."),
]


@pytest.mark.parametrize(("table", "told"), WRONG)
def test_what_is_wrong_is_told_with_its_place_and_the_others_count(table: dict[str, Any], told: str) -> None:
    said = problem(name="bad", **table)
    assert said.startswith("config.toml:9: the workflow “bad” is left out: ")
    assert told in said


def test_a_circle_through_others_is_told_by_each_of_them() -> None:
    found = read(
        Table(held={"name": name, "steps": [{"workflow": other}]}, source="config.toml:1")
        for name, other in (("a", "b"), ("b", "c"), ("c", "a"))
    )
    assert found.workflows == {}
    assert "it leads back to itself: a → b → c → a." in found.problems["a"]
    assert "it leads back to itself: c → a → b → c." in found.problems["c"]


def test_a_name_is_needed_and_counts_once() -> None:
    assert problem(steps=[STEP]) == "config.toml:9: a workflow is left out: it has no name."
    twice = problem(name="sound", steps=[STEP])
    assert twice == "config.toml:9: there are two workflows “sound”; the first one counts."


def test_an_agent_that_there_is_not_is_told_with_those_that_there_are() -> None:
    table = Table(held={"name": "a", "steps": [{"agent": "writer"}, {"agent": "nobody"}]}, source="config.toml:3")
    (defined,) = read((table,)).workflows.values()
    assert lacking(defined, ("nobody", "writer")) == ""
    assert lacking(defined, ("writer",)) == (
        "config.toml:3: the workflow “a” needs the agent “nobody”, which there is not. There are: writer."
    )
