"""A model on its usual port and heartbit beside it, alone in a network of their own: `island.py MODEL WORD…`.

Run it as `unshare --net --map-root-user`, so that no other process on the machine finds the model.
"""

import fcntl
import socket
import struct
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.journeys.local_service import serving

PORT = 8080
SET_FLAGS, UP_AND_RUNNING = 0x8914, 0x41


def loopback_up() -> None:
    """Give this network its 127.0.0.1."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh", b"lo", UP_AND_RUNNING))


def main(model: str, *words: str) -> int:
    """Run heartbit with these words; its exit code."""
    loopback_up()
    with serving(Path(model), PORT):
        return subprocess.run((sys.executable, "-m", "heartbit_tui", *words), check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
