import pytest

from heartbit_tui.kernel.events import ApprovalRequested
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.tui.lines.line import Line
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.lines.measure import cells
from heartbit_tui.tui.sheets.body import Body, item_lines, items
from heartbit_tui.tui.sheets.exact import hand
from heartbit_tui.tui.sheets.subject import Code, Fact, Remark, Subject, hosts, subject
from tests.tui.sheets.made import DIFF, approval, change, inked
from tests.tui.sheets.reading import read
from tests.tui.sheets.test_exact import BIDI, INNOCENT, INVISIBLE, TROJAN

INK = inked()


def body(found: Subject, width: int, *, divided: bool = False) -> list[Line]:
    return [line for item in items(found) for line in item_lines(item, Look(width, INK), divided=divided)]


def told(request: ApprovalRequested, width: int = 80, cwd: str = "") -> list[str]:
    """All that is shown of what would be done."""
    return [line.text.rstrip() for line in body(subject(request, cwd), width)]


def test_a_command_is_told_with_its_folder_and_its_other_arguments() -> None:
    found = subject(approval(input={"command": "ls", "timeout": 5000}), "~/proj")
    assert (found.tool, found.question) == ("bash", "Run this command?")
    assert found.parts == (Code("ls", "$ "), Fact("in", "~/proj"), Fact("timeout", "5000"))
    assert told(approval(input={"command": "ls", "timeout": 5000}), cwd="~/proj") == [
        "  $ ls",
        "  in ~/proj · timeout 5000",
    ]


def test_what_runs_is_told_rather_than_what_the_preview_says() -> None:
    request = approval(input={"command": "rm -rf ~"}, preview="ls")
    assert subject(request).parts == (Code("rm -rf ~", "$ "), Remark("ls"))


def test_a_change_is_told_by_its_diff_alone() -> None:
    found = subject(change())
    assert [file.path for file in found.diff] == ["src/app.py"]
    assert len(found.parts) == 1


def test_a_change_without_a_diff_is_told_by_its_arguments_and_the_tools_remark() -> None:
    request = change(diff="src/app.py is not there.")
    assert subject(request).parts == (
        Code("src/app.py"),
        Fact("old_string", "x"),
        Fact("new_string", "y"),
        Remark("src/app.py is not there."),
    )


def test_every_argument_of_an_unknown_tool_is_told() -> None:
    given = {"title": "a", "body": "one\ntwo", "labels": ["x"], "open": True, "count": None}
    request = approval(tool="github__create", input=given, preview="", proposal="github__create")
    assert told(request) == ["  title a", "  body  one", "        two", '  labels ["x"] · open true · count null']


def test_a_diff_of_an_unknown_tool_does_not_hide_its_arguments() -> None:
    request = approval(tool="server__edit", input={"path": "/etc/passwd"}, preview=DIFF, proposal="")
    found = subject(request)
    assert found.parts[0] == Fact("path", "/etc/passwd")
    assert found.diff


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"url": "https://example.com/a?b=c"}, ["example.com"]),
        ({"url": "https://google.com@evil.example/"}, ["evil.example"]),
        ({"url": "HTTPS://Example.COM"}, ["example.com"]),
        ({"url": "https://аррӏе.com/"}, ["аррӏе.com = xn--80ak6aa92e.com"]),
        ({"url": "https://[::1]:80/"}, ["::1"]),
        ({"url": "https://[broken/"}, ["(cannot be told)"]),
        ({"from": "http://a.example", "to": "wss://b.example", "n": 1}, ["a.example", "b.example"]),
        ({"from": "http://a.example", "to": "http://a.example/x"}, ["a.example"]),
        ({"command": "curl https://a.example"}, []),
        ({"url": "https://" + "a" * 70 + "é.example"}, ["a" * 70 + "é.example"]),
    ],
)
def test_the_hosts_of_addresses_are_told(given: JsonObject, names: list[str]) -> None:
    assert hosts(given) == names


@pytest.mark.security("P10", n=len(TROJAN))
def test_every_trojan_command_and_argument_is_shown_in_full_and_read_back() -> None:
    drawn = hand(INK)
    for text in (*TROJAN, *INNOCENT):
        found = body(subject(approval(input={"command": text})), 60)
        assert read(found, drawn) == text


def test_a_trojan_diff_is_marked() -> None:
    hidden = [*BIDI, *INVISIBLE]
    assert len(hidden) + len(BIDI) >= 46 - 12
    diffs = [f"--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a = 1\n+a = 1{each} # admin\n" for each in hidden]
    diffs += [f"--- a/x{each}.py\n+++ b/x{each}.py\n@@ -1 +1 @@\n-a = 1\n+a = 2\n" for each in BIDI]
    assert len(diffs) >= 46
    for divided, width in ((False, 60), (True, 120)):
        looked = [body(subject(change(diff=diff)), width, divided=divided) for diff in diffs]
        texts = ["".join(line.text for line in lines) for lines in looked]
        assert [text for text in texts if "<U+" not in text] == []
        assert set("".join(texts)) & set(hidden) == set()


def test_no_part_is_wider_than_the_screen() -> None:
    requests = [
        approval(input={"command": text, "very long name of an argument" * 3: text, "x": 1}) for text in TROJAN[:30]
    ]
    for width in (4, 10, 20, 33, 80):
        lines = [line for request in requests for line in body(subject(request), width, divided=True)]
        assert max(cells(line.text) for line in lines) <= width


def test_lines_are_made_only_as_far_as_they_are_looked_at() -> None:
    text = "\n".join(f"echo {number} of very many" for number in range(20_000))
    made = Body(items(subject(approval(input={"command": text}), "~/proj")), Look(80, INK))
    assert 20 <= len(made.upto(20)) < 200
    assert [line.text.strip() for line in made.tail(3)][1:] == ["echo 19999 of very many", "in ~/proj"]
    assert [line.text.strip() for line in made.tail(1)] == ["echo 19999 of very many"]
    assert made.complete is False
    assert (len(made.upto(10**9)), made.complete) == (20_001, True)


def test_a_very_long_line_is_made_in_parts_that_read_back() -> None:
    text = "echo " + "p\u0430ypal " * 1000 + "x" * 5000 + " " * 400 + "; rm -rf ~"
    found = subject(approval(input={"command": f"{text}\n{text}\n{text}"}))
    assert len(items(found)) > 10
    assert read(body(found, 70), hand(INK)) == f"{text}\n{text}\n{text}"
    many = "\n".join([text] * 9)
    assert read(body(subject(approval(input={"command": many})), 70), hand(INK)) == many
