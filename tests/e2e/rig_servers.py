"""rig_servers.py - mail servers other than Dovecot, each on loopback, alone in namespaces of its own.

A server sees the files of this machine with its own /etc, /var and /run over them. Its package need not be installed:
what lies unpacked in SERVERS/NAME is laid over /usr as well. So nothing of the system is touched, packages that exclude
each other run side by side, and all processes of a server end with the test, however it ends. Needs root, who alone may
let a server change to users of its own. """
import atexit
import contextlib
import ctypes
import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time

import programs
import rig
from server_kinds import KINDS, USERS

SERVERS = os.environ.get("BACKSTOP_SERVERS", os.path.join(rig.BUILD, "servers"))
HERE = os.path.dirname(os.path.abspath(__file__))
USER = "anna"
ALONE = "BACKSTOP_TEST_ALONE"
NAMESPACES = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc")


def unpacked(name):
    """Where the packages of this server lie unpacked; "" where they are installed; None where neither is true."""
    program = KINDS[name].program.lstrip("/")
    return next((root for root in (os.path.join(SERVERS, name), "")
                 if os.path.exists(os.path.join(root or "/", program))), None)


def missing(name):
    """Why this server cannot be run here; None when it can."""
    if unpacked(name) is None:
        return f"{name} is neither installed nor unpacked in {SERVERS}"
    if os.geteuid() != 0:
        return f"{name} changes to users of its own, which only root can let it"
    tried = subprocess.run([*NAMESPACES, "mount", "-t", "overlay", "-o", "ro,lowerdir=/etc:/usr", "overlay", "/etc"],
                           capture_output=True, text=True, check=False)
    return f"{name} needs namespaces of its own: {tried.stderr.strip()}" if tried.returncode else None


def die_with_test():
    """For preexec_fn. SIGKILL, since unshare does not heed SIGTERM. Its child, the first process of the namespaces,
    ends with it as long as that child does not change its user."""
    ctypes.CDLL(None).prctl(rig.PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def alone():
    """Goes on in a process of its own, with which everything that it starts ends: a server of another user as well as a
    daemon, at once and however the test is told to stop."""
    rig.exit_on_signals()
    if os.geteuid() != 0 or ALONE in os.environ or subprocess.run([*NAMESPACES, "true"], capture_output=True,
                                                                 check=False).returncode:
        return
    first = ["sh", "-c", '"$@" & wait $!', "sh"]  # waits for processes whose parents have ended
    process = subprocess.Popen([*NAMESPACES, *first, sys.executable, "-B", *sys.argv], preexec_fn=die_with_test,
                               env=os.environ | {ALONE: "yes", "TMPDIR": rig.workdir()})
    try:
        sys.exit(process.wait())
    finally:
        process.kill()
        process.wait()


def space_of(pid):
    """The PID namespace of a process; None when it has ended."""
    with contextlib.suppress(OSError):
        return os.readlink(f"/proc/{pid}/ns/pid")
    return None


class Server:
    """One server with one mailbox, of the user USER with the rig's password. ports: by protocol. settings: lines
    added to its own configuration. mbox: where mail lies that deliver() puts in, None where IMAP does."""

    def __init__(self, name, settings=""):
        self.kind, self.unpacked, self.settings = KINDS[name], unpacked(name), settings
        self.root, self.mbox = rig.workdir(), self.kind.mbox
        self.process = None
        self._lay_out()
        atexit.register(self.stop)
        self.start()

    def _lay_out(self):
        for folder in ("etc/pam.d", "var/mail", "var/empty", "var/lib", "var/home/anna", "run/lock"):
            os.makedirs(os.path.join(self.root, folder))
        for link in ("run", "lock"):
            os.symlink(f"/run/{link}".replace("/run/run", "/run"), os.path.join(self.root, "var", link))
        for name in ("passwd", "group", "shadow"):
            shutil.copy(os.path.join("/etc", name), os.path.join(self.root, "etc", name))
        secret = subprocess.run(["openssl", "passwd", "-6", rig.PASSWORD], capture_output=True, text=True,
                                check=True).stdout.strip()
        for name, (number, home) in USERS.items():
            self._add("passwd", f"{name}:x:{number}:{number}::{home}:/bin/sh\n")
            self._add("group", f"{name}:x:{number}:\n")
        self._add("shadow", f"{USER}:{secret}:19000:0:99999:7:::\n")
        os.chown(os.path.join(self.root, "var/home/anna"), USERS[USER][0], USERS[USER][0])
        os.chmod(os.path.join(self.root, "var/mail"), 0o1777)

    def _add(self, name, text):
        with open(os.path.join(self.root, "etc", name), "a") as out:
            out.write(text)

    def start(self, same_ports=False):
        for _ in range(3):
            if not same_ports:
                self.ports = {name: rig.free_port() for name in self.kind.commands}
            self._configure()
            with open(os.path.join(self.root, "log"), "ab") as log:
                self.process = subprocess.Popen([*NAMESPACES, "sh", os.path.join(HERE, "servers", "enter.sh"),
                                                 self.root, self.unpacked, *self._command()],
                                                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                                preexec_fn=die_with_test)
            if all(self._greets(port) for port in self.ports.values()):
                return
            self.stop()
        raise RuntimeError(f"The server does not start:\n{self.log()}")

    def _configure(self):
        for name, text in self.kind.files.items():
            with open(os.path.join(self.root, "etc", name), "w") as out:
                out.write(text.format(**self.ports, settings=self.settings))

    def _command(self):
        """Runs the setup, and then a server that listens itself or an inetd."""
        listen = ["python3", "-B", os.path.join(HERE, "servers", "inetd.py")]
        for name, command in self.kind.commands.items():
            listen += [str(self.ports[name]), command]
        return ["sh", "-ec", self.kind.setup + ('\nexec "$@"' if not self.kind.listens else ""), "sh", *listen]

    def _greets(self, port):
        end = time.monotonic() + 20
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as greeting:
                if greeting.recv(64).startswith((b"* OK", b"+OK")):
                    return True
            time.sleep(0.05)
        return False

    def stop(self):
        """Ends the server and everything it started."""
        if self.process is None:
            return
        spaces = {space_of(child) for child in programs.children(self.process)} - {None}
        self.process.kill()
        self.process.wait()
        self.process = None
        programs.wait_for(lambda: not spaces & {space_of(pid) for pid in os.listdir("/proc") if pid.isdigit()},
                          "the end of all processes of the server", 10)

    def restart(self, pause=0):
        """Ends all sessions; after `pause` seconds the server is there again, at the same ports."""
        self.stop()
        time.sleep(pause)
        self.start(same_ports=True)

    def log(self):
        with open(os.path.join(self.root, "log"), errors="replace") as log:
            return log.read()

    def deliver(self, message, when):
        """Adds a message to the mbox, as a mail server on this machine does, whoever is connected."""
        path = os.path.join(self.root, self.mbox.lstrip("/"))
        with open(path, "ab") as out:
            fcntl.lockf(out, fcntl.LOCK_EX)
            out.write(b"From sender@remote.example " + time.asctime(time.gmtime(when)).encode() + b"\n" +
                      re.sub(rb"(?m)^(>*From )", rb">\1", message.rstrip(b"\n") + b"\n\n"))
            os.fchown(out.fileno(), *2 * USERS[USER][:1])
            os.fchmod(out.fileno(), 0o600)
