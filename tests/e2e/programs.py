"""programs.py - running backstop and backstopd with a configuration of their own, within a time limit."""
import contextlib
import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass

import rig

LIMIT = int(os.environ.get("BACKSTOP_TEST_LIMIT", "60"))  # seconds any run may take
STOP_AT = os.path.join(rig.BUILD, "tests", "e2e", "stop_at.so")

# fetcher/common/exit.h
DONE, USAGE, NO_SUCH, UNREACHABLE, UNMAKEABLE, DISK, REFUSED, SIGN_IN, CONFIGURATION = 0, 64, 66, 69, 73, 74, 76, 77, 78
LATER = 75


@dataclass
class Result:
    status: int  # negative: the signal that ended it
    out: str
    err: str

    @property
    def complaint(self):
        """The one line on standard error that a failure gives."""
        lines = self.err.splitlines()
        assert len(lines) == 1, (f"wanted one line on standard error, got {len(lines)} "
                                 f"(status {self.status}):\n{self.err}")
        return lines[0]


def end_group(process):
    """Ends whatever process started and left behind."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def with_fault(**variables):
    """The environment that makes stop_at.c do what these variables say, BACKSTOP_ left out."""
    assert os.path.exists(STOP_AT), f"{STOP_AT} is not built"
    # An AddressSanitizer build wants its own library first, but works behind one that only wraps a few calls.
    return {"LD_PRELOAD": STOP_AT, "ASAN_OPTIONS": "verify_asan_link_order=0"} | {
        f"BACKSTOP_{name}": str(value) for name, value in variables.items()}


def environment(extra):
    ours = ("XDG_", "BACKSTOP_STOP", "BACKSTOP_ENOSPC")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return clean | {"LC_ALL": "C.UTF-8"} | (extra or {})


class Backstop:
    """The programs with one configuration and one data folder. keys: the group [account ACCOUNT], underscores for
    hyphens; general: the group [backstop]; other: more accounts, name → keys."""

    def __init__(self, home, general=None, account="test", other=None, **keys):
        self.home = home
        self.config, self.data = os.path.join(home, "config"), os.path.join(home, "data")
        os.makedirs(home, exist_ok=True)
        self.general, self.accounts = general or {}, {account: keys} | (other or {})
        self.write_config()

    def write_config(self):
        lines = ["[backstop]"] + [f"{key} = {value}" for key, value in self.general.items()]
        for name, keys in self.accounts.items():
            lines += [f"[account {name}]"] + [f"{key.replace('_', '-')} = {value}" for key, value in keys.items()]
        with open(os.path.join(self.home, "config"), "w") as out:
            os.fchmod(out.fileno(), 0o600)
            out.write("\n".join(lines) + "\n")

    def start(self, program, *arguments, env=None, stderr=subprocess.PIPE):
        command = [os.path.join(rig.BUILD, program), "--config", self.config, "--data", self.data, *arguments]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True,
                                errors="replace", start_new_session=True, env=environment(env))

    def run(self, program, *arguments, env=None, limit=LIMIT, stdin=""):
        process = self.start(program, *arguments, env=env)
        try:
            out, err = process.communicate(stdin, timeout=limit)
        except subprocess.TimeoutExpired:
            end_group(process)
            out, err = process.communicate()
            raise AssertionError(f"{program} {' '.join(arguments)} still runs after {limit} s:\n{out}{err}") from None
        finally:
            end_group(process)
        return Result(process.returncode, out, err)

    def ok(self, program, *arguments, **more):
        """run(), which must succeed; returns standard output."""
        result = self.run(program, *arguments, **more)
        assert result.status == DONE, (f"{program} {' '.join(arguments)}: status {result.status}\n"
                                       f"{result.out}{result.err}")
        return result.out

    def pass_once(self, **more):
        return self.ok("backstopd", "--once", **more)

    def entries(self):
        """What `backstop list --all --json` tells, oldest first."""
        rows = [json.loads(line) for line in self.ok("backstop", "list", "--all", "--json").splitlines()]
        return sorted(rows, key=lambda row: row["id"])

    @contextlib.contextmanager
    def daemon(self, stderr=subprocess.PIPE, env=None):
        """stderr: where what it says goes, if that is more than a pipe holds."""
        process = self.start("backstopd", stderr=stderr, env=env)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.communicate(timeout=15)
            finally:
                end_group(process)


def seen(pid):
    """What others can see of a process: its command line, and the environment it was given unless the kernel keeps that
    from us."""
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        text = file.read()
    assert text, f"process {pid} is gone"
    with contextlib.suppress(PermissionError), open(f"/proc/{pid}/environ", "rb") as file:
        text += file.read()
    return text


def account_of(mailbox, **keys):
    """The keys of an account that is this rig mailbox, over TLS."""
    server = mailbox.server
    return {"protocol": "imap", "host": "localhost", "port": server.port, "security": "tls", "ca_file": server.cert,
            "user": mailbox.user, "password_command": f"echo {rig.PASSWORD}", "addresses": "owner@backstop.example",
            "timeout": 20} | keys


def pop3_account_of(mailbox, **keys):
    """The same by POP3. Its sent mail lies where the keys say, or nowhere."""
    return account_of(mailbox, **{"protocol": "pop3", "port": mailbox.server.pop3_port} | keys)


def for_mailbox(mailbox, home, general=None, account="test", other=None, **keys):
    return Backstop(home, general, account, other, **account_of(mailbox, **keys))


def wait_for(condition, what, limit):
    """Waits until condition() is true; returns how long it took."""
    begin = time.monotonic()
    while not condition():
        if time.monotonic() - begin > limit:
            raise AssertionError(f"{what}: not within {limit} s")
        time.sleep(0.02)
    return time.monotonic() - begin


def children(process):
    """The processes that this one has started and that still run."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as stat:
                state, parent = stat.read().rsplit(")", 1)[1].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(parent) == process.pid and state != "Z":
            found.append(int(pid))
    return found


def runs(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
