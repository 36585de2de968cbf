"""What can be wrong with files of cases and results."""

from typing import ClassVar

from heartbit_tui.kernel.errors import HeartbitError


class CaseError(HeartbitError):
    """A file of cases or of results cannot be used; the message says where and why."""

    kind: ClassVar[str] = "usage"
