"""How text out of the memory reaches a model: between marks, as data."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

Fence: TypeAlias = Callable[[str, str, str], str]
"""Puts a text that is data between marks, with where it is from and a note for the model."""


def read(name: str) -> str:
    """A text for the model that stands in this folder."""
    return Path(__file__).with_name(name).read_text("utf-8").strip()
