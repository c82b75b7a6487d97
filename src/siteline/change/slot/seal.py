"""
What a process that runs a stranger's model gives up before it reads the first byte of it.

Limits hold memory and processor time. On Linux a seccomp filter then leaves only the system calls that arithmetic needs:
no file can be opened, no socket made, no program started, no other process touched. No privilege is needed for that, and
nothing can undo it. Elsewhere that last part is not to be had, and is said not to be held.
"""

from __future__ import annotations

import ctypes
import platform
import struct
import sys

MEMORY, TIME, ALONE = "memory", "time", "files and network"
"""What can be held: bounded memory, bounded processor time, no way to files or network."""

_PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _PR_SET_PDEATHSIG = 4, 22, 38, 1
_FILTER = 2
_KILL_SIGNAL = 9
_ALLOW, _DENY = 0x7FFF0000, 0x00050001
"""SECCOMP_RET_ALLOW; SECCOMP_RET_ERRNO with EPERM."""

_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_KNOWN: dict[str, tuple[int, tuple[int, ...]]] = {
    # read write close fstat poll lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn readv writev
    # sched_yield mremap madvise nanosleep getpid exit uname gettimeofday getrusage sysinfo sigaltstack gettid time futex
    # sched_getaffinity restart_syscall clock_gettime clock_getres clock_nanosleep exit_group ppoll set_robust_list getcpu
    # getrandom rseq
    "x86_64": (
        0xC000003E,
        (0, 1, 3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 19, 20, 24, 25, 28, 35, 39, 60, 63, 96, 98, 99, 131, 186, 201, 202,
         204, 219, 228, 229, 230, 231, 271, 273, 309, 318, 334),
    ),
    "aarch64": (
        0xC00000B7,
        (63, 64, 57, 80, 62, 222, 226, 215, 214, 134, 135, 139, 65, 66, 124, 216, 233, 101, 172, 93, 160, 169, 165, 179, 132,
         178, 98, 123, 128, 113, 114, 115, 94, 73, 99, 168, 278, 293),
    ),
}  # fmt: skip
"""By machine: its AUDIT_ARCH, and the numbers of the calls that are left."""


def bound(memory: int, seconds: int) -> list[str]:
    """Bound address space (bytes) and processor time (s) of this process; returns what is held."""
    try:
        import resource
    except ImportError:  # Windows
        return []
    held = []
    for name, limit, what in (
        ("RLIMIT_CORE", 0, ""),
        ("RLIMIT_FSIZE", 0, ""),
        ("RLIMIT_CPU", seconds, TIME),
        ("RLIMIT_AS", memory, MEMORY if sys.platform == "linux" else ""),
    ):
        try:
            resource.setrlimit(getattr(resource, name), (limit, limit))
        except (OSError, ValueError):
            continue
        held += [what] if what else []
    return held


def die_with_parent() -> None:
    """End when the process that started this one ends; Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, _KILL_SIGNAL, 0, 0, 0)


def seal() -> list[str]:
    """Give up files, network and other processes for good; returns what is held now: nothing where it cannot be had."""
    known = _KNOWN.get(platform.machine())
    if sys.platform != "linux" or known is None or struct.calcsize("P") != 8:
        return []
    arch, allowed = known
    program = [(_LOAD, 0, 0, 4), (_EQUAL, 1, 0, arch), (_RETURN, 0, 0, _DENY), (_LOAD, 0, 0, 0)]
    for place, number in enumerate(allowed):
        program.append((_EQUAL, len(allowed) - place, 0, number))
    program += [(_RETURN, 0, 0, _DENY), (_RETURN, 0, 0, _ALLOW)]
    code = b"".join(struct.pack("HBBI", *step) for step in program)
    kept = ctypes.create_string_buffer(code, len(code))

    class Program(ctypes.Structure):
        _fields_ = (("len", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    asked = Program(len(program), ctypes.addressof(kept))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return []
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    done = libc.prctl(_PR_SET_SECCOMP, _FILTER, ctypes.byref(asked), 0, 0)
    return [ALONE] if done == 0 else []
