"""Which task is next: fair between tenants, then by priority, then by age."""

import sqlite3
from datetime import datetime
from typing import Final

from heartbit_tui.tasks import rows
from heartbit_tui.tasks.types import Waits
from heartbit_tui.wire.write import timestamp

TOO_LATE: Final = "Its deadline passed before it could be begun."

# Each tenant that waits is found by one step in the index, however many tasks it has.
NEXT: Final = """
WITH RECURSIVE waiting (tenant_id) AS (
    SELECT min(tenant_id) FROM tasks WHERE state = 'pending'
    UNION ALL
    SELECT (SELECT min(tenant_id) FROM tasks WHERE state = 'pending' AND tenant_id > waiting.tenant_id)
    FROM waiting WHERE waiting.tenant_id IS NOT NULL
),
firsts (tenant_id, number) AS (
    SELECT waiting.tenant_id, (
        SELECT number FROM tasks AS each
        WHERE each.state = 'pending' AND each.tenant_id = waiting.tenant_id
        AND (each.deadline = '' OR each.deadline > :now) AND (
            each.wanted_session = '' OR NOT EXISTS (
                SELECT 1 FROM tasks AS other WHERE other.state = 'running' AND other.session = each.wanted_session
            )
        )
        ORDER BY priority DESC, number LIMIT 1
    )
    FROM waiting WHERE waiting.tenant_id IS NOT NULL
)
SELECT number, tenant_id FROM firsts
WHERE number IS NOT NULL
ORDER BY
    (SELECT count(*) FROM tasks AS busy WHERE busy.state = 'running' AND busy.tenant_id = firsts.tenant_id),
    coalesce((SELECT served FROM task_turns AS turn WHERE turn.tenant_id = firsts.tenant_id), 0),
    number
LIMIT 1
"""
_SERVED: Final = """
INSERT INTO task_turns (tenant_id, served) VALUES (?, (SELECT coalesce(max(served), 0) + 1 FROM task_turns))
ON CONFLICT (tenant_id) DO UPDATE SET served = excluded.served
"""
_LATE: Final = """
UPDATE tasks SET state = 'failed', error = ?, ended = ? WHERE state = 'pending' AND deadline != '' AND deadline <= ?
"""


def next_number(connection: sqlite3.Connection, now: datetime) -> int | None:
    """The number of the task that is to be begun now, and the turn of its tenant is noted; None where none can be.

    The tenant with the fewest at work is served, of equals the one that was served longest ago. A task that goes on
    with a session waits until no other is at work there; one whose deadline has passed is not begun.
    """
    found = connection.execute(NEXT, {"now": timestamp(now)}).fetchone()
    if found is None:
        return None
    connection.execute(_SERVED, (found[1],))
    return int(found[0])


def waits(connection: sqlite3.Connection) -> Waits | None:
    """What is known of the tasks that wait; None where none does."""
    any_waits = "SELECT EXISTS (SELECT 1 FROM tasks WHERE state = 'pending')"
    if not connection.execute(any_waits).fetchone()[0]:
        return None
    asked = "SELECT min(deadline) FROM tasks WHERE state = 'pending' AND deadline != ''"
    found = connection.execute(asked).fetchone()[0]
    return Waits(deadline=rows.time_of(found or ""))


def drop_late(connection: sqlite3.Connection, now: datetime) -> list[str]:
    """Let the tasks fail whose deadline has passed while they waited; their ids."""
    at = timestamp(now)
    late = connection.execute(
        "SELECT id FROM tasks WHERE state = 'pending' AND deadline != '' AND deadline <= ?", (at,)
    ).fetchall()
    if late:
        connection.execute(_LATE, (TOO_LATE, at, at))
    return [str(row[0]) for row in late]
