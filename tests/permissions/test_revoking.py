"""Rules are taken back one by one, and what a person wrote around them stays."""

from collections.abc import Callable

from hypothesis import given, strategies as st

from heartbit_tui.permissions import Rule
from heartbit_tui.permissions.learned import rules_of, with_rule, without_rules

FILE = """\
# My rules; the team's are elsewhere.

# For the tests.
[[rules]]
tool = "bash"  # exactly this
pattern = "make test"
action = "allow"
exact = true

# Pages of the manual.
[[ rules ]] # read only
tool = "webfetch"
pattern = "domain:docs.python.org"
action = "allow"
# The end.
"""


def named(*names: str) -> Callable[[Rule], bool]:
    return lambda rule: str(rule) in names


def test_a_rule_is_taken_back_and_all_comments_around_it_stay() -> None:
    left = without_rules(FILE, named("bash(make test)"), source="f")
    assert [str(rule) for rule in rules_of(left, source="f")] == ["webfetch(domain:docs.python.org)"]
    gone = ('[[rules]]\ntool = "bash"  # exactly this\n', 'pattern = "make test"\naction = "allow"\nexact = true\n')
    assert left == FILE.replace(gone[0] + gone[1], "")


def test_the_last_rule_is_taken_back_and_comments_stay() -> None:
    left = without_rules(FILE, lambda _: True, source="f")
    assert [line for line in left.splitlines() if line] == [
        "# My rules; the team's are elsewhere.",
        "# For the tests.",
        "# Pages of the manual.",
        "# The end.",
    ]


def test_a_pattern_that_looks_like_the_head_of_a_table_confuses_nobody() -> None:
    text = "[[rules]]\ntool = 'bash'\naction = 'allow'\npattern = '''\na\n[[rules]]\n# b\n'''\n\n" + FILE
    left = without_rules(text, named("bash(make test)"), source="f")
    assert [rule.pattern for rule in rules_of(left, source="f")] == ["a\n[[rules]]\n# b\n", "domain:docs.python.org"]


PATTERNS = st.lists(st.text(min_size=1, max_size=30).filter(lambda text: text.isprintable()), unique=True, max_size=6)


@given(PATTERNS, st.integers(0, 63))
def test_exactly_the_rules_that_are_named_go(patterns: list[str], mask: int) -> None:
    rules = [Rule(tool="bash", pattern=pattern, action="allow", exact=True) for pattern in patterns]
    text = "# head\n"
    for rule in rules:
        text = f"{with_rule(text, rule, source='f')}# after\n"
    gone = {rule.pattern for index, rule in enumerate(rules) if mask >> index & 1}
    left = without_rules(text, lambda rule: rule.pattern in gone, source="f")
    assert [rule.pattern for rule in rules_of(left, source="f")] == [p for p in patterns if p not in gone]
    assert left.count("# after") == len(patterns)
