"""The vectors of each model: made beside those of the one before, and given up when another one serves."""

import sqlite3
from array import array
from collections.abc import Sequence
from typing import Final

from heartbit_tui.kernel.dataclass import dataclass
from heartbit_tui.memory import fusion
from heartbit_tui.memory.sqlite import codes, migrations
from heartbit_tui.memory.types import Embedded, Pending, Waiting

ENOUGH: Final = 512
"""How many vectors tell where those of a model lie; fewer than `nearest.FIRST` need no good codes at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the vectors of a model are; `changes` is another number whenever they are others.

    `centre` is what their codes are measured from, None until there are enough to know their middle.
    """

    key: int
    model: str
    dimension: int
    serving: bool
    changes: int
    centre: "array[float] | None" = None


def every(connection: sqlite3.Connection) -> list[Place]:
    """The places of all models."""
    asked = "SELECT key, model, dimension, serving, changes, centre FROM memory_spaces ORDER BY key"
    return [
        Place(
            key=key,
            model=model,
            dimension=dimension,
            serving=bool(serving),
            changes=changes,
            centre=array("f", centre) if centre else None,
        )
        for key, model, dimension, serving, changes, centre in connection.execute(asked)
    ]


def find(connection: sqlite3.Connection, model: str) -> Place | None:
    """The place of a model, if it has one."""
    return next((each for each in every(connection) if each.model == model), None)


def pending(connection: sqlite3.Connection, model: str, limit: int) -> Waiting:
    """The newest texts without a vector of this model."""
    place = find(connection, model)
    without = "true"
    if place is not None:
        # The index finds what another model has embedded last, or none; few of those have a vector of this one too.
        without = f"""
            (space < {place.key} OR space > {place.key})
            AND NOT EXISTS (SELECT 1 FROM memory_vectors_{place.key} v WHERE v.key = m.key)
        """
    total = int(connection.execute(f"SELECT count(*) FROM memories m WHERE {without}").fetchone()[0])
    asked = f"SELECT key, revision, content FROM memories m WHERE {without} ORDER BY key DESC LIMIT ?"
    rows = connection.execute(asked, (limit,)) if total else ()
    texts = tuple(Pending(key=key, revision=revision, text=text) for key, revision, text in rows)
    return Waiting(texts=texts, total=total)


def keep(connection: sqlite3.Connection, model: str, vectors: Sequence[Embedded]) -> int:
    """Write vectors of texts that are still the same; how many. Raises `EmbeddingError`."""
    place = find(connection, model)
    fusion.refuse_odd(model, [each.values for each in vectors], place.dimension if place else None)
    if not vectors:
        return 0
    place = place or _made(connection, model, len(vectors[0].values))
    done = sum(_kept(connection, place, each) for each in vectors)
    connection.execute("UPDATE memory_spaces SET changes = changes + 1 WHERE key = ?", (place.key,))
    if place.centre is None:
        _centre(connection, place)
    return done


def serve(connection: sqlite3.Connection, model: str) -> None:
    """Let one model serve, and drop all that the others have."""
    for place in every(connection):
        if place.model != model:
            for statement in migrations.without_space(place.key):
                connection.execute(statement)
    if place := find(connection, model):
        if not place.serving:
            connection.execute("UPDATE memory_spaces SET serving = 1 WHERE key = ?", (place.key,))
            _packed(connection, place)
        asked = (
            f"UPDATE memories SET space = ? WHERE key IN (SELECT key FROM memory_vectors_{place.key}) AND space <> ?"
        )
        connection.execute(asked, (place.key, place.key))


def _packed(connection: sqlite3.Connection, place: Place) -> None:
    """Write the codes once more in their order.

    Those of texts that waited came newest first, which leaves pages of the file half empty; each search reads them all.
    """
    codes_of = f"memory_codes_{place.key}"
    connection.execute("DROP TABLE IF EXISTS temp.packed")
    connection.execute(f"CREATE TEMP TABLE packed AS SELECT scope, key, code FROM {codes_of} ORDER BY scope, key")
    connection.execute(f"DELETE FROM {codes_of}")
    connection.execute(
        f"INSERT INTO {codes_of} (scope, key, code) SELECT scope, key, code FROM temp.packed ORDER BY rowid"
    )
    connection.execute("DROP TABLE temp.packed")


def _made(connection: sqlite3.Connection, model: str, dimension: int) -> Place:
    asked = "INSERT INTO memory_spaces (model, dimension) VALUES (?, ?) RETURNING key"
    key = int(connection.execute(asked, (model, dimension)).fetchone()[0])
    for statement in migrations.space(key):
        connection.execute(statement)
    return Place(key=key, model=model, dimension=dimension, serving=False, changes=0)


def _kept(connection: sqlite3.Connection, place: Place, each: Embedded) -> int:
    asked = "UPDATE memories SET space = ? WHERE key = ? AND revision = ? RETURNING scope"
    found = connection.execute(asked, (place.key, each.key, each.revision)).fetchone()
    if found is None:
        return 0
    vector = codes.unit(each.values)
    connection.execute(
        f"REPLACE INTO memory_codes_{place.key} (scope, key, code) VALUES (?, ?, ?)",
        (found[0], each.key, codes.code(vector, place.centre)),
    )
    connection.execute(
        f"REPLACE INTO memory_vectors_{place.key} (key, vector) VALUES (?, ?)", (each.key, vector.tobytes())
    )
    return 1


def _centre(connection: sqlite3.Connection, place: Place) -> None:
    """Once there are enough vectors, find their middle and make their codes anew from there."""
    count = connection.execute(f"SELECT count(*) FROM memory_vectors_{place.key}").fetchone()[0]
    if count < ENOUGH:
        return
    rows = connection.execute(f"SELECT key, vector FROM memory_vectors_{place.key}").fetchall()
    vectors = [(key, array("f", vector)) for key, vector in rows]
    centre = codes.middle([vector for _, vector in vectors])
    connection.execute("UPDATE memory_spaces SET centre = ? WHERE key = ?", (centre.tobytes(), place.key))
    connection.executemany(
        f"UPDATE memory_codes_{place.key} SET code = ?1 "
        f"WHERE scope = (SELECT scope FROM memories WHERE key = ?2) AND key = ?2",
        [(codes.code(vector, centre), key) for key, vector in vectors],
    )
