"""A task done from start to end, in ten lines."""

from scripts import says

from heartbit_tui import run_sync

result = run_sync("What is in this folder?", provider=says("A readme and nine programs."), ephemeral=True)

print(result.text)
print(f"{result.reason} after {result.turns} turn, {result.usage.total} tokens, session {result.session_id[:8]}")
