"""Whatever a run does with models, what is told of its tokens and its money is what the service charged, to the token.

The service keeps a till: it gives every answer numbers of its own. Against it stand the line of the result, the log of
the session, and `heartbit cost`. Of an answer that is cut off they have what the service told of it before: its prompt, and
one token. What it costs in all nobody knows before the bill, so that the line of the result has no sum of money then.
"""

import asyncio
import json
import signal
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from heartbit_tui.kernel.ledger import Ledger
from heartbit_tui.kernel.messages import Usage
from heartbit_tui.providers.faults import Drop, Status
from heartbit_tui.providers.script import Reply, call
from heartbit_tui.testing.model_server import ModelServer
from heartbit_tui.wire.read import loads
from tests.headless.machine import Machine, bash, calls, ended, kept, says, told
from tests.journeys.till import HAIKU, OPUS, SONNET, Given, Till, money, tokens
from tests.judging.services import grades, writes

MAIN = f'[provider]\nname = "anthropic"\nmodel = "{OPUS}"\n'
TEAM = """
[[agents]]
name = "researcher"
description = "Researches papers and literature."
system_prompt = "You research."
provider = { name = "anthropic", model = "claude-haiku-4-5" }

[[agents]]
name = "coder"
description = "Writes code and fixes bugs."
system_prompt = "You code."
max_turns = 1
"""
CASCADE = f"""
[provider.cascade]
enabled = true
[[provider.cascade.tiers]]
model = "{HAIKU}"
[provider.cascade.gate]
type = "judge"
model = "{SONNET}"
criteria = ["It is in French."]
"""
CLASSIFIER = f'[plugins]\nrouting = "classifier"\n[plugins.settings.classifier]\nmodel = "{HAIKU}"\ntimeout = 20\n'
FLOW = """
[[workflows]]
name = "report"
steps = [
  { kind = "parallel", steps = [{ agent = "researcher" }, { agent = "coder" }] },
  { orchestrator = true, task = "Put it together:\\n{input}" },
]
"""
SHAPE = '{"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]}'
YOLO = ("--permission-mode", "yolo")
RESEARCH, CODE = "You research.", "You code."


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """One way in which models come to be asked: the settings, the answers, the words of the command and its exit code."""

    words: Sequence[str]
    answers: Sequence[Given]
    settings: str = ""
    code: int = 0


def hands_out(tool: str, *names: str) -> Reply:
    return calls(call(tool, tasks=[{"agent": name, "task": f"{name}, do it"} for name in names]))


def answers(who: str, *replies: Reply) -> tuple[Given, ...]:
    return tuple(Given(who, reply) for reply in replies)


def stores(content: str) -> Reply:
    return calls(call("memory_store", content=content, keywords=["port", "server"]))


LISTS = calls(call("list", path="."))
TOLD = "All of it, in a whole sentence."

PATHS = {
    "tasks handed to two agents side by side": Path(
        settings=TEAM,
        words=("-p", "begin"),
        answers=(
            *answers(RESEARCH, LISTS, says("Found.")),
            *answers(CODE, says("Coded.")),
            *answers(OPUS, hands_out("delegate_task", "researcher", "coder"), says(TOLD)),
        ),
    ),
    "a squad": Path(
        settings=TEAM,
        words=("-p", "begin"),
        answers=(
            *answers(RESEARCH, calls(call("blackboard_write", key="note", value="4711")), says("Found.")),
            *answers(CODE, says("Coded.")),
            *answers(OPUS, hands_out("form_squad", "researcher", "coder"), says(TOLD)),
        ),
    ),
    "an agent that fails beside one that does not": Path(
        settings=TEAM,
        words=("-p", "begin"),
        answers=(
            *answers(RESEARCH, says("Found.")),
            *answers(CODE, LISTS),
            *answers(OPUS, hands_out("delegate_task", "researcher", "coder"), says(TOLD)),
        ),
    ),
    "an agent whose service refuses it": Path(
        settings=TEAM,
        words=("-p", "begin"),
        answers=(
            *answers(RESEARCH, LISTS, Reply(fault=Status(status=403))),
            *answers(OPUS, hands_out("delegate_task", "researcher"), says(TOLD)),
        ),
    ),
    "a cascade whose first answer says it cannot": Path(
        settings=CASCADE,
        words=("-p", "begin"),
        answers=(
            *answers(HAIKU, says("I'm not sure about that.")),
            *answers(OPUS, says(TOLD)),
        ),
    ),
    "a cascade whose judge refuses the first answer": Path(
        settings=CASCADE,
        words=("-p", "begin"),
        answers=(
            *answers("You check the work of an assistant", says("FAIL: it is English")),
            *answers(HAIKU, LISTS, says("It is all in English.")),
            *answers(OPUS, says(TOLD)),
        ),
    ),
    "an agent that takes a prompt and is taken over from": Path(
        settings=TEAM,
        words=("-p", "Fix the bug"),
        answers=(*answers(CODE, LISTS), *answers(OPUS, LISTS, says(TOLD))),
    ),
    "a model that decides who takes the prompt": Path(
        settings=TEAM + CLASSIFIER,
        words=("-p", "Réparez le programme, puis lisez ce qui est écrit dessus"),
        answers=(
            *answers("You decide who works on a task", says('{"agent": "researcher", "reason": "it reads"}')),
            *answers(RESEARCH, LISTS, says(TOLD)),
        ),
    ),
    "a summary": Path(
        settings="[context]\nsummarize_threshold = 2500\n",
        words=("-p", "begin"),
        answers=(
            *answers("You write a summary", says("They counted to three thousand, again and again.")),
            *answers(OPUS, *[bash(f"seq {number}") for number in range(3000, 3004)], says(TOLD)),
        ),
    ),
    "a goal that is reached at the second attempt, with a judge": Path(
        words=("-p", "go", "--goal", "README names x", "--judge"),
        answers=(
            *answers("You judge a change", grades("unmet"), grades("met")),
            *answers(OPUS, writes("a.py", "x = 1\n"), says("Done."), writes("README", "x\n"), says(TOLD)),
        ),
    ),
    "a workflow": Path(
        settings=TEAM + FLOW,
        words=("workflow", "run", "report", "cats"),
        answers=(
            *answers(RESEARCH, LISTS, says("Cats purr.")),
            *answers(CODE, says("Coded.")),
            *answers(OPUS, says(TOLD)),
        ),
    ),
    "a workflow of which a step fails": Path(
        settings=TEAM + FLOW.replace('kind = "parallel"', 'kind = "parallel", fail_fast = false'),
        words=("workflow", "run", "report", "cats"),
        answers=(*answers(RESEARCH, LISTS, says("Cats purr.")), *answers(CODE, LISTS)),
        code=3,
    ),
    "an answer in a shape, at the second attempt": Path(
        words=("-p", "count", "--json-schema", SHAPE),
        answers=answers(OPUS, LISTS, calls(call("__respond__", count="three")), calls(call("__respond__", count=3))),
    ),
    "a service that is overloaded at first": Path(
        words=("-p", "begin"),
        answers=answers(OPUS, Reply(fault=Status(status=529, headers={"retry-after": "0"})), says(TOLD)),
    ),
    "a run that ends for want of turns": Path(
        words=("-p", "begin", "--max-turns", "2"), answers=answers(OPUS, LISTS, LISTS), code=3
    ),
    "what is remembered and merged at the end": Path(
        settings="[memory]\nconsolidate_on_exit = true\n",
        words=("-p", "begin"),
        answers=(
            *answers("You merge notes", says("The server has port 4711 and restarts.")),
            *answers(OPUS, stores("The server has port 4711."), stores("It restarts."), says(TOLD)),
        ),
    ),
}


@pytest.mark.parametrize("name", PATHS)
async def test_totals_are_the_services_own_to_the_token(machine: Machine, name: str) -> None:
    path = PATHS[name]
    till = Till(*path.answers)
    async with ModelServer(compose=till) as server:
        known = machine.config(MAIN + path.settings).with_service(server)
        done = await known.stream(*path.words, *YOLO)
    assert (done.code, till.left) == (path.code, []), done.text
    result = kept(done)
    assert Usage(**result["usage"]) == tokens(till.charges)
    assert result["total_cost_usd"] == pytest.approx(money(till.charges))
    await in_the_books(known, result["session_id"], till)


async def in_the_books(machine: Machine, session: str, till: Till) -> None:
    """The log of the session and the list of all days have every charge of the till, by model."""
    exported = await machine.run("sessions", "export", session, "--format", "jsonl")
    ledger = Ledger()
    for line in exported.text.splitlines():
        ledger.take(loads(line))
    total = ledger.total()
    assert (total.usage, total.calls, total.unpriced) == (tokens(till.charges), len(till.charges), 0)
    assert total.cost_usd == pytest.approx(money(till.charges))
    listed = json.loads((await machine.run("cost", "--json")).text)
    models = {each.model for each in till.charges}
    assert {each["model"] for each in listed} == models
    for each in listed:
        mine = [charge for charge in till.charges if charge.model == each["model"]]
        assert (Usage(**each["usage"]), each["calls"], each["unpriced"]) == (tokens(mine), len(mine), 0)
        assert each["cost_usd"] == pytest.approx(money(mine))


LONG = says("word " * 4000, pace=0.02)
"""An answer that goes on for longer than anybody waits for it."""


async def test_what_an_interrupt_cuts_off_is_told_as_unknown_and_all_else_is_exact(machine: Machine) -> None:
    till = Till(*answers(RESEARCH, LISTS, LONG), *answers(OPUS, hands_out("delegate_task", "researcher"), says(TOLD)))
    async with ModelServer(compose=till) as server:
        known = machine.config(MAIN + TEAM).with_service(server)
        process = await known.start("-p", "begin", "--json", "-v", "--include-partial-messages", *YOLO)
        await told(process.stderr, b'"text_delta"')
        process.send_signal(signal.SIGINT)
        result = kept(await ended(process))
    assert (result["subtype"], result["exit_code"], till.left) == ("interrupted", 130, [OPUS])
    assert (Usage(**result["usage"]), result["total_cost_usd"]) == (tokens(till.charges), None)
    await in_the_books(known, result["session_id"], till)


async def test_an_agent_that_is_stopped_is_paid_for_what_it_finished_and_the_others_go_on(machine: Machine) -> None:
    till = Till(
        *answers(RESEARCH, LISTS, LONG),
        *answers(CODE, says("Coded.")),
        *answers(OPUS, hands_out("delegate_task", "researcher", "coder"), says(TOLD)),
    )
    async with ModelServer(compose=till) as server:
        known = machine.config(MAIN + TEAM).with_service(server)
        words = ("--input-format", "stream-json", "--json", "-v", "--include-partial-messages", *YOLO)
        process = await known.start("run", *words, stdin=asyncio.subprocess.PIPE)
        assert process.stdin is not None
        process.stdin.write(b'{"type":"user","message":{"content":"begin"}}\n')
        while b'"researcher"' not in await told(process.stderr, b'"text_delta"'):
            pass
        result = kept(await ended(process, input=b'{"type":"interrupt","agent":"researcher"}\n'))
    assert (result["subtype"], result["result"], till.left) == ("success", TOLD, [])
    assert (Usage(**result["usage"]), result["total_cost_usd"]) == (tokens(till.charges), None)
    await in_the_books(known, result["session_id"], till)


async def test_of_an_answer_that_breaks_off_what_was_told_of_its_tokens_counts(machine: Machine) -> None:
    till = Till(*answers(OPUS, says("word " * 40, fault=Drop(after=6)), says(TOLD)))
    async with ModelServer(compose=till) as server:
        known = machine.config(MAIN).with_service(server)
        result = kept(await known.stream("-p", "begin"))
    assert (result["subtype"], till.left) == ("success", [])
    assert (Usage(**result["usage"]), result["total_cost_usd"]) == (tokens(till.charges), None)
    await in_the_books(known, result["session_id"], till)
