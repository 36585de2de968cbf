"""What a guest sends along with what it asks, checked."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Words = Annotated[str, StringConstraints(max_length=20_000)]
Asked = Annotated[str, StringConstraints(max_length=400)]
"""Words of a query: they stand in an address."""

Several = Annotated[list[Annotated[str, StringConstraints(max_length=2_000)]], Field(max_length=100)]


class Asking(BaseModel):
    """A JSON object, or the parameters of a query, in which nothing unknown may stand."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nothing(Asking):
    """Nothing is needed."""


class Opening(Asking):
    """Taking part in a session; whoever `edits` can change a plan before it is started, and is offered that."""

    edits: Annotated[bool, Field(strict=True)] = False


class Planned(Asking):
    """Another text for the newest plan, in the place of one with this digest."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=262_144)]
    digest: Annotated[str, StringConstraints(max_length=200)]


class OfJobs(Asking):
    """Commands in the background whose output is wanted, by their ids with commas between."""

    jobs: Asked = ""


class Likeness(Asking):
    """A text that names are to be like."""

    text: Asked = ""


class Finding(Asking):
    """A text that paths are to be like, and how many of them are wanted at most."""

    text: Asked = ""
    limit: Annotated[int, Field(ge=1, le=50)] = 50


class Span(Asking):
    """The last days."""

    days: Annotated[int, Field(ge=1, le=366)] = 7


class Searching(Asking):
    """Which entries of the memory; `project` leaves those of others out where it is given."""

    text: Asked = ""
    limit: Annotated[int, Field(ge=1, le=1_000)] = 50
    project: Asked = ""


class OfEntry(Asking):
    """An entry of the memory, by its id or the beginning of it."""

    id: Id


class Prompted(Asking):
    """A prompt with more than words: an op of the type `prompt`, as `wire` writes it."""

    prompt: dict[str, Any]


class Back(Asking):
    """Going back to right before a point, or before the last prompt; with `overrule` also what somebody else changed."""

    number: Annotated[str, StringConstraints(max_length=20)] = ""
    what: Literal["files", "chat", "both"] = "both"
    overrule: Annotated[bool, Field(strict=True)] = False


class Forward(Asking):
    """Taking back the last undo."""

    overrule: Annotated[bool, Field(strict=True)] = False


class Intended(Asking):
    """The intent that was shown, by its id."""

    intent: Id


class Lined(Asking):
    """A command line of a person's; its output is told by events under the `id`, which is the guest's own.

    Of one that is `hidden` from the model the log has neither words nor output.
    """

    id: Annotated[str, StringConstraints(pattern=r"^own-[0-9a-f]{8,32}$")]
    command: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
    hidden: Annotated[bool, Field(strict=True)] = False


class Servant(Asking):
    """A server of tools, and what is said of it."""

    name: Id
    say: Literal["start", "refuse", "take", "restart"]


class Aim(Asking):
    """A goal, and by what it is judged; an empty one is none."""

    goal: Words
    criteria: Several = []


class Proposal(Asking):
    """A goal for which criteria are wanted."""

    goal: Words


class Noted(Asking):
    """Words to keep."""

    words: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class Pinned(OfEntry):
    """Whether an entry is held against pruning."""

    pinned: Annotated[bool, Field(strict=True)] = True


class Edited(OfEntry):
    """Other words for an entry."""

    content: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
