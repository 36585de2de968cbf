"""What is behind the daemon's A2A endpoints: tasks of the queue as others see them, and messages as prompts and answers."""

from heartbit_tui.daemon.a2a.backing import Answered, Behind

__all__ = ("Answered", "Behind")
