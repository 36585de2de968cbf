"""A tool: the entry point names the decorated function itself."""

from heartbit_tui import tool


@tool(name="wordcount", effects="none")
def word_count(text: str) -> int:
    """Count the words of a text.

    Args:
        text: what is counted
    """
    return len(text.split())
