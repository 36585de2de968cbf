"""JSON of strangers, looked at as the table or list that it is to be."""

from typing import cast

from heartbit_tui.mcp.types import Json


def table_of(value: Json) -> dict[str, Json]:
    """The value as a table; an empty one where it is none."""
    return cast("dict[str, Json]", value) if isinstance(value, dict) else {}


def list_of(value: Json) -> list[Json]:
    """The value as a list; an empty one where it is none."""
    return cast("list[Json]", value) if isinstance(value, list) else []
