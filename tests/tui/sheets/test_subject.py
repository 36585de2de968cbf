import pytest

from heartbit_tui.kernel.events import ApprovalRequested
from heartbit_tui.kernel.messages import JsonObject
from heartbit_tui.tui.lines.look import Look
from heartbit_tui.tui.lines.measure import cells
from heartbit_tui.tui.sheets import approval as sheet
from heartbit_tui.tui.sheets.exact import hand
from heartbit_tui.tui.sheets.subject import Code, Fact, Remark, hosts, subject
from tests.tui.sheets.made import DIFF, approval, change, inked
from tests.tui.sheets.reading import read
from tests.tui.sheets.test_exact import BIDI, INNOCENT, INVISIBLE, TROJAN

INK = inked()


def told(request: ApprovalRequested, width: int = 80, cwd: str = "") -> list[str]:
    """All that is shown of what would be done."""
    return [line.text.rstrip() for line in sheet.body(subject(request, cwd), Look(width, INK), divided=False)]


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


def test_every_trojan_command_and_argument_is_shown_in_full_and_read_back() -> None:
    drawn = hand(INK)
    for text in (*TROJAN, *INNOCENT):
        found = sheet.body(subject(approval(input={"command": text})), Look(60, INK), divided=False)
        assert read(found, drawn) == text


def test_a_trojan_diff_is_marked() -> None:
    hidden = [*BIDI, *INVISIBLE]
    assert len(hidden) + len(BIDI) >= 46 - 12
    diffs = [f"--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a = 1\n+a = 1{each} # admin\n" for each in hidden]
    diffs += [f"--- a/x{each}.py\n+++ b/x{each}.py\n@@ -1 +1 @@\n-a = 1\n+a = 2\n" for each in BIDI]
    assert len(diffs) >= 46
    for divided, width in ((False, 60), (True, 120)):
        looked = [sheet.body(subject(change(diff=diff)), Look(width, INK), divided=divided) for diff in diffs]
        texts = ["".join(line.text for line in lines) for lines in looked]
        assert [text for text in texts if "<U+" not in text] == []
        assert set("".join(texts)) & set(hidden) == set()


def test_no_part_is_wider_than_the_screen() -> None:
    requests = [
        approval(input={"command": text, "very long name of an argument" * 3: text, "x": 1}) for text in TROJAN[:30]
    ]
    for width in (4, 10, 20, 33, 80):
        lines = [line for request in requests for line in sheet.body(subject(request), Look(width, INK), divided=True)]
        assert max(cells(line.text) for line in lines) <= width
