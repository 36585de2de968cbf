"""The sessions that are kept, page by page."""

from acp.schema import ListSessionsResponse, SessionInfo

from heartbit_tui.acp import errors
from heartbit_tui.client.visible import one_line
from heartbit_tui.runtime.clock import SystemClock
from heartbit_tui.runtime.options import Options
from heartbit_tui.runtime.settings import read
from heartbit_tui.store.store import Store

PAGE = 50
LONGEST_TITLE = 200


async def page(options: Options, cwd: str | None, cursor: str | None) -> ListSessionsResponse:
    """The newest sessions, of one folder or of all, from the cursor on. Raises `StoreError`, `RequestError`."""
    if cursor is not None and not cursor.isdecimal():
        raise errors.wrong("This cursor was not given out here.")
    start, clock = int(cursor or 0), SystemClock()
    settings = await read(options, clock)
    async with Store.open(settings.store, clock) as store:
        found = await store.index.search(cwd=cwd, limit=start + PAGE + 1)
    rows = [
        SessionInfo(
            session_id=each.id,
            cwd=each.summary.cwd,
            title=one_line(each.summary.title, LONGEST_TITLE) or None,
            updated_at=each.summary.updated or None,
        )
        for each in found[start : start + PAGE]
    ]
    more = str(start + PAGE) if len(found) > start + PAGE else None
    return ListSessionsResponse(sessions=rows, next_cursor=more)
