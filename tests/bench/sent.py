"""sent.py - make bench-sent: a Sent mbox as Thunderbird keeps it, into an empty ledger; then when nothing has changed,
and with one more.

MESSAGES: how many. No server: the account is a Maildir without mail."""
import os

import bench
import mbox_make
import programs

MESSAGES = bench.number("MESSAGES", 100000)
INDEX_MOST, LOOK_MOST, PEAK_MOST = 10, 0.5, 32 * 1024  # seconds, seconds, KiB


def make_account(home):
    sent = os.path.join(home, "Mail", "Local Folders", "Sent")
    inbox = os.path.join(home, "Maildir")
    os.makedirs(os.path.dirname(sent))
    for part in ("cur", "new", "tmp"):
        os.makedirs(os.path.join(inbox, part))
    mbox_make.write(sent, MESSAGES)
    return sent, programs.Backstop(home, protocol="maildir", folders=inbox, sent=sent, addresses="me@owner.example")


def sent_count(backstop):
    """How many sent messages the ledger holds."""
    return int(bench.re.search(r"sent messages known: (\d+)", backstop.ok("backstop", "status")).group(1))


bench.start(server=False)
sent, backstop = make_account(bench.rig_work() + "/backstop")
bench.say(f"# {MESSAGES} sent messages, {os.path.getsize(sent) / 2 ** 20:.0f} MiB")
runs = {}
for what in ("the first pass", "again", "one more"):
    if what == "one more":
        with open(sent, "a", encoding="ascii") as file:
            file.write(mbox_make.message(MESSAGES, MESSAGES))
    runs[what] = bench.run_backstop(backstop)
    bench.say(f"  {what:14} {runs[what]}")
assert sent_count(backstop) == MESSAGES + 1, f"{sent_count(backstop)} sent messages in the ledger"
peak = max(run.peak for run in runs.values())
for what, figure, most in (("the whole Sent folder into the ledger", runs["the first pass"].wall, INDEX_MOST),
                           ("a pass when nothing has changed", runs["again"].wall, LOOK_MOST)):
    bench.verdict(what, f"{figure:.2f} s", f"under {most} s", figure < most)
bench.verdict("peak memory of the worker", bench.mib(peak), "under 32 MiB", peak < PEAK_MOST)
