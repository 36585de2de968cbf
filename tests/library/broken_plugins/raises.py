"""A plugin that fails when it is imported."""

raise RuntimeError("bad at import")
