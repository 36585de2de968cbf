"""The keys of a conversation in a terminal, for the help and for the one place that binds them."""

GRACE = 0.35
"""Seconds without a key after which a single key answers a request; before that it goes to the draft."""

AGAIN = 1.0
"""Seconds within which Ctrl+C has to come again to leave."""

KEYS: tuple[tuple[str, str], ...] = (
    ("Enter", "send; while a run is active, steer it: read after the calls it has asked for"),
    ("Alt+Enter", "a new line; while a run is active, queue for after the run"),
    ("Ctrl+J, \\ Enter", "a new line"),
    ("Esc", "close a menu; refuse a request and stop; stop the run"),
    ("Ctrl+C", "clear the draft; with none stop the run; idle, twice to leave"),
    ("Ctrl+D", "leave, when the draft is empty"),
    ("Shift+Tab", "the next mode"),
    ("Tab", "complete a /command, an @file, a session"),
    ("Ctrl+R", "search what was typed before"),
    ("Ctrl+B", "while a command runs: let it go on in the background"),
    ("Ctrl+L", "clear the screen"),
    ("y s a n e", "a request: once, this session, always, no, no with words"),
)
