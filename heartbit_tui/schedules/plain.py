"""Reads plain files, and waits for nothing that is none: a pipe, a device, a folder."""

import errno
import os
import stat
from pathlib import Path

NO_PLAIN_FILE = "it is no plain file"


def contents(file: Path, most: int) -> bytes:
    """What a file holds, `most` bytes and one more at the most: a longer answer says that there is more.

    Raises `OSError`, also for what is no plain file.
    """
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, NO_PLAIN_FILE)
        with open(descriptor, "rb", closefd=False) as opened:
            return opened.read(most + 1)
    finally:
        os.close(descriptor)
