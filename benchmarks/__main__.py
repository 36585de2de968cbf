"""Print the table: `python -m benchmarks [startup turns sessions soak screen_launch …]`."""

import sys
from importlib import import_module

from benchmarks.table import Row, render

PARTS = (
    *("startup", "turns", "agents", "daemon", "undo", "sessions", "search", "soak"),
    *("memory", "knowledge"),
    *(
        "screen_launch",
        "screen_stream",
        "screen_holds",
        "screen_rest",
        "screen_agents",
        "screen_files",
        "screen_markdown",
    ),
)


def main(names: list[str]) -> int:
    """Run the named parts, or all; 1 when a bar is missed."""
    rows: list[Row] = []
    for name in names or PARTS:
        for row in import_module(f"benchmarks.{name}").rows():
            print(f"{'  ' if row.holds else '! '}{row.what}: {row.value} ({row.bar})", file=sys.stderr, flush=True)
            rows.append(row)
    print(render(rows))
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
