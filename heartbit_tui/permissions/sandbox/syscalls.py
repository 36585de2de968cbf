"""The calls of Linux by which a thread restricts itself, which the standard library has no names for."""

import ctypes
import os
import struct
from types import MappingProxyType

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION = 1
_BELOW = 1
_KEEP_NOTHING_NEW, _FILTER, _FILTERED, _DROP = 38, 22, 2, 24
_CAPSET_VERSION = 0x20080522
_CAPSET = MappingProxyType({"x86_64": 126, "aarch64": 91})

_word = ctypes.c_ulong
_library = ctypes.CDLL(None, use_errno=True)


def landlock_version() -> int:
    """What Landlock of this kernel can do; 0 where it is not there or was switched off."""
    return max(int(_library.syscall(_CREATE, None, ctypes.c_size_t(0), _VERSION)), 0)


def ruleset(attributes: tuple[int, ...]) -> int:
    """A new ruleset, as a descriptor; the attributes are those that this kernel knows. Raises `OSError`."""
    packed = struct.pack(f"={len(attributes)}Q", *attributes)
    return _checked(_library.syscall(_CREATE, packed, ctypes.c_size_t(len(packed)), 0))


def grant(ruleset: int, folder: int, rights: int) -> None:
    """Let what is restricted have these rights at and below an open folder or file. Raises `OSError`."""
    _checked(_library.syscall(_ADD, ruleset, _BELOW, struct.pack("=Qi", rights, folder), 0))


def gain_nothing() -> None:
    """From here on no program that this thread runs gets rights that the thread has not. Raises `OSError`."""
    _checked(_library.prctl(_KEEP_NOTHING_NEW, _word(1), _word(0), _word(0), _word(0)))


def restrict(ruleset: int) -> None:
    """Restrict this thread and all that it starts to a ruleset, for good. Raises `OSError`."""
    _checked(_library.syscall(_RESTRICT, ruleset, 0))


def filter_calls(program: bytes) -> None:
    """Have this thread and all that it starts ask the program before each call. Raises `OSError`."""
    kept = ctypes.create_string_buffer(program)
    told = struct.pack("@HP", len(program) // 8, ctypes.addressof(kept))
    _checked(_library.prctl(_FILTER, _word(_FILTERED), told, _word(0), _word(0)))


def keep_capabilities(kept: int) -> None:
    """Have this thread, where it is root's, no more of root's rights than these bits. Raises `OSError`."""
    for number in range(64):
        if not kept >> number & 1 and _library.prctl(_DROP, _word(number), _word(0), _word(0), _word(0)) < 0:
            break
    low, high = kept & 0xFFFFFFFF, kept >> 32
    data = struct.pack("=6I", low, low, 0, high, high, 0)
    _checked(_library.syscall(_CAPSET[os.uname().machine], struct.pack("=Ii", _CAPSET_VERSION, 0), data))


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
