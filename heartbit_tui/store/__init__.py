"""Sessions in one SQLite file: recorded while they happen, found by an index, read back whole.

`Store.open` gives the file; `Store.recorder` is the way in for a running session and `Store.load` the way back;
`Store.index` answers every question about sessions without opening one. `export_*` render logs, `export_jsonl.import_jsonl`
takes one in. What is stored are envelopes, one row each; nothing here knows what a conversation is.
"""
