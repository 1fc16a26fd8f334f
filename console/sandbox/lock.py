"""The inner lock: the kernel answers only the calls that reckoning needs. It cannot be undone.

A seccomp filter as an allow-list (Linux, `Documentation/userspace-api/seccomp_filter.rst`),
set by the worker on itself after its libraries are loaded and before the code is read. No
new process or thread, no program, no socket, no file in memory, no shared memory; nothing
that is not named here. Runs inside the sandbox: standard library only.
"""

import ctypes
import errno
import platform
import resource
import struct

MACHINE = "x86_64"
_AUDIT_ARCH = 0xC000003E
_ALLOWED = {
    "read": 0, "write": 1, "open": 2, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "poll": 7,
    "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13,
    "rt_sigprocmask": 14, "rt_sigreturn": 15, "pread64": 17, "pwrite64": 18, "readv": 19,
    "writev": 20, "access": 21, "select": 23, "sched_yield": 24, "mremap": 25, "mincore": 27,
    "madvise": 28, "dup": 32, "dup2": 33, "nanosleep": 35, "getpid": 39, "exit": 60,
    "uname": 63, "fcntl": 72, "getcwd": 79, "readlink": 89, "gettimeofday": 96,
    "getrlimit": 97, "getrusage": 98, "sysinfo": 99, "times": 100, "getuid": 102,
    "getgid": 104, "geteuid": 107, "getegid": 108, "getppid": 110, "sigaltstack": 131,
    "gettid": 186, "time": 201, "futex": 202, "sched_getaffinity": 204, "getdents64": 217,
    "restart_syscall": 219, "clock_gettime": 228, "clock_getres": 229, "clock_nanosleep": 230,
    "exit_group": 231, "tgkill": 234, "openat": 257, "newfstatat": 262, "readlinkat": 267,
    "faccessat": 269, "pselect6": 270, "ppoll": 271, "set_robust_list": 273, "dup3": 292,
    "pipe2": 293, "getcpu": 309, "getrandom": 318, "membarrier": 324, "statx": 332,
    "rseq": 334, "faccessat2": 439,
}  # fmt: skip
_FORBIDDEN = {
    "socket": 41, "connect": 42, "socketpair": 53, "clone": 56, "fork": 57, "vfork": 58,
    "execve": 59, "kill": 62, "ptrace": 101,
}  # fmt: skip
"""Said to be forbidden; the rest is said not to exist, which libraries know how to go around."""

_PR_SET_NO_NEW_PRIVS, _SECCOMP, _SET_FILTER, _ALL_THREADS = 38, 317, 1, 1
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER_AT, _ARCH_AT, _OTHER_ABI = 0, 4, 0x40000000
OPEN_FILES = 64


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def lock(*, cpu_seconds: int, memory_bytes: int) -> None:
    """Bound this process and close it off; the processor time counts from now.

    Raises:
        OSError: when the kernel will not: then no code may be run.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + cpu_seconds
    for what, soft, hard in (
        (resource.RLIMIT_CPU, until, until + 1),
        (resource.RLIMIT_AS, memory_bytes, memory_bytes),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES),
    ):
        resource.setrlimit(what, (soft, hard))
    _close_off()


def _close_off() -> None:
    if platform.machine() != MACHINE:
        raise OSError(f"there is no filter of system calls for {platform.machine()}")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "the kernel does not give up new privileges")
    told = _rules()
    buffer = ctypes.create_string_buffer(told, len(told))
    program = _Program(len(told) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    if libc.syscall(_SECCOMP, _SET_FILTER, _ALL_THREADS, ctypes.byref(program)):
        raise OSError(ctypes.get_errno(), "the kernel takes no filter of system calls")


def _rules() -> bytes:
    """Return the filter as the kernel reads it: one comparison a call, first match wins."""
    made = [
        _step(_LOAD, _ARCH_AT),
        _step(_IF_EQUAL, _AUDIT_ARCH, 1, 0),
        _step(_RETURN, _KILL),
        _step(_LOAD, _NUMBER_AT),
        _step(_IF_AT_LEAST, _OTHER_ABI, 0, 1),
        _step(_RETURN, _KILL),
    ]
    for numbers, answer in (
        (_ALLOWED.values(), _ALLOW),
        (_FORBIDDEN.values(), _REFUSE | errno.EPERM),
    ):
        for number in numbers:
            made += [_step(_IF_EQUAL, number, 0, 1), _step(_RETURN, answer)]
    return b"".join([*made, _step(_RETURN, _REFUSE | errno.ENOSYS)])


def _step(code: int, value: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("<HBBI", code, then, otherwise, value)
