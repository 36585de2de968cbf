"""What Landlock and the filter of system calls hold by themselves, call by call and version by version."""

import errno
import os
import struct
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from heartbit_tui.permissions.sandbox import Active, find, seccomp
from heartbit_tui.permissions.sandbox.landlock import LEAST_VERSION, Restriction, restriction
from heartbit_tui.permissions.sandbox.probe import restricted
from heartbit_tui.permissions.sandbox.types import Absent, Landlock, Place, Plan, Seen
from heartbit_tui.tools.bash import Bash
from tests.sandbox.ground import ran, sandboxed

ALLOWED = 0x7FFF0000
REFUSED = 0x00050000
ENOUGH = 512
"""More than there are system calls."""


def version() -> int:
    found = restricted()
    if isinstance(found, Absent):
        pytest.skip(f"no sandbox: {found.reason}")
    assert isinstance(found.mechanism, Landlock)
    return found.mechanism.version


def answer(program: bytes, machine: int, number: int, arguments: tuple[int, ...] = ()) -> int:
    """What the kernel would do with a call, by the rules of its filters."""
    data = struct.pack("=IIQ6Q", number, machine, 0, *arguments, *(0,) * (6 - len(arguments)))
    steps = list(struct.iter_unpack("=HBBI", program))
    kept, at = 0, 0
    while True:
        code, yes, no, value = steps[at]
        at += 1
        match code:
            case 0x20:
                kept = struct.unpack_from("=I", data, value)[0]
            case 0x54:
                kept &= value
            case 0x15 | 0x35 | 0x45:
                at += yes if {0x15: kept == value, 0x35: kept >= value, 0x45: bool(kept & value)}[code] else no
            case _:
                assert code == 0x06
                return value


@pytest.mark.parametrize("name", seccomp.MACHINES)
@pytest.mark.parametrize("network", [True, False])
def test_the_filter_refuses_what_it_lists_and_nothing_else(name: str, network: bool) -> None:
    machine = seccomp.MACHINES[name]
    program = seccomp.program(machine, network=network)
    listed = {numbers[machine.column]: each for each, numbers in seccomp.NUMBERS.items()}
    for number in range(ENOUGH):
        got, call = answer(program, machine.audit, number), listed.get(number)
        expected = call is not None and call not in seccomp.LOOKED_INTO - {"socket", "socketpair", "clone3"}
        assert (got != ALLOWED, call) == (expected, call)
        assert got == ALLOWED or got & ~0xFFFF == REFUSED


@pytest.mark.parametrize("name", seccomp.MACHINES)
def test_the_filter_looks_into_arguments(name: str) -> None:
    machine = seccomp.MACHINES[name]

    def refused(call: str, *arguments: int, network: bool = True) -> bool:
        number = seccomp.NUMBERS[call][machine.column]
        assert number is not None
        program = seccomp.program(machine, network=network)
        return answer(program, machine.audit, number, arguments) == REFUSED | errno.EPERM

    families = range(46)
    assert [family for family in families if not refused("socket", family)] == [2, 10, 16]
    assert [family for family in families if not refused("socket", family, network=False)] == []
    assert [kind for kind in (1, 2, 5, 1 | 0x800, 2 | 0x80000) if not refused("socketpair", 1, kind)] == [1, 5, 0x801]
    assert all(refused("socketpair", family, 1) for family in families if family != 1)
    namespaces = (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)
    assert all(refused(call, flag | 17) for call in ("clone", "unshare") for flag in namespaces)
    assert not any(refused("clone", flags) for flags in (17, 0x3D0F00, 0x4111))
    assert refused("unshare", 0x80)
    assert [request for request in (0x5401, 0x5412, 0x541C, 0x5413) if refused("ioctl", 3, request)] == [0x5412, 0x541C]


@pytest.mark.parametrize("name", seccomp.MACHINES)
def test_calls_counted_in_another_way_are_refused(name: str) -> None:
    machine = seccomp.MACHINES[name]
    program = seccomp.program(machine, network=True)
    other = 0x40000003  # x86 of 32 bits
    assert all(answer(program, other, number) == REFUSED | errno.EPERM for number in range(ENOUGH))
    if machine.has_x32:
        assert all(answer(program, machine.audit, 0x40000000 | n) == REFUSED | errno.ENOSYS for n in range(ENOUGH))


CALLS: Mapping[str, str] = MappingProxyType(
    {
        "io_uring": "l.syscall(425, 8, ctypes.create_string_buffer(120))",
        "ptrace": "l.ptrace(16, os.getppid(), 0, 0)",
        "another's memory": "l.process_vm_readv(os.getppid(), None, 0, None, 0, 0)",
        "mount": "l.mount(b'none', b'/mnt', b'tmpfs', 0, None)",
        "new mounts": "l.syscall(430, b'tmpfs', 0)",
        "namespaces": "l.unshare(0x10000000)",
        "bpf": "l.syscall(321 if x else 280, 0, None, 0)",
        "page faults": "l.syscall(323 if x else 282, 0)",
        "another kernel": "l.syscall(246 if x else 104, 0, 0, None, 0)",
        "keys": "l.syscall(250 if x else 219, 0, 0)",
        "raw packets": "l.socket(17, 3, 0)",
        "machines inside": "l.socket(40, 1, 0)",
        "a socket of the system": "l.socket(1, 1, 0)",
        "typing into a terminal": "l.ioctl(0, 0x5412, b'x')",
    }
)
_CALL = (
    "import ctypes, errno, os; l = ctypes.CDLL(None, use_errno=True); x = os.uname().machine == 'x86_64'; "
    "assert {call} == -1; assert ctypes.get_errno() == errno.EPERM, ctypes.get_errno()"
)


@pytest.mark.security("S1")
@pytest.mark.parametrize("name", CALLS)
async def test_a_call_that_reaches_past_files_is_refused_with_the_network_on_too(name: str, tmp_path: Path) -> None:
    inside = sandboxed(tmp_path, network=True, kind="landlock")
    async with Bash(tmp_path, tmp_path / "logs", os.environ, confinement=inside) as bash:
        got = await ran(bash, f"python3 - <<'END'\n{_CALL.format(call=CALLS[name])}\nEND")
    assert got.content == "(no output)\n\n(exit code: 0)"


async def test_programs_still_start_threads_processes_and_locks(tmp_path: Path) -> None:
    script = (
        "import threading, multiprocessing, asyncio\n"
        "def twice(n): return 2 * n\n"
        "t = threading.Thread(target=print, args=('thread',)); t.start(); t.join()\n"
        "with multiprocessing.Pool(2) as pool: print(pool.map(twice, [1, 2]))\n"
        "asyncio.run(asyncio.sleep(0))\n"
    )
    (tmp_path / "script.py").write_text(script)
    inside = sandboxed(tmp_path, kind="landlock")
    async with Bash(tmp_path, tmp_path / "logs", os.environ, confinement=inside) as bash:
        got = await ran(bash, "python3 script.py")
    assert got.content == "thread\n[2, 4]\n\n(exit code: 0)"


async def test_nothing_but_what_was_started_is_restricted(tmp_path: Path) -> None:
    beside = tmp_path / "beside"
    (tmp_path / "root").mkdir()
    inside = sandboxed(tmp_path / "root", kind="landlock")
    async with Bash(tmp_path / "root", tmp_path / "logs", os.environ, confinement=inside) as bash:
        got = await ran(bash, f"echo x > {beside}")
    beside.write_text("mine")
    assert (got.is_error, own("NoNewPrivs"), own("Seccomp")) == (True, "0", "0")


def own(name: str) -> str:
    """What the kernel says of the thread that asks."""
    lines = Path("/proc/thread-self/status").read_text().splitlines()
    return next(line.split()[-1] for line in lines if line.startswith(f"{name}:"))


def output(limits: Restriction, *command: str) -> tuple[int, bytes]:
    with limits.run(lambda: subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)) as process:
        assert process.stdout is not None
        return process.wait(), process.stdout.read()


@pytest.mark.parametrize("older", range(LEAST_VERSION, 8))
def test_each_version_since_the_least_keeps_files_as_they_were(older: int, tmp_path: Path) -> None:
    if older > version():
        pytest.skip("the kernel is older")
    root, beside = tmp_path / "root", tmp_path / "beside"
    root.mkdir()
    beside.write_text("as it was")
    known = Seen(is_folder=True, identity=(0, root.stat().st_ino))
    place = Place(path=str(root), source=str(root), access="writable", seen=known)
    limits = restriction(older, Plan(places=(place,), temporary="", network=False), ())
    tries = ("echo x > {0}", ": > {0}", "rm {0}", "mv {0} {1}/x", "ln {0} {1}/y", "truncate -s 0 {0}")
    codes = [output(limits, "sh", "-c", each.format(beside, root))[0] for each in tries]
    made = output(limits, "sh", "-c", f"mkdir {root}/a && echo x > {root}/a/b && mv {root}/a/b {root}/c")
    assert (made, 0 in codes, beside.read_text()) == ((0, b""), False, "as it was")


async def test_what_is_hidden_stays_hidden_in_a_workspace_that_holds_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for folder in (".ssh", "work"):
        (home / folder).mkdir(parents=True)
    (home / ".ssh/id_rsa").write_text("canary")
    environment = {**os.environ, "HOME": str(home)}
    inside = sandboxed(home, environment, kind="landlock")
    async with Bash(home, tmp_path / "logs", environment, confinement=inside) as bash:
        got = await ran(bash, "echo x > work/new && cat work/new; cat .ssh/id_rsa; mv .ssh work/s; cat work/s/id_rsa")
        names = await ran(bash, "ls .ssh; ls -d .ssh")
    assert got.content.startswith("x\n")
    assert (got.is_error, "canary" in got.content, "id_rsa" in names.content) == (True, False, True)


def test_landlock_is_what_is_left_where_bubblewrap_is_missing(tmp_path: Path) -> None:
    version()
    found = find({"PATH": str(tmp_path)}, [str(tmp_path)])
    assert isinstance(found, Active)
    assert (found.name, "mode and times" in found.lacks) == ("landlock", True)


def test_a_machine_with_other_system_calls_has_no_such_sandbox() -> None:
    assert restricted("riscv64") == Absent(reason="heartbit knows no system calls of riscv64")


@pytest.mark.parametrize("after", [lambda: 1 / 0, lambda: Path("/no/such").read_text()])
def test_what_fails_in_the_thread_fails_for_the_one_who_asked(after: Callable[[], object]) -> None:
    limits = restriction(version(), Plan(places=(), temporary="", network=False), ())
    with pytest.raises((ZeroDivisionError, FileNotFoundError)):
        limits.run(after)
