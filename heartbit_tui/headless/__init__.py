"""One task without a person at hand: it never waits for one, tells how it ended on every path, and leaves nothing behind.

Pure folds turn envelopes into text, JSON or JSON lines (`tally`, `lines`, `progress`, `result`, `reporters`); `app`
runs the session; `pipe`, `interrupts` and `stdin` are the rim.
"""
