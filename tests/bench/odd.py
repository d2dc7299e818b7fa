"""odd.py - make bench-odd: one daemon left alone with a dozen odd IMAP servers (odd_servers.py) at the same time.

SECONDS: how long. Of each account's worker: in how many seconds it was awake (a pass is one or two, a server that makes
it go on is all of them), how often it was put on a processor, what it asked of its server, how its memory and its
descriptors grew."""
import contextlib
import os
import time

import bench
import messages
import memory_imap
import odd_servers
import programs
import rig
import scripted
from process import Process, children, read, wakes

MOST_AWAKE = 2  # seconds a minute
MOST_GROWTH = 512  # KiB


class Odd:
    """One of the servers, its mailbox, and the worker that looks at it."""

    def __init__(self, script, stack):
        self.name, self.mailbox, self.commands = script.__name__, memory_imap.Mailbox(), 0
        messages.fill(self.mailbox)
        self.server = stack.enter_context(scripted.ScriptedServer(lambda connection: script(connection, self.mailbox)))

    def account(self):
        return {"protocol": "imap", "host": "localhost", "port": self.server.port, "security": "none",
                "user": "owner", "password_command": f"echo {rig.PASSWORD}", "addresses": messages.OWNER}

    def asked(self):
        return self.server.connections, self.server.received.count(b"\r\n")


def workers(daemon):
    """The process of each account."""
    names = {child: read(f"/proc/{child}/cmdline").rstrip("\0").split("\0")[-1] for child in children(daemon)}
    return {name: child for child, name in names.items()}


def size_of(folder):
    """What lies there, but SQLite's write-ahead log, which is written over again and again."""
    return sum(entry.stat().st_size for entry in os.scandir(folder)
               if entry.is_file() and not entry.name.endswith(("-wal", "-shm")))


def watch(pids):
    """Looks once a second, for SECONDS; returns in how many of them each process was awake."""
    awake, last = dict.fromkeys(pids, 0), {name: wakes(pid) for name, pid in pids.items()}
    begin = time.monotonic()
    for second in range(1, SECONDS + 1):
        time.sleep(max(begin + second - time.monotonic(), 0))
        for name, pid in pids.items():
            now = wakes(pid)
            awake[name] += now != last[name]
            last[name] = now
    return awake


def figures(before, after, awake, most=MOST_AWAKE):
    """What one process cost, and whether that is little. most: seconds a minute that it may be awake."""
    grown, more = after.rss - before.rss, after.descriptors - before.descriptors
    return (f"awake {awake * 60 / SECONDS:.1f} seconds a minute ({after.wakes - before.wakes} switches), "
            f"{grown:+d} KiB to {bench.mib(after.rss)}, {more:+d} descriptors",
            awake <= most * SECONDS / 60 and grown <= MOST_GROWTH and more <= 1)


def tell(odd, asked, figure, holds):
    connections, commands = (now - was for now, was in zip(odd.asked(), asked))
    bench.verdict(odd.name, f"{figure}, {connections} connections, {commands} lines to the server",
                  f"{MOST_AWAKE} a minute, no growth", holds)


SECONDS = bench.number("SECONDS", 600)
bench.start(server=False)
with contextlib.ExitStack() as stack:
    odds = {script.__name__: Odd(script, stack) for script in odd_servers.SERVERS}
    first, *others = odds
    backstop = programs.Backstop(bench.rig_work() + "/backstop", account=first,
                                 other={name: odds[name].account() for name in others}, **odds[first].account())
    log = stack.enter_context(open(bench.rig_work() + "/log", "w"))
    daemon = stack.enter_context(backstop.daemon(stderr=log)).pid
    programs.wait_for(lambda: len(workers(daemon)) == len(odds), "the workers", 60)
    time.sleep(SECONDS / 2)  # what fails is tried again after 5 seconds, then 10, then 20
    pids = workers(daemon)
    before = {name: Process(pid) for name, pid in pids.items()}
    asked = {name: odd.asked() for name, odd in odds.items()}
    above, ledger, told = Process(daemon), size_of(backstop.data), os.path.getsize(log.name)
    bench.say(f"# {len(odds)} odd servers, {SECONDS} s")
    awake = watch(pids | {"": daemon})
    assert workers(daemon) == pids, "a worker was started anew"
    for name, odd in odds.items():
        tell(odd, asked[name], *figures(before[name], Process(pids[name]), awake[name]))
    most = MOST_AWAKE * len(odds)  # it sees what each worker writes into the ledger
    figure, holds = figures(above, Process(daemon), awake[""], most)
    bench.verdict("supervisor", figure, f"{most} a minute, no growth", holds)
    grown, more = size_of(backstop.data) - ledger, os.path.getsize(log.name) - told
    bench.verdict("data folder and log", f"{grown:+d} and {more:+d} bytes", "under 64 KiB each",
                  max(grown, more) < 65536)
