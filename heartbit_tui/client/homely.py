"""Paths as a person writes them: the home folder is ~."""

import re


def homely(text: str, home: str) -> str:
    """The text with ~ for the home folder wherever a path begins with it; another folder that begins so stays."""
    if len(home.rstrip("/")) < 2:
        return text
    return re.sub(rf"(?<![\w./~-]){re.escape(home.rstrip('/'))}(?![\w.-])", "~", text)
