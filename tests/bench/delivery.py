"""delivery.py - make bench-delivery: how long after its delivery by Dovecot's LDA a bounce is in the quarantine folder
on disk.

DELIVERIES: how many. The bounces have old dates: a fresh one waits on purpose."""
import os
import statistics
import subprocess
import sys
import time

import bench
import bench_mail
import messages
import programs
import rig

LDA = next((path for path in ("/usr/lib/dovecot/dovecot-lda", "/usr/libexec/dovecot/dovecot-lda")
            if os.path.exists(path)), None)
PATIENCE = 30  # seconds for one


def count(folder):
    return sum(len(os.listdir(os.path.join(folder, part))) for part in ("cur", "new")
               if os.path.isdir(os.path.join(folder, part)))


def deliver(server, message):
    subprocess.run([LDA, "-c", os.path.join(server.root, "dovecot.conf"), "-d", bench.USER], input=message, check=True)
    return time.monotonic()


DELIVERIES = bench.number("DELIVERIES", 50)
bench.start()
if LDA is None:
    bench.say("cannot run: there is no dovecot-lda")
    sys.exit(77)
server = rig.Dovecot(extra=f"\nprotocol lda "
                           f"{{\n  postmaster_address = {messages.OWNER}\n  hostname = backstop.example\n}}\n")
mailbox = server.mailbox(bench.USER)
bench.fill(mailbox, "Sent", bench_mail.sent, 1000, 1000)
for week in range(5):  # what is delivered comes today: a long silence before it would be a gap
    mailbox.put("Sent", messages.letter(week, messages.NOW - week * 7 * messages.DAY),
                messages.NOW - week * 7 * messages.DAY, "S")
mailbox.put("INBOX", bench_mail.bounce(10 ** 6, 1000, False)[0], bench_mail.FLOOD)
mailbox.settle()
backstop = programs.for_mailbox(mailbox, bench.rig_work() + "/backstop", general={"interval": 600},
                                trust_sent="yes")  # nothing else speaks for its Sent folder
quarantine = os.path.join(mailbox.maildir, ".Backscatter")
times, late = [], 0
with backstop.daemon():
    programs.wait_for(lambda: count(quarantine) == 1, "the first pass", 30)
    for turn in range(DELIVERIES):
        time.sleep(0.5)
        before = count(quarantine)
        begin = deliver(server, bench_mail.bounce(turn, 1000, False)[0])
        while count(quarantine) == before and time.monotonic() - begin < PATIENCE:
            time.sleep(0.005)
        times.append(time.monotonic() - begin)
        late += count(quarantine) == before
        if late == 3:
            break
bench.say(f"  {len(times)} deliveries: median {statistics.median(times):.3f} s, worst {max(times):.3f} s, "
          f"{late} not in quarantine within {PATIENCE} s")
bench.verdict("from delivery to quarantine", f"median {statistics.median(times):.3f} s of {len(times)}", "1 s, of 50",
              late == 0 and statistics.median(times) <= 1)
