"""What hostile code tries. Each piece succeeds only where something does not hold.

A piece is run on its own names; it has escaped when it comes to its end.
"""

PRELUDE = """
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
def call(number, *words):
    if libc.syscall(number, *words) == -1:
        raise OSError(ctypes.get_errno(), "refused")
def reads(path):
    with open(path, "rb") as file:
        file.read(1)
"""

FILES = {
    "the key file": "reads(KEYS)",
    "the state folder": "os.listdir(os.path.dirname(KEYS))",
    "a symlink to the keys": "os.symlink(KEYS, '/tmp/keys'); reads('/tmp/keys')",
    "the home": "os.listdir(HOME + '/.')[0]; reads(HOME + '/.ssh/id_ed25519')",
    "the passwords": "reads('/etc/passwd')",
    "the processes": "os.listdir('/proc')",
    "another's environment": "reads('/proc/1/environ')",
    "another's memory": "reads('/proc/self/mem')",
    "the kernel's settings": "os.listdir('/sys')",
    "a disk": "os.listdir('/dev/disk')",
    "the terminal": "reads('/dev/tty')",
    "shared memory": "open('/dev/shm/x', 'w')",
    "a temporary file": "open('/tmp/x', 'w')",
    "a file at the root": "open('/x', 'w')",
    "a file of the system": "open('/usr/lib/x', 'w')",
    "a library": "open('/libraries/x.py', 'w')",
    "our own code": "open('/killcord/console/__init__.py', 'a')",
    "a folder": "os.mkdir('/x')",
    "a device": "os.mknod('/x')",
    "the other checkout": "reads(SECRET_MODULE)",
}
"""What the outer wall alone must stop."""

CALLS = {
    "a fork": "os.fork()",
    "a shell": "import subprocess; subprocess.run(['/bin/sh', '-c', 'true'], check=True)",
    "a program": "os.execv('/usr/bin/env', ['env'])",
    "a thread": "import threading; threading.Thread(target=print).start()",
    "an internet socket": "import socket; socket.socket()",
    "a Unix socket": "import socket; socket.socket(socket.AF_UNIX)",
    "a netlink socket": "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "a pair of sockets": "import socket; socket.socketpair()",
    "killing the first process": "os.kill(1, 9)",
    "killing the parent": "os.kill(os.getppid(), 9)",
    "tracing a process": "call(101, 16, 1, 0, 0)",
    "reading another's memory": "call(310, 1, 0, 0, 0, 0, 0)",
    "a mount": "call(165, 0, 0, 0, 0, 0)",
    "a namespace": "call(272, 0x10000000)",
    "a clone into a namespace": "call(435, ctypes.c_char_p(b'\\\\0' * 88), 88)",
    "joining a namespace": "call(308, 0, 0)",
    "another root": "os.chroot('/usr')",
    "a program in the kernel": "call(321, 0, 0, 0)",
    "a ring of requests": "call(425, 1, ctypes.create_string_buffer(120))",
    "a file in memory": "os.memfd_create('x')",
    "shared memory of the system": "call(29, 0, 4096, 0o1600)",
    "a message queue": "call(68, 0, 0o1600)",
    "keys of the kernel": "call(250, 0, -3, 0)",
    "faults as one likes": "call(323, 0)",
    "counters of the processor": "call(298, 0, 0, -1, -1, 0)",
    "a file by its handle": "call(304, -1, 0, 0)",
    "more memory": "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "more time": "import resource; resource.setrlimit(resource.RLIMIT_CPU, (-1, -1))",
    "another user": "os.setuid(12345)",
    "a word to the terminal": "import fcntl; fcntl.ioctl(1, 0x5412, b'x')",
    "a file that was lent": "assert any(overwritten(file) for file in range(3, 64))",
}
"""What the inner lock alone must stop."""

OVERWRITE = """
def overwritten(file):
    try:
        return os.pwrite(file, b'hacked', 0) > 0
    except OSError:
        return False
"""

TRY = """
escaped = []
for name, piece in PIECES.items():
    try:
        exec(piece, dict(globals()))
        escaped.append(name)
    except BaseException:
        pass
print("escaped:", escaped)
"""


def attempt(pieces, **names):
    """Return one program that tries all of the pieces and prints those that came through."""
    given = "".join(f"{name} = {value!r}\n" for name, value in names.items())
    return f"{given}PIECES = {pieces!r}\n{PRELUDE}{OVERWRITE}{TRY}"
