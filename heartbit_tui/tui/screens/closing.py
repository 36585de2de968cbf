"""Leaving a screen, however often it is asked for."""

from typing import TypeVar

from textual.screen import Screen

T = TypeVar("T")


def close(screen: Screen[T], result: T) -> None:
    """Leave a screen with this result; one that has been left already stays so."""
    if screen.is_current:
        screen.dismiss(result)
