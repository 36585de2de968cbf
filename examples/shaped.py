"""An answer in a wanted shape: a dataclass gives the schema, and gets the values."""

from dataclasses import dataclass

from scripts import calls, says

from heartbit_tui import run_sync


@dataclass
class Finding:
    """What a reviewer found."""

    file: str
    line: int
    severe: bool = False


model = says(calls("__respond__", file="app.py", line=12, severe=True))
result = run_sync("Review app.py.", provider=model, schema=Finding, ephemeral=True)
print(result.into(Finding))
