"""S2: nothing that a sandboxed command sends arrives anywhere."""

import os
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pytest

from heartbit_tui.permissions.sandbox import Wanted
from heartbit_tui.tools.bash import Bash
from tests.sandbox.ground import KINDS, ran, sandboxed

SENDERS: Mapping[str, str] = MappingProxyType(
    {
        "curl": "curl -sS -m 2 http://127.0.0.1:{tcp}/",
        "wget": "wget -q -T 2 -t 1 -O - http://127.0.0.1:{tcp}/",
        "nc": "echo x | nc -w 2 127.0.0.1 {tcp}",
        "ssh": "ssh -o BatchMode=yes -o ConnectTimeout=2 -p {tcp} 127.0.0.1",
        "bash": "echo x > /dev/tcp/127.0.0.1/{tcp}",
        "perl": "perl -MIO::Socket::INET -e 'IO::Socket::INET->new(\"127.0.0.1:{tcp}\") or exit 1'",
        "python3": 'python3 -c \'import socket; socket.create_connection(("127.0.0.1",{tcp}),2).send(b"x")\'',
    }
)
"""What connects to a server of this machine, by the program that it needs."""

SILENT: Mapping[str, str] = MappingProxyType(
    {
        "/dev/udp": "echo x > /dev/udp/127.0.0.1/{udp}",
        "UDP": 'python3 -c \'import socket; socket.socket(2,2).sendto(b"x",("127.0.0.1",{udp}))\'',
        "one of a pair": (
            'python3 -c \'import socket; a, b = socket.socketpair(1, 2); a.sendto(b"x", "{path}")\' || '
            'python3 -c \'import socket; socket.socket(1,2).sendto(b"x","{path}")\''
        ),
        "abstract socket": 'python3 -c \'import socket; socket.socket(1,2).sendto(b"x",b"\\0{name}")\'',
        "socket of the system": 'python3 -c \'import socket; socket.socket(1,2).sendto(b"x","{path}")\'',
    }
)
"""What may seem to succeed, and must not arrive."""

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "getent": "getent hosts example.com",
        "ping": "ping -c 1 -W 1 192.0.2.1",
        "curl": "curl -sS -m 2 http://192.0.2.1/",
        "host": "host -W 1 example.com 192.0.2.1",
    }
)
"""What asks for addresses of others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Sockets on which something may arrive, and what stands for them in a command."""

    sockets: tuple[socket.socket, ...]
    words: Mapping[str, str]

    def arrived(self) -> int:
        """How many of them have got something since this was last asked."""
        return sum(self._takes(each) for each in self.sockets)

    def _takes(self, each: socket.socket) -> bool:
        try:
            if each.type is socket.SOCK_STREAM:
                each.accept()[0].close()
            else:
                each.recv(64)
        except BlockingIOError:
            return False
        return True


@pytest.fixture
def listening(tmp_path: Path) -> Iterator[Listening]:
    name, path = f"heartbit-{os.getpid()}", f"/tmp/heartbit-{os.getpid()}.sock"
    kinds = ((2, 1, ("127.0.0.1", 0)), (2, 2, ("127.0.0.1", 0)), (1, 2, f"\0{name}"), (1, 2, path))
    with ExitStack() as stack:
        stack.callback(Path(path).unlink, missing_ok=True)
        sockets = tuple(stack.enter_context(socket.socket(family, kind)) for family, kind, _ in kinds)
        for each, (_, kind, address) in zip(sockets, kinds, strict=True):
            each.setblocking(False)
            each.bind(address)
            if kind == 1:
                each.listen()
        tcp, udp = (each.getsockname()[1] for each in sockets[:2])
        words = {"tcp": str(tcp), "udp": str(udp), "name": name, "path": path}
        yield Listening(sockets=sockets, words=words)


def filled(command: str, listening: Listening) -> str:
    for name, word in listening.words.items():
        command = command.replace(f"{{{name}}}", word)
    return command


def needs(program: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")


@pytest.mark.security("S2")
@pytest.mark.parametrize("program", SENDERS)
@pytest.mark.parametrize("kind", KINDS)
async def test_no_connection_arrives(kind: Wanted, program: str, tmp_path: Path, listening: Listening) -> None:
    needs(program)
    async with Bash(tmp_path, tmp_path / "logs", os.environ, confinement=sandboxed(tmp_path, kind=kind)) as bash:
        got = await ran(bash, filled(SENDERS[program], listening))
    assert (got.is_error, listening.arrived()) == (True, 0)


@pytest.mark.security("S2")
@pytest.mark.parametrize("way", SILENT)
@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_sent_without_a_connection_arrives(
    kind: Wanted, way: str, tmp_path: Path, listening: Listening
) -> None:
    async with Bash(tmp_path, tmp_path / "logs", os.environ, confinement=sandboxed(tmp_path, kind=kind)) as bash:
        await ran(bash, filled(SILENT[way], listening))
    assert listening.arrived() == 0


@pytest.mark.parametrize("program", NAMES)
@pytest.mark.parametrize("kind", KINDS)
async def test_no_other_machine_is_reached(kind: Wanted, program: str, tmp_path: Path) -> None:
    needs(program)
    async with Bash(tmp_path, tmp_path / "logs", os.environ, confinement=sandboxed(tmp_path, kind=kind)) as bash:
        got = await ran(bash, NAMES[program])
    assert got.is_error


@pytest.mark.parametrize("way", ["bash", "python3", *SILENT])
async def test_each_of_them_arrives_without_a_sandbox(way: str, tmp_path: Path, listening: Listening) -> None:
    async with Bash(tmp_path, tmp_path / "logs", os.environ) as bash:
        got = await ran(bash, filled({**SENDERS, **SILENT}[way], listening))
    assert (got.is_error, listening.arrived()) == (False, 1)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_connection_arrives_where_the_network_is_allowed(
    kind: Wanted, tmp_path: Path, listening: Listening
) -> None:
    inside = sandboxed(tmp_path, network=True, kind=kind)
    async with Bash(tmp_path, tmp_path / "logs", os.environ, confinement=inside) as bash:
        got = await ran(bash, filled(SENDERS["bash"], listening))
    assert (got.is_error, listening.arrived()) == (False, 1)


async def test_servers_and_clients_of_one_command_find_each_other(tmp_path: Path) -> None:
    script = (
        "import socket\nserver = socket.create_server(('127.0.0.1', 0))\n"
        "socket.create_connection(server.getsockname()).send(b'met')\nprint(server.accept()[0].recv(9).decode())"
    )
    async with Bash(tmp_path, tmp_path / "logs", os.environ, confinement=sandboxed(tmp_path)) as bash:
        got = await ran(bash, f"python3 - <<'END'\n{script}\nEND")
    assert got.content == "met\n\n(exit code: 0)"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_network_that_is_off_is_explained(kind: Wanted, tmp_path: Path) -> None:
    inside = sandboxed(tmp_path, kind=kind)
    async with Bash(tmp_path, tmp_path / "logs", os.environ, confinement=inside) as bash:
        got = await ran(bash, "echo x > /dev/tcp/192.0.2.1/80")
    assert f"(This ran in a sandbox ({inside.name}): the network is off." in got.content
