"""Who takes a task."""

import pytest

from heartbit_tui.agents.domains import DOMAINS, counted
from heartbit_tui.agents.routing import (
    Candidate,
    Decision,
    Keywords,
    analysed,
    best,
    by_words,
    escalated,
    escalates,
    fitting,
    route,
)
from heartbit_tui.kernel.errors import LimitError, NetworkError
from heartbit_tui.kernel.events import AutoCompactionTriggered, DoomLoopDetected, Event, RunFailed, TaskRouted
from heartbit_tui.kernel.messages import Usage

CODER = Candidate(name="coder", description="Writes code, implements functions and fixes bugs.")
RESEARCHER = Candidate(name="researcher", description="Researches: papers, literature, surveys.")
WRITER = Candidate(name="writer", description="Writes documentation, articles and reports.")
OPERATOR = Candidate(name="ops", description="Deploys with docker, kubernetes and terraform.")
TEAM = (CODER, RESEARCHER, WRITER, OPERATOR)
COMPACTED = AutoCompactionTriggered(turn=1, success=True, usage=Usage())
LOOPED = DoomLoopDetected(turn=3, consecutive_count=3, tool_names=("bash",))


def score(task: str, *agents: Candidate) -> int:
    return analysed(task, agents or TEAM).score


@pytest.mark.parametrize("task", ["What is a monad?", "HOW do I exit?", "“Why is the sky blue?”", "explain, please"])
def test_a_question_is_for_one_agent_however_it_is_written(task: str) -> None:
    assert (score(task), by_words(task, TEAM).agent) == (0, "coder")


def test_a_question_with_steps_is_no_simple_one() -> None:
    assert score("What is it? first, look. then, tell me.") == 25


def test_many_steps_over_many_domains_are_led() -> None:
    task = (
        "First, design the database schema. Then, implement the API. Finally, deploy it with docker and write a report."
    )
    decision = by_words(task, TEAM)
    assert (decision.agent, decision.score) == ("", 45)
    assert by_words(f"Delegate this: {task}", TEAM) == Decision(
        agent="", score=75, reason="score 0.75 (3 steps, it speaks of delegation, 6 domains)"
    )


def test_delegation_with_two_names_scores_at_least_70() -> None:
    assert score("Delegate to the researcher and have them team up with the writer") == 70


def test_names_alone_score_40_and_only_as_words_of_their_own() -> None:
    assert score("Coder and Writer please") == 40
    assert score("the decoder and a rewriter") == 0
    assert score("coder and writer", CODER) == 0


def test_a_task_of_more_than_a_hundred_words_scores_10_more() -> None:
    assert (score("go " * 100), score("go " * 101)) == (0, 10)


def test_numbered_lists_count_as_steps() -> None:
    assert score("1. go\n2. stay") == 25
    assert score("1. go there") == 0
    assert score("version 1.5 and 2.0") == 0
    assert score("step 1 and step 2") == 25
    assert score("step 10 and step 20") == 0


def test_scores_stay_between_0_and_100() -> None:
    task = "first, then, finally, delegate to coder, writer: code, sql, docker, blog " + "go " * 101
    assert score(task) == 100
    assert score("what?") == 0


def test_25_and_30_are_55_which_the_domains_decide() -> None:
    task = "1. hand off\n2. the bug"
    assert by_words(task, TEAM) == Decision(
        agent="coder",
        score=55,
        covering=("coder",),
        reason="score 0.55 (2 steps, it speaks of delegation): it has code",
    )


def test_domains_that_no_agent_has_alone_are_led() -> None:
    task = "1. investigate the papers\n2. deploy to kubernetes with docker"
    decision = by_words(task, (CODER, RESEARCHER, OPERATOR))
    assert (decision.score, decision.agent, decision.covering) == (25, "ops", ())
    decision = by_words(f"collaborate: {task}", (CODER, RESEARCHER, OPERATOR))
    assert decision == Decision(
        agent="",
        score=55,
        covering=(),
        reason="score 0.55 (2 steps, it speaks of delegation): no agent alone has devops, research",
    )


def test_without_domains_the_first_agent_takes_it() -> None:
    assert by_words("1. hand off\n2. go on", TEAM).agent == "coder"
    assert by_words("hello there", TEAM).agent == "coder"


def test_an_empty_task_scores_nothing_and_goes_to_one_agent() -> None:
    for task in ("", "  \n"):
        assert (score(task), by_words(task, TEAM).agent) == (0, "coder")


@pytest.mark.parametrize(
    ("task", "agent"),
    [
        ("Investigate the literature on attention", "researcher"),
        ("Survey PAPERS about it", "researcher"),
        ("Fixes for the bugs, please", "coder"),
        ("Two articles and a blog", "writer"),
        ("deployments: deploying it to Kubernetes", "ops"),
        ("What papers are there?", "researcher"),
        ("let ops look at it", "ops"),
        ("nothing that anybody knows", "coder"),
    ],
)
def test_a_single_agent_is_the_one_that_fits_best(task: str, agent: str) -> None:
    assert by_words(task, TEAM).agent == agent


def test_of_two_that_fit_as_well_the_more_special_one_takes_it_then_the_first() -> None:
    broad = Candidate(name="broad", description="code, docker, blog, sql")
    assert best("fix the bug", (broad, CODER))[0] is CODER
    assert best("fix the bug", (CODER, broad))[0] is CODER
    assert best("fix the bug", (CODER, Candidate(name="b", description="write code")))[0] is CODER


FINDER = Candidate(name="researcher", description="Finds out how something works.")
REVIEWER = Candidate(name="reviewer", description="Looks for faults in a change.")


@pytest.mark.parametrize(
    ("task", "agent"),
    [
        ("hello", "own"),
        ("What is the capital of France?", "own"),
        ("make it quicker", "own"),
        ("fix the bug and deploy it to kubernetes", "own"),
        ("own: fix the bug", "own"),
        ("1. hand off\n2. go on", "own"),
        ("fix the bug", "coder"),
        ("How does the function work?", "coder"),
        ("writer, what do you think?", "writer"),
        ("fix the bug, writer", "writer"),
        ("1. fix the bug\n2. implement the function, and hand off", "coder"),
        ("coder and writer, collaborate", ""),
        ("1. investigate the papers\n2. collaborate: deploy it", ""),
    ],
)
def test_an_agent_that_can_do_everything_keeps_what_no_other_is_for(task: str, agent: str) -> None:
    assert fitting(task, TEAM, "own").agent == agent


async def test_where_there_is_such_an_agent_nothing_else_takes_a_prompt_unasked() -> None:
    told = [
        await route("hello", (CODER,), own="own"),
        await route("fix the bug", (CODER,), own="own"),
        await route("look", TEAM, own="own", media=True),
        await route("fix the bug", TEAM, own="own", media=True, mode="always_orchestrate"),
        await route("hello", TEAM, own="own", mode="single_agent"),
        await route("hello", (), own="own"),
    ]
    assert [each.agent for each in told] == ["own", "coder", "own", "", "coder", ""]


def test_the_name_of_an_agent_tells_what_it_does() -> None:
    assert FINDER.domains == REVIEWER.domains == {"research"}
    assert Candidate(name="security-auditor", description="").domains == {"security"}
    assert Candidate(name="debugger", description="").domains == {"code"}
    assert Candidate(name="letter", description="").domains == set()
    assert fitting("Review my change", (FINDER, REVIEWER), "own").agent == "reviewer"
    assert fitting("Find the place", (FINDER, REVIEWER), "own").agent == "researcher"


def test_tools_tell_of_domains_too() -> None:
    assert Candidate(name="a", description="Helps.", tools=("sql_query", "docker_run")).domains == {
        "database",
        "devops",
    }


@pytest.mark.parametrize(
    ("text", "domains"),
    [
        ("it builds", set[str]()),
        ("the UI.", {"frontend"}),
        ("(api)", {"backend"}),
        ("an api, or APIs; api_key", {"backend"}),
        ("endpoints and components", {"backend", "frontend"}),
        ("queries", {"database"}),
        ("our ci/cd", {"devops"}),
        ("a unit-test", {"code"}),
        ("edit texts", {"writing"}),
        ("the core of it", set[str]()),
        ("CORS", {"security"}),
        ("rapid guidance", set[str]()),
    ],
)
def test_words_are_whole_and_their_endings_do_not_matter(text: str, domains: set[str]) -> None:
    assert set(counted(text)) == domains


FORMS = {
    "code": "Functions classes MODULES bugs fixes tested compiling refactored Implementing programs",
    "research": "Investigating analyzed studies papers reviews SURVEYS searches",
    "database": "databases queries tables schemas migrations indexes",
    "frontend": "components layouts buttons forms modals",
    "backend": "endpoints APIs servers routes routing handlers",
    "devops": "deployed pipelines monitored docker",
    "writing": "writes documents blogs articles reports drafts summaries",
    "security": "vulnerabilities audits certificates firewalls injections",
}


@pytest.mark.parametrize("domain", DOMAINS)
def test_plurals_forms_and_capitals_match(domain: str) -> None:
    words = FORMS[domain].split()
    assert [word for word in words if domain not in counted(word)] == []


async def test_modes_and_numbers_of_agents_leave_nothing_to_decide() -> None:
    task = "Investigate the papers"
    told = [
        await route(task, ()),
        await route(task, (CODER,)),
        await route(task, TEAM, mode="always_orchestrate"),
        await route(task, TEAM, mode="single_agent"),
        await route(task, TEAM, media=True),
        await route("delegate to coder and writer", TEAM, mode="always_orchestrate", media=True),
    ]
    assert [each.agent for each in told] == ["", "coder", "", "researcher", "researcher", "coder"]
    assert not any(each.told for each in told)


async def test_a_strategy_of_ones_own_decides() -> None:
    class Last:
        async def decide(self, task: str, agents: object) -> Decision:
            return Decision(agent="ops", reason=task)

    assert await route("go", TEAM, strategy=Last()) == Decision(agent="ops", reason="go")
    assert await route("go", TEAM, strategy=Keywords()) == await route("go", TEAM)


def test_a_decision_is_told_as_an_event() -> None:
    assert by_words("fix the bug", TEAM).event == TaskRouted(
        decision="single_agent",
        reason="score 0.00: code fit it best",
        complexity_score=0.0,
        escalated=False,
        selected_agent="coder",
    )
    assert escalated("coder", "it ran out of turns").event == TaskRouted(
        decision="orchestrate",
        reason="coder failed: it ran out of turns",
        complexity_score=0.0,
        escalated=True,
    )


def wrapped(error: BaseException) -> BaseException:
    outer = RuntimeError("it failed")
    outer.__cause__ = error
    return outer


TURNS = LimitError("turns", used=3, bound=3)
TIME = LimitError("time", used=3, bound=3)
TOKENS = LimitError("tokens", used=3, bound=3)
OTHER = NetworkError("gone")


@pytest.mark.parametrize(
    ("error", "events", "goes_up"),
    [
        (TURNS, (), True),
        (TIME, (), True),
        (wrapped(TURNS), (), True),
        (wrapped(wrapped(TIME)), (), True),
        (ExceptionGroup("several", [OTHER, TURNS]), (), True),
        (RunFailed(error="x", partial_usage=Usage(), kind="max_turns"), (), True),
        (RunFailed(error="x", partial_usage=Usage(), kind="timeout"), (), True),
        (RunFailed(error="x", partial_usage=Usage(), kind="network"), (), False),
        (OTHER, (LOOPED,), True),
        (OTHER, (COMPACTED, COMPACTED), True),
        (OTHER, (COMPACTED,), False),
        (OTHER, (), False),
        (TOKENS, (), False),
        (None, (LOOPED, COMPACTED, COMPACTED), False),
    ],
)
def test_what_failed_for_want_of_more_is_taken_up_by_several(
    error: BaseException | RunFailed | None, events: tuple[Event, ...], goes_up: bool
) -> None:
    assert bool(escalates(error, events, agents=2)) == goes_up
    assert escalates(error, events, agents=1) == ""
    assert escalates(error, events, agents=2, enabled=False) == ""
