"""The terminal itself: its modes, what is written to it, what comes from its keys, and how it is left."""
