"""When enough has happened to think about it."""


class Tracker:
    """Sums up the importance of what is stored, and says when the sum has reached `threshold`."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._sum = 0.0

    def record(self, importance: float) -> bool:
        """Add an importance; whether it is time to reflect now. The sum begins anew then, what was over is dropped."""
        self._sum += importance
        if self._sum < self._threshold:
            return False
        self._sum = 0.0
        return True
