"""What a person's words name of servers."""

from heartbit_tui.mcp.mentions import prompt_in, resources_in
from heartbit_tui.mcp.types import Offer, OfferedPrompt, Origin, Status

SERVERS = ("notes", "a.b")


def test_addresses_of_known_servers_are_found_and_nothing_else() -> None:
    text = (
        "Read @notes:note://today, and (@a.b:file:///x%20y.txt). Mail me@notes:note://no or @other:note://no, "
        "@src/a.py:12 @notes:12 again @notes:note://today"
    )
    assert resources_in(text, SERVERS) == (("notes", "note://today"), ("a.b", "file:///x%20y.txt"))
    assert len(resources_in(" ".join(f"@notes:n://{n}" for n in range(50)), SERVERS)) == 8


def test_a_prompt_is_found_by_its_command_with_what_it_takes() -> None:
    prompt = OfferedPrompt(name="review it", arguments=("file", "how", "notes"), required=("file",))
    status = Status(name="git", phase="ready", origin=Origin(where="x"), offer=Offer(prompts=(prompt,)))
    taken = {
        "": {},
        "a.py": {"file": "a.py"},
        "a.py well": {"file": "a.py", "how": "well"},
        "'a b.py' well and with care": {"file": "a b.py", "how": "well", "notes": "and with care"},
        "how=well a.py x=y": {"file": "a.py", "how": "well", "notes": "x=y"},
        "it's": {"file": "it's"},
    }
    for rest, arguments in taken.items():
        wanted = prompt_in(f"/mcp__git__review_it {rest}".strip(), (status,))
        assert wanted is not None
        assert (wanted.server, wanted.prompt, dict(wanted.arguments)) == ("git", "review it", arguments)
    assert prompt_in("/mcp__git__other a", (status,)) is None
    assert prompt_in("see /mcp__git__review_it", (status,)) is None
