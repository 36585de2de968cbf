"""What the tests of pictures share: each of them in two themes and two sizes, in one time zone."""

import functools
import os
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager

import pytest
from pytest_textual_snapshot import SVGImageExtension  # pyright: ignore[reportMissingTypeStubs] it has no types
from syrupy.assertion import SnapshotAssertion

from tests.tui.snapshots.shown import difference
from tests.tui.snapshots.stage import POSES, Pose, Stage, stage

Keep = Callable[[str, str], None]
"""Takes a name and a picture."""

Open = Callable[..., AbstractAsyncContextManager[Stage]]
"""Opens the application; takes the keywords of `stage`."""


class Picture(SVGImageExtension):
    """A file for each picture."""

    file_extension = "svg"


def _other(snapshot: SnapshotAssertion, name: str, picture: str) -> str:
    """What is different from the picture that is kept, empty where nothing is."""
    kept = snapshot.use_extension(Picture)(name=name)
    if kept == picture:
        return ""
    recalled = kept.executions[kept.num_executions - 1].recalled_data
    return difference(str(recalled), picture) if recalled else "there is no picture yet"


@contextmanager
def zone(name: str) -> Generator[None]:
    """This process is in a time zone."""
    before = os.environ.pop("TZ", None)
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ", None)
        os.environ.update({"TZ": before} if before else {})
        time.tzset()


@pytest.fixture(params=POSES, ids=str)
def pose(request: pytest.FixtureRequest) -> Pose:
    """A theme and a size."""
    return request.param


@pytest.fixture
def keep(snapshot: SnapshotAssertion) -> Iterator[Keep]:
    """Takes pictures by their names; at the end all of them are compared with those that are kept."""
    taken: dict[str, str] = {}
    with zone("UTC"):
        yield taken.__setitem__
    assert taken, "no picture was taken"
    told = [f"{name}:\n{found}" for name, picture in taken.items() if (found := _other(snapshot, name, picture))]
    assert not told, "\n".join(("These look different now; --snapshot-update keeps what they are.", *told))


@pytest.fixture
def opened(pose: Pose, keep: Keep) -> Open:
    """Opens the application."""
    return functools.partial(stage, pose, keep)
