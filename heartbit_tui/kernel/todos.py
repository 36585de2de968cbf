"""How far things to do are and how much they matter, on an agent's own list and on the one that outlives sessions."""

from enum import StrEnum


class Status(StrEnum):
    """How far an item is."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    FAILED = "failed"
    BLOCKED = "blocked"


class Priority(StrEnum):
    """How much an item matters."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
