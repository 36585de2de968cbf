"""A family is found by what its members cannot shake off, and by nothing that others have too."""

import os
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from heartbit_tui.tools.processes import Family, kill, last_started, living, send


@contextmanager
def waiting(*, mark: str = "", keep: int = -1, session: bool = True) -> Generator[subprocess.Popen[bytes]]:
    """A process that waits until it is ended, and has said that it runs: before, its environment cannot be read."""
    process = subprocess.Popen(
        ("sh", "-c", "echo; read _"),
        env={"PATH": os.environ["PATH"], "MARK": mark},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=(keep,) if keep >= 0 else (),
        start_new_session=session,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin, process.stdout:
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def family(first: int, *, mark: str = "no-such-mark", pipe: str = "pipe:[0]") -> Family:
    return Family(first=first, mark=f"MARK={mark}".encode(), pipes=frozenset({pipe}))


def test_members_are_found_by_mark_pipe_or_session() -> None:
    near, far = os.pipe()
    pipe = str(Path(f"/proc/self/fd/{far}").readlink())
    with waiting() as first, waiting(mark="m") as marked, waiting(keep=far) as holder, waiting() as other:
        found = living(family(first.pid, mark="m", pipe=pipe))
        assert (found, other.pid in found) == (frozenset({marked.pid, holder.pid}), False)
        assert first.pid not in living(family(other.pid, mark="m", pipe=pipe))
    os.close(near)
    os.close(far)


def test_a_mark_that_only_begins_alike_is_another() -> None:
    with waiting() as first, waiting(mark="abc"):
        assert living(family(first.pid, mark="ab")) == frozenset()


def test_looking_at_new_ids_alone_finds_the_same() -> None:
    before = last_started()
    with waiting() as first, waiting(mark="m") as marked:
        assert living(family(first.pid, mark="m"), since=before) == {marked.pid}
        assert living(family(first.pid, mark="n"), since=before) == frozenset()
        assert living(family(first.pid, mark="m"), since=last_started() + 1000) == {marked.pid}


def test_nothing_started_means_nothing_to_find() -> None:
    with waiting() as first:
        assert living(family(first.pid), since=last_started()) == frozenset()


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGKILL])
def test_a_signal_reaches_the_first_and_the_members(kind: signal.Signals) -> None:
    with waiting() as first, waiting(mark="m") as marked:
        send(family(first.pid, mark="m"), kind)
        assert (first.wait(), marked.wait()) == (-kind, -kind)


def test_killing_collects_what_this_process_inherited() -> None:
    with waiting() as first, waiting(mark="m"):
        kill(family(first.pid, mark="m"))
        assert living(family(first.pid, mark="m")) == frozenset()
