"""The cord where traders really sit: in tmux, in screen, at the far end of an SSH connection."""

import getpass
import os
import shlex
import shutil
import socket
import subprocess
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from tests.e2e.rig import KILLCORD, Rig
from tests.e2e.terminal import Terminal

pytestmark = pytest.mark.e2e
SSHD = shutil.which("sshd") or "/usr/sbin/sshd"


def needs(program: str):
    return pytest.mark.skipif(
        shutil.which(program) is None, reason=f"{program} is not installed: apt-get install it"
    )


@pytest.fixture
def trading(rig: Rig) -> Rig:
    rig.start_venue()
    rig.start_desk()
    return rig


@pytest.fixture
def stack():
    with ExitStack() as made:
        yield made


def console_command(rig: Rig) -> list[str]:
    return [*KILLCORD, "--venue", str(rig.venue_file)]


def halts(rig: Rig, terminal: Terminal, key: str) -> None:
    """Press the key in a terminal that shows the console; see the halt proven and shown."""
    terminal.press(key)
    terminal.wait_for(lambda screen: "CONFIRMED" in screen and "NOT CONFIRMED" not in screen)
    assert rig.status()["mode"] == "halted"


def consoles_of(rig: Rig) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter(["cmdline", "environ"]):
        words, env = process.info["cmdline"] or [], process.info["environ"] or {}
        if env.get("KILLCORD_STATE") == str(rig.folder) and words[1:3] == ["-m", "console"]:
            found += [process] if "desk" not in words and "venue" not in words else []
    return found


@needs("tmux")
def test_in_tmux_the_key_halts_in_any_size_and_a_paste_does_not(trading, stack):
    tmux = ["tmux", "-S", str(trading.folder / "tmux"), "-f", "/dev/null"]
    stack.callback(subprocess.run, [*tmux, "kill-server"], capture_output=True, check=False)
    console = Terminal([*tmux, "new-session", *console_command(trading)], trading.env)
    stack.callback(console.close)
    console.wait_for("AAPL")
    console.press("/")
    console.wait_for("Disarm, leave")
    subprocess.run([*tmux, "set-buffer", "buy 1 \x07F"], check=True)
    subprocess.run([*tmux, "paste-buffer", "-p"], check=True)
    console.wait_for("buy 1 F")
    assert trading.status()["mode"] == "active"
    for columns, rows in ((80, 24), (132, 43), (100, 30)):
        console.resize(columns, rows)

    halts(trading, console, "ctrl+g")


@needs("screen")
def test_in_screen_the_key_halts(trading, stack):
    sockets = trading.folder / "screens"
    sockets.mkdir(mode=0o700)
    env = {**trading.env, "SCREENDIR": str(sockets)}
    stack.callback(
        subprocess.run,
        ["screen", "-S", "cord", "-X", "quit"],
        env=env,
        capture_output=True,
        check=False,
    )
    screen = ["screen", "-c", "/dev/null", "-S", "cord", *console_command(trading)]
    console = Terminal(screen, env)
    stack.callback(console.close)
    console.wait_for("AAPL")

    halts(trading, console, "f12")


class Sshd:
    """An SSH server of its own on loopback, with keys of its own, for this user alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = _free_port()
        for name in ("host", "user"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)],
                check=True,
            )
        shutil.copy(folder / "user.pub", folder / "authorized")
        config = folder / "sshd_config"
        config.write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\n"
            f"AuthorizedKeysFile {folder}/authorized\nPidFile none\nUsePAM no\n"
            "StrictModes no\nPasswordAuthentication no\nPermitRootLogin yes\n"
        )
        if os.getuid() == 0:
            # where Debian's sshd drops its privileges to
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        self.log = folder / "sshd.log"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(config)], stderr=log)

    def is_up(self) -> bool:
        """Whether it takes connections."""
        with socket.socket() as door:
            return door.connect_ex(("127.0.0.1", self.port)) == 0

    def command(self, *words: str) -> list[str]:
        """Return what runs a command at its end, in a terminal of its own."""
        options = ["-F", "none", "-e", "none", "-i", str(self._folder / "user")]
        trust = [f"UserKnownHostsFile={self._folder}/known", "StrictHostKeyChecking=no"]
        told = [word for option in (*trust, "LogLevel=ERROR") for word in ("-o", option)]
        return [
            "ssh",
            "-tt",
            *options,
            *told,
            *("-p", str(self.port), f"{getpass.getuser()}@127.0.0.1"),
            shlex.join(words),
        ]

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port: int = door.getsockname()[1]
        return port


@pytest.fixture
def over_ssh(trading, stack):
    """A console at the far end of a real SSH connection."""
    if shutil.which("ssh") is None or not Path(SSHD).exists():
        pytest.skip("no OpenSSH server: apt-get install openssh-server openssh-client")
    folder = trading.folder / "ssh"
    folder.mkdir(mode=0o700)
    server = Sshd(folder)
    stack.callback(server.close)
    trading.until(server.is_up, "the SSH server never came up")
    tried = subprocess.run(
        server.command("true"), capture_output=True, check=False, stdin=subprocess.DEVNULL
    )
    if tried.returncode != 0:
        pytest.skip(f"this user may not log in over SSH here: {server.log.read_text()[-300:]}")
    env = [f"{name}={trading.env[name]}" for name in ("KILLCORD_STATE", "PYTHONPATH")]
    far = ["env", *env, "COLORTERM=truecolor", *console_command(trading)]
    console = Terminal(server.command(*far), trading.env)
    stack.callback(console.close)
    console.wait_for("AAPL")
    return console


def test_over_ssh_the_key_halts_a_stopped_console_and_a_dropped_line_ends_it(trading, over_ssh):
    [cord] = [p for p in consoles_of(trading) if p.children()]
    cord.children()[0].suspend()

    over_ssh.press("f12")

    over_ssh.wait_for(lambda screen: "HALTED: the latch is set" in screen.split("\n")[0])
    cord.children()[0].resume()
    over_ssh.wait_for(lambda screen: "CONFIRMED" in screen and "does not answer" not in screen)
    over_ssh.kill()
    trading.until(lambda: consoles_of(trading) == [], "the console outlived its terminal")
    assert trading.status()["mode"] == "halted"
