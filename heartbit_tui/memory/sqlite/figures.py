"""The memory in figures."""

import sqlite3
from datetime import datetime

from heartbit_tui.memory.protocols import MIN_STRENGTH
from heartbit_tui.memory.scoring import faded_before
from heartbit_tui.memory.sqlite import rows, scopes, spaces
from heartbit_tui.memory.sqlite.nearest import Nearest
from heartbit_tui.memory.sqlite.scopes import Where
from heartbit_tui.memory.sqlite.spaces import Place
from heartbit_tui.memory.types import Confidentiality, Query, Reach, Space, Stats


def stats(connection: sqlite3.Connection, reach: Reach, now: datetime, nearest: Nearest) -> Stats:
    """What is within reach, in figures."""
    where = scopes.where(connection, Query(reach=reach)) or Where(sql="false", owner=0, scopes=())
    before = faded_before(MIN_STRENGTH, now)
    weak = {**where.values, "anchor": rows.microseconds(before) if before else 0}
    asked = f"""
        SELECT count(*), coalesce(sum(m.pinned), 0), coalesce(sum(length(CAST(m.content AS BLOB))), 0), min(m.created),
            max(m.created), coalesce(sum(m.pinned = 0 AND m.anchor < :anchor), 0) FROM memories m WHERE {where.sql}
    """
    count, pinned, size, oldest, newest, fading = connection.execute(asked, weak).fetchone()
    levels = _counted(connection, "m.level", where)
    return Stats(
        entries=count,
        by_type=_counted(connection, "m.type", where),
        by_category=_counted(connection, "m.category", where),
        by_confidentiality={
            level.word: levels[str(int(level))] for level in Confidentiality if str(int(level)) in levels
        },
        pinned=pinned,
        links=_links(connection, where),
        fading=fading,
        size=size,
        oldest=None if oldest is None else rows.moment(oldest),
        newest=None if newest is None else rows.moment(newest),
        spaces=tuple(_space(connection, place, where, count) for place in spaces.every(connection)),
        search=nearest.way(connection),
    )


def _counted(connection: sqlite3.Connection, column: str, where: Where) -> dict[str, int]:
    asked = f"SELECT {column}, count(*) FROM memories m WHERE {where.sql} GROUP BY 1 ORDER BY 1"
    return {str(name): count for name, count in connection.execute(asked, where.values)}


def _links(connection: sqlite3.Connection, where: Where) -> int:
    mine = f"SELECT m.key FROM memories m WHERE {where.sql}"
    asked = f"SELECT count(*) FROM memory_links WHERE one < other AND one IN ({mine}) AND other IN ({mine})"
    return int(connection.execute(asked, where.values).fetchone()[0])


def _space(connection: sqlite3.Connection, place: Place, where: Where, entries: int) -> Space:
    asked = f"SELECT count(*) FROM memories m JOIN memory_vectors_{place.key} v ON v.key = m.key WHERE {where.sql}"
    embedded = int(connection.execute(asked, where.values).fetchone()[0])
    return Space(
        model=place.model,
        dimension=place.dimension,
        embedded=embedded,
        pending=entries - embedded,
        serving=place.serving,
    )
