"""Writers that are killed: `python -m tests.memory.killed FOLDER KILLS` prints what was lost, as JSON."""

import json
import os
import random
import signal
import sqlite3
import sys
import time
from pathlib import Path

from heartbit_tui.memory.entries import made
from heartbit_tui.memory.sqlite import STEPS, spaces, writing
from heartbit_tui.memory.types import Change, Embedded, NewEntry, Reach
from heartbit_tui.store import database, driver
from heartbit_tui.testing.clock import EPOCH
from heartbit_tui.testing.memories import MINE, REACH


def opened(path: Path) -> sqlite3.Connection:
    connection = driver.connect(path)
    driver.with_vectors(connection)
    database.migrate(connection, "memory", STEPS)
    return connection


def write(path: Path, first: int, told: int) -> None:
    """Store, link, change, embed and merge without end; each number is told once its transaction is over."""
    connection = opened(path)
    number = first
    while True:
        with driver.transaction(connection):
            step(connection, number, REACH)
        os.write(told, number.to_bytes(4, "big"))
        number += 1


def step(connection: sqlite3.Connection, number: int, reach: Reach) -> None:
    """Number n leaves an entry `n`, linked to the one before and changed; every seventh takes the place of two more."""
    texts = [f"entry {number}", f"draft one of {number}", f"draft two of {number}"]
    ids = [f"n{number}", f"a{number}", f"b{number}"]
    new = [NewEntry(id=name, content=text, scope=MINE) for name, text in zip(ids, texts, strict=True)]
    writing.put_all(connection, [made(each, new_id="", now=EPOCH) for each in new])
    writing.link(connection, ids[0], f"n{number - 1}", reach)
    writing.update(connection, ids[0], Change(content=f"entry {number} done", keywords=("k",)), reach, EPOCH)
    waiting = spaces.pending(connection, "m", 1).texts
    given = [Embedded(key=each.key, revision=each.revision, values=(number % 5, 1.0, 2.0)) for each in waiting]
    spaces.keep(connection, "m", given)
    merged = made(NewEntry(id=f"m{number}", content=f"both of {number}", scope=MINE), new_id="", now=EPOCH)
    writing.merge(connection, merged, ids[1:], reach)


def faults(connection: sqlite3.Connection, last: int) -> list[str]:
    """What is not as it must be after all numbers up to `last` were told."""
    checked = connection.execute("PRAGMA quick_check").fetchone()[0]
    found = [] if checked == "ok" else [checked]
    connection.execute("INSERT INTO memory_words (memory_words, rank) VALUES ('integrity-check', 1)")
    ids = {row[0] for row in connection.execute("SELECT id FROM memories")}
    found += [f"{name} is lost" for n in range(1, last + 1) for name in (f"n{n}", f"m{n}") if name not in ids]
    found += [f"{name} is half done" for name in ids if name[0] in "ab"]
    counts = {name[0]: sum(each[0] == name[0] for each in ids) for name in ids}
    found += ["a transaction is half done"] if counts.get("n") != counts.get("m") else []
    for table in ("memory_codes_1", "memory_vectors_1"):
        asked = f"SELECT count(*) FROM {table} WHERE key NOT IN (SELECT key FROM memories WHERE space = 1)"
        found += [f"{table} has more than the rows"] if ids and connection.execute(asked).fetchone()[0] else []
    return found


def main(folder: Path, kills: int) -> dict[str, object]:
    path, dice = folder / "heartbit.db", random.Random(1)
    opened(path).close()
    last, slowest, wrong = 0, 0.0, list[str]()
    for _ in range(kills):
        told = one_life(path, last + 1, dice)
        last = max(last, told)
        began = time.perf_counter()
        connection = opened(path)
        slowest = max(slowest, time.perf_counter() - began)
        wrong += faults(connection, last)
        # What was not told may have happened all the same.
        last = int(
            connection.execute("SELECT coalesce(max(CAST(substr(id, 2) AS INTEGER)), 0) FROM memories").fetchone()[0]
        )
        connection.close()
    return {"kills": kills, "told": last, "wrong": wrong, "slowest": slowest}


def one_life(path: Path, first: int, dice: random.Random) -> int:
    """Let a writer tell a few numbers, kill it a moment later, and give the last number that it told."""
    reading, telling = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        write(path, first, telling)
    os.close(telling)
    last = 0
    for _ in range(dice.randrange(0, 4)):
        last = int.from_bytes(os.read(reading, 4), "big")
    busy = time.perf_counter() + dice.random() * 0.004
    while time.perf_counter() < busy:
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while data := os.read(reading, 4):
        last = int.from_bytes(data, "big")
    os.close(reading)
    return last


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
