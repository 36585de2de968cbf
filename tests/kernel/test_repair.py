import string

from hypothesis import given, strategies as st

from heartbit_tui.kernel.protocols import Effects
from heartbit_tui.kernel.repair import PROGRAMS, nearest, repair, slips

TOOLS = {
    "bash": Effects.EXECUTE,
    "read": Effects.READ,
    "read_file": Effects.READ,
    "write": Effects.WRITE,
    "edit": Effects.WRITE,
    "patch": Effects.WRITE,
    "glob": Effects.READ,
    "grep": Effects.READ,
    "list": Effects.READ,
    "skill": Effects.READ,
    "webfetch": Effects.NETWORK,
    "websearch": Effects.NETWORK,
    "todowrite": Effects.NONE,
    "todoread": Effects.NONE,
    "question": Effects.NONE,
}
NAMES = st.text(string.ascii_lowercase + "_", max_size=10)


def test_names_with_a_meaning_of_their_own_stay_unknown() -> None:
    assert {name: repair(name, TOOLS) for name in PROGRAMS} == dict.fromkeys(PROGRAMS)
    assert {"exit", "git", "sed", "ls", "head", "kill", "get", "test"} <= PROGRAMS


def test_slips_of_the_pen_are_mended() -> None:
    meant = {
        "bahs": "bash",
        "bassh": "bash",
        "Bash": "bash",
        "GREP": "grep",
        "reed_file": "read_file",
        "raed": "read",
        "writ": "write",
        "web_fetch": "webfetch",
        "WebSearch": "websearch",
        "TodoWrite": "todowrite",
        "quesiton": "question",
    }
    assert {name: repair(name, TOOLS) for name in meant} == meant


def test_a_wrong_letter_never_leads_to_a_tool_that_writes_or_executes() -> None:
    wrong = ["cash", "dash", "hash", "exit", "emit", "batch", "match", "watch", "white", "bush", "back"]
    assert {name: repair(name, TOOLS) for name in wrong} == dict.fromkeys(wrong)


def test_ties_are_refused_and_the_nearest_of_two_wins() -> None:
    both = {"reader": Effects.READ, "readers": Effects.READ, "leader": Effects.READ}
    assert repair("eader", both) is None
    assert repair("reeaders", both) == "readers"


def test_a_less_powerful_tool_that_is_nearly_as_near_forbids_the_more_powerful_one() -> None:
    tools = {"get_file_now": Effects.READ, "set_file_now_": Effects.WRITE}
    assert repair("et_file_now_", tools) is None


@given(NAMES, st.dictionaries(NAMES.filter(bool), st.sampled_from(list(Effects)), max_size=6))
def test_what_is_mended_is_a_tool_within_two_slips(name: str, tools: dict[str, Effects]) -> None:
    meant = repair(name, tools)
    assert meant is None or (meant in tools and slips(name, meant) <= 2)


@given(NAMES, NAMES)
def test_slips_count_the_same_both_ways(a: str, b: str) -> None:
    assert slips(a, b) == slips(b, a)
    assert (slips(a, b) == 0) == (a == b)


def test_the_nearest_names_come_best_first() -> None:
    assert nearest("reads", TOOLS) == ("read", "bash", "edit")
    assert nearest("anything", {}) == ()
