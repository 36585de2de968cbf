"""What servers of tools have ready, as a person names it."""

from heartbit_tui.client.commands import Command
from heartbit_tui.client.offered import addresses, prompts
from heartbit_tui.client.serving import Address, Counted, counted
from heartbit_tui.mcp.types import Offer, OfferedPrompt, OfferedResource, Origin, Phase, Status

HERE = Origin(where="here:1")
OFFER = Offer(
    prompts=(
        OfferedPrompt(
            name="review it", description="Review\n a\x1b[2J file", arguments=("file", "how"), required=("file",)
        ),
        OfferedPrompt(name="plain"),
    ),
    resources=(
        OfferedResource(uri="note://today", name="today"),
        OfferedResource(uri="note://{day}/{hour}", description="a note", template=True),
        OfferedResource(uri="note://a b"),
    ),
)


def status(phase: Phase, name: str = "notes") -> Status:
    return Status(name=name, phase=phase, origin=HERE, offer=OFFER)


def test_prompts_are_commands_with_what_they_take() -> None:
    assert prompts((status("ready"),)) == (
        Command(name="mcp__notes__review_it", does="Review a[2J file", takes="file [how]"),
        Command(name="mcp__notes__plain", does="a prompt of the MCP server “notes”"),
    )


def test_texts_are_named_up_to_their_first_gap() -> None:
    assert addresses((status("waiting"),)) == (
        Address(text="notes:note://today", does="today"),
        Address(text="notes:note://", does="a note", open=True),
    )


def test_what_is_not_there_is_not_offered_and_counts_as_such() -> None:
    phases: tuple[Phase, ...] = ("off", "refused", "failed", "faulty", "unapproved", "ready", "connecting")
    known = tuple(status(phase, phase) for phase in phases)
    assert {each.name for each in prompts(known)} == {
        f"mcp__{name}__{prompt}" for name in ("ready", "connecting") for prompt in ("review_it", "plain")
    }
    assert {each.text.partition(":")[0] for each in addresses(known)} == {"ready", "connecting"}
    assert counted(known) == Counted(servers=5, down=3)
    assert counted((status("off"),)) is None
