"""Measured series, and what is told of them."""

from collections.abc import Mapping, Sequence
from statistics import median

from heartbit_tui.kernel.dataclass import dataclass

HEADINGS = ("what", "program", "median", "p95", "x floor", "runs", "floor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One thing measured of one program: its values in `unit`, and those of its floor in the same run."""

    what: str
    program: str
    unit: str
    values: tuple[float, ...]
    floor_name: str
    floor: tuple[float, ...]

    @property
    def median(self) -> float:
        """The value in the middle."""
        return median(self.values)

    @property
    def p95(self) -> float:
        """The value that 95 of 100 stay under."""
        return p95(self.values)

    @property
    def ratio(self) -> float:
        """How many times the floor's median the median is."""
        return self.median / median(self.floor)

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells below `HEADINGS`."""
        low = f"{median(self.floor):.1f} {self.unit} ({self.floor_name})"
        middle, high = f"{self.median:.1f} {self.unit}", f"{self.p95:.1f} {self.unit}"
        return (self.what, self.program, middle, high, f"{self.ratio:.2f}", str(len(self.values)), low)

    @property
    def document(self) -> Mapping[str, object]:
        """The same as a JSON object."""
        return {
            "what": self.what,
            "program": self.program,
            "unit": self.unit,
            "median": self.median,
            "p95": self.p95,
            "ratio": self.ratio,
            "runs": len(self.values),
            "floor": {"what": self.floor_name, "median": median(self.floor), "p95": p95(self.floor)},
        }


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 stay under, by nearest rank; of fewer than 20 it is the largest."""
    return sorted(values)[max(-(-len(values) * 95 // 100) - 1, 0)]
