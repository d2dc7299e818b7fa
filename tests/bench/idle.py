"""idle.py - make bench-idle: what the daemon costs on a quiet mailbox, after it has been at work.

SECONDS: how long; BOUNCES: how many it has moved before. Writes and wake-ups are the kernel's own counts; they need
root where the worker may not be looked into."""
import os
import time

import bench
import bench_mail
import messages
import programs
import rig
from process import Process, children, read

SYSTEM_TRUST = "/etc/ssl/certs/ca-certificates.crt"


def files(folder):
    """What a write to the data folder would change."""
    return {entry.name: (entry.stat().st_size, entry.stat().st_mtime_ns) for entry in os.scandir(folder)}


def difference(after, before, name):
    return None if getattr(before, name) is None else getattr(after, name) - getattr(before, name)


def tell(who, before, after):
    bench.say(f"  {who}: {after.wakes - before.wakes} wake-ups, {difference(after, before, 'writes')} write calls, "
              f"{difference(after, before, 'written')} bytes to disk; VmRSS {bench.mib(after.rss)}, Pss "
              f"{bench.mib(after.pss) if after.pss is not None else 'not to be seen'}, at most "
              f"{bench.mib(after.peak)}, "
              f"{after.threads} thread(s)")


def trust(server):
    """A ca-file as large as the system's, with the server's own in it: that it is large must not cost for ever."""
    path = bench.rig_work() + "/trust.pem"
    with open(path, "w") as out:
        out.write((read(SYSTEM_TRUST) if os.path.exists(SYSTEM_TRUST) else "") + read(server.cert))
    return path


SECONDS, BOUNCES = bench.number("SECONDS", 600), bench.number("BOUNCES", 2000)
bench.start()
server = rig.Dovecot()
mailbox = server.mailbox(bench.USER)
bench.fill(mailbox, "Sent", bench_mail.sent, 5000, 5000)
bench.fill(mailbox, "INBOX", bench_mail.bounce, BOUNCES, 5000)
mailbox.put("INBOX", messages.ordinary(1, messages.NOW - messages.DAY), messages.NOW - messages.DAY)
mailbox.settle()
backstop = programs.for_mailbox(mailbox, bench.rig_work() + "/backstop", ca_file=trust(server))
with backstop.daemon() as daemon:
    wanted = BOUNCES - sum(at % 20 == 7 for at in range(BOUNCES))
    folder = os.path.join(mailbox.maildir, ".Backscatter", "cur")
    new = os.path.join(mailbox.maildir, ".Backscatter", "new")
    programs.wait_for(lambda: os.path.isdir(folder) and len(os.listdir(folder)) + len(os.listdir(new)) >= wanted,
                      "the first pass", 600)
    time.sleep(min(20, SECONDS))  # the last confirmation, and the supervisor's last looks
    worker, = children(daemon.pid)
    before, place = [Process(pid) for pid in (daemon.pid, worker)], files(backstop.data)
    bench.say(f"# {BOUNCES} bounces handled, then quiet for {SECONDS} s")
    time.sleep(SECONDS)
    assert children(daemon.pid) == [worker], "the worker was started anew"
    after, changed = [Process(pid) for pid in (daemon.pid, worker)], files(backstop.data)
for who, was, now in zip(("supervisor", "worker"), before, after):
    tell(who, was, now)
told = sorted(name for name in changed if changed[name] != place.get(name))
known = [difference(now, was, "written") for was, now in zip(before, after)]
wakes = [now.wakes - was.wakes for was, now in zip(before, after)]
both = sum(process.rss for process in after)
bench.verdict("writes to disk",
              f"{known[0]} and {known[1]} bytes; changed in the data folder: {', '.join(told) or 'nothing'}", "none",
              not told and not any(known))
bench.verdict("wake-ups of the worker", f"{wakes[1]} in {SECONDS} s", "1 a minute at most", wakes[1] <= SECONDS / 60)
bench.verdict("wake-ups of the supervisor", wakes[0], "none", wakes[0] == 0)
bench.verdict("supervisor and worker resident", bench.mib(both), "under 20 MiB", both < 20 * 1024)
