"""Lock files of the dead are removed, those of the living are not, and one that is taken meanwhile is held all the same."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

from heartbit_tui.store.locks import Leases


def test_what_the_dead_left_goes_and_what_is_held_stays(tmp_path: Path) -> None:
    leases = Leases(tmp_path / "locks")
    assert leases.sweep() == 0
    lease = leases.take("alive")
    for name in ("dead", "long-dead"):
        (tmp_path / "locks" / f"{name}.lock").write_text("1\n")
    assert [leases.sweep(), leases.sweep()] == [2, 0]
    assert [each.name for each in (tmp_path / "locks").iterdir()] == ["alive.lock"]
    assert leases.held("alive")
    lease.release()


def test_one_that_is_taken_while_others_sweep_is_held(tmp_path: Path) -> None:
    leases, done = Leases(tmp_path / "locks"), Event()

    def sweep() -> None:
        while not done.is_set():
            leases.sweep()

    with ThreadPoolExecutor(1) as threads:
        sweeping = threads.submit(sweep)
        try:
            for number in range(200):
                lease = leases.take(f"s{number % 3}")
                assert leases.held(f"s{number % 3}")
                assert (tmp_path / "locks" / f"s{number % 3}.lock").exists()
                lease.release()
        finally:
            done.set()
        sweeping.result()
