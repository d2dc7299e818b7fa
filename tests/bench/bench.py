"""bench.py - what the benches share: mailboxes that can be had again as they were, recorded commands, figures beside
their bars."""
import os
import re
import shutil
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))

import rig  # noqa: E402
import messages  # noqa: E402
import programs  # noqa: E402

RAWLOG = "\nprotocol imap {\n  rawlog_dir = %h/rawlog\n}\n"  # in force for a user who has such a folder
LIMIT = 3600
USER = "owner"


def number(name, default):
    """A figure that the caller may set: make bench-flood BOUNCES=500."""
    return int(os.environ.get(name) or default)


def tool(name):
    return os.path.join(rig.BUILD, "tests", "bench", name)


def say(text):
    print(text, flush=True)


def verdict(what, figure, bar, holds):
    """The line that counts. A figure that falls short is told, and no failure: benches are read by people."""
    say(f"{'holds' if holds else 'SHORT'}: {what}: {figure} (bar: {bar})")


def fill(mailbox, folder, make, count, *more):
    for at in range(count):
        message, when = make(at, *more)
        mailbox.put(folder, message, when, "S" if folder == "Sent" else "")


class Template:
    """One user's mail, Dovecot's own files and all, and the data folder that belongs to it, to be had again and again.
    Always for the same user: another would be another mailbox to the ledger. Messages are hard links, so that every run
    finds the same bytes in the kernel's cache; nothing ever writes into them."""

    def __init__(self, mailbox, backstop, name):
        self.mailbox, self.backstop = mailbox, backstop
        self.place = os.path.join(mailbox.server.root, "template", name)
        shutil.rmtree(os.path.join(mailbox.home, "rawlog"), ignore_errors=True)
        self._copy(mailbox.home, os.path.join(self.place, "home"))
        if os.path.isdir(backstop.data):
            shutil.copytree(backstop.data, os.path.join(self.place, "data"))

    @staticmethod
    def _copy(source, target):
        """Links for messages, copies of what Dovecot writes into."""
        os.makedirs(os.path.dirname(target), exist_ok=True)
        subprocess.run(["cp", "-al", source, target], check=True)
        for where, _, files in os.walk(target):
            if os.path.basename(where) in ("cur", "new"):
                continue
            for file in files:
                path = os.path.join(where, file)
                shutil.copy2(path, path + ".copy")
                info = os.stat(path)
                os.chown(path + ".copy", info.st_uid, info.st_gid)
                os.replace(path + ".copy", path)

    def restore(self, record=False):
        quiet(self.mailbox)
        shutil.rmtree(self.mailbox.home)
        self._copy(os.path.join(self.place, "home"), self.mailbox.home)
        shutil.rmtree(self.backstop.data, ignore_errors=True)
        if os.path.isdir(os.path.join(self.place, "data")):
            shutil.copytree(os.path.join(self.place, "data"), self.backstop.data)
        if record:
            os.mkdir(os.path.join(self.mailbox.home, "rawlog"))
            shutil.chown(os.path.join(self.mailbox.home, "rawlog"), self.mailbox.server.user, self.mailbox.server.group)
        os.sync()

    def commands(self, file):
        """Writes what the client said since restore(record=True) into file, a command a line, without tags."""
        quiet(self.mailbox)
        folder = os.path.join(self.mailbox.home, "rawlog")
        lines = []
        for name in sorted(name for name in os.listdir(folder) if name.endswith(".in")):
            with open(os.path.join(folder, name), errors="surrogateescape") as log:
                said = [re.sub(r"^\d+\.\d+ ", "", line.rstrip("\r\n")) for line in log]
            said = [line.split(" ", 1)[1] for line in said if " " in line]
            said = [line for line in said if line.upper() not in ("IDLE", "LOGOUT")]
            assert not any(line.endswith("}") for line in said), "a literal in a command: raw.c does not speak of those"
            lines += said + [""]
        assert lines, "nothing was recorded"
        with open(file, "w", errors="surrogateescape") as out:
            out.write("\n".join(lines) + "\n")
        return len(lines)


def quiet(mailbox):
    """Waits until no session of the user is left."""
    def sessions():
        log = mailbox.server.log()
        ends = re.findall(r"imap\([^)]*\)<\d+><[^>]*>: Info: (?:Logged out|Disconnected|Connection closed)", log)
        return log.count("imap-login: Info: Login: user=<") - len(ends)
    programs.wait_for(lambda: sessions() <= 0, "the end of all sessions", 30)


class Run:
    """One run of a program: wall and processor seconds, peak of memory in KiB."""

    def __init__(self, command, env=None):
        figures = os.path.join(rig_work(), "figures")
        result = subprocess.run([tool("peak"), figures, *command], stdin=subprocess.DEVNULL, capture_output=True,
                                text=True, env=programs.environment(env), timeout=LIMIT)
        assert result.returncode == 0, f"{command[0]}: status {result.returncode}\n{result.stdout}{result.stderr}"
        self.out = result.stdout
        with open(figures) as file:
            self.wall, self.user, self.system, self.peak = map(float, file.read().split())

    def __str__(self):
        return (f"{self.wall:7.2f} s wall, {self.user + self.system:6.2f} s of processor, "
                f"{self.peak / 1024:5.1f} MiB at most")


_work = []


def rig_work():
    if not _work:
        _work.append(rig.workdir())
    return _work[0]


def run_backstop(backstop):
    return Run([os.path.join(rig.BUILD, "backstopd"), "--config", backstop.config, "--data", backstop.data, "--once"])


def run_raw(mailbox, commands):
    server = mailbox.server
    run = Run([tool("raw"), "localhost", str(server.port), server.cert, mailbox.user, commands],
              {"BACKSTOP_BENCH_PASSWORD": rig.PASSWORD})
    assert " 0 refused" in run.out, run.out
    return run


def pairs(template, commands, count):
    """Backstop and the raw client by turns, each on the mailbox as it was. Returns both lists of runs."""
    ours, raw = [], []
    for turn in range(count):
        for which, runs in (("Backstop", ours), ("raw", raw)) if turn % 2 == 0 else (("raw", raw), ("Backstop", ours)):
            template.restore()
            runs.append(run_backstop(template.backstop) if which == "Backstop" else run_raw(template.mailbox, commands))
            say(f"  {which:8} {runs[-1]}" + (f"; {runs[-1].out.strip()}" if runs[-1].out else ""))
    return ours, raw


def ratio(what, ours, raw, most):
    """Tells the medians' ratio beside its bar, and the spread of the pairs'."""
    each = [a.wall / b.wall for a, b in zip(ours, raw)]
    middle = statistics.median(run.wall for run in ours) / statistics.median(run.wall for run in raw)
    verdict(what, f"{middle:.2f} times the raw client's wall time, pairs {min(each):.2f} to {max(each):.2f}",
            f"at most {most}", middle <= most)


def mib(kib):
    return f"{kib / 1024:.1f} MiB"


def start(server=True):
    rig.exit_on_signals()
    if server and rig.missing():
        say(f"cannot run: {rig.missing()}")
        sys.exit(77)
    say(f"# {os.uname().machine}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, "
        f"{time.strftime('%Y-%m-%d %H:%M')}")
