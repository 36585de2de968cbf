"""The keys of vi for the draft: keys become commands, commands become edits, nothing here knows a screen."""
