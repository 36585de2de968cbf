import pytest

from heartbit_tui.client import titles


@pytest.mark.parametrize(
    ("tool", "details", "told"),
    [
        ("bash", {"exit_code": 0}, ""),
        ("bash", {"exit_code": 3, "timed_out": False}, "exit 3"),
        ("bash", {"exit_code": None, "timed_out": True}, "timed out"),
        ("edit", {"added": 4, "removed": 1}, "+4 -1"),
        ("read", {"lines": 12, "total": 12}, "12 lines"),
        ("read", {"lines": 1, "total": 1}, "1 line"),
        ("read", {"lines": 12, "total": 99}, "12 of 99 lines"),
        ("read", {"lines": 12, "total": None}, "12 lines"),
        ("grep", {"count": 1, "truncated": False}, "1 match"),
        ("grep", {"count": 100, "truncated": True}, "100+ matches"),
        ("glob", {"count": 0, "truncated": False}, "0 files"),
        ("list", {"count": 2, "truncated": False}, "2 entries"),
        ("websearch", {"results": 5}, "5 results"),
        ("webfetch", {"url": "u", "status": 404, "bytes": 9, "type": "t"}, "HTTP 404"),
        ("webfetch", {"url": "u", "status": 200, "bytes": 12_345, "type": "t"}, "12 kB"),
        ("todowrite", {"todos": 3}, "3 items"),
        ("question", {"answered": False}, "not answered"),
        ("other", {"strange": [1]}, ""),
    ],
)
def test_an_outcome_is_a_word_or_two(tool: str, details: dict[str, object], told: str) -> None:
    assert titles.outcome(details, tool) == told


def test_large_numbers_and_sizes_are_told_shortly() -> None:
    assert [titles.amount(count) for count in (0, 999, 1000, 48_213, 999_949, 999_950, 2_500_000)] == [
        "0",
        "999",
        "1.0k",
        "48.2k",
        "999.9k",
        "1.0M",
        "2.5M",
    ]
    assert [titles.bytes_told(size) for size in (0, 999, 12_400, 3_400_000)] == ["0 B", "999 B", "12 kB", "3.4 MB"]


def test_a_call_that_hands_tasks_out_tells_who_gets_them_and_how_many_were_done() -> None:
    tasks = [{"agent": "a", "task": "x"}, {"agent": "b", "task": "y"}, "odd"]
    assert titles.title("delegate_task", {"tasks": tasks}) == "a, b"
    assert titles.title("form_squad", {"tasks": "odd"}) == ""
    done, failed = {"label": "a", "success": True}, {"label": "b", "success": False}
    assert titles.outcome({"agents": [done]}) == "1 task done"
    assert titles.outcome({"agents": [done, done]}) == "2 tasks done"
    assert titles.outcome({"agents": [done, failed]}) == "1 of 2 failed"
