"""flood.py - make bench-flood: a flood of bounces in one inbox, beside a raw client that sends the same commands.

BOUNCES, SENT: how many; PAIRS: how often. A fetch that the server has not done before costs both the same."""
import bench
import bench_mail
import programs
import rig


def template(mailbox, backstop, name, count):
    """The flood has come and was never looked at; the Sent folder is in the ledger."""
    bench.fill(mailbox, "INBOX", bench_mail.bounce, count, SENT)
    mailbox.settle()
    client = mailbox.connect()  # gives UIDs, which both must find alike
    client.select("INBOX", readonly=True)
    client.logout()
    bench.quiet(mailbox)
    return bench.Template(mailbox, backstop, name)


def check(backstop, count):
    rows = backstop.entries()
    genuine = sum(row["verdict"] == "genuine" for row in rows)
    moved = sum(row["state"] == "quarantined" for row in rows)
    bench.say(f"  {moved} moved, {genuine} genuine, {len(rows)} judged of {count}")
    assert moved + genuine == count, "not every bounce was recognised"


BOUNCES, SENT, PAIRS = bench.number("BOUNCES", 20000), bench.number("SENT", 50000), bench.number("PAIRS", 3)
FEW = max(BOUNCES // 10, 1)
bench.start()
server = rig.Dovecot(extra=bench.RAWLOG)
mailbox = server.mailbox(bench.USER)
backstop = programs.for_mailbox(mailbox, bench.rig_work() + "/backstop")
bench.fill(mailbox, "Sent", bench_mail.sent, SENT, SENT)
mailbox.settle()
bench.say(f"# Sent: {SENT} into the ledger: {bench.run_backstop(backstop)}")
before = bench.Template(mailbox, backstop, "before")
few = template(mailbox, backstop, "few", FEW)
before.restore()
many = template(mailbox, backstop, "many", BOUNCES)

bench.say(f"# recording what Backstop says to the server about {BOUNCES} bounces")
many.restore(record=True)
commands = bench.rig_work() + "/commands"
bench.say(f"  Backstop {bench.run_backstop(backstop)} (the server keeps a log of it)")
bench.say(f"  {many.commands(commands)} commands")
check(backstop, BOUNCES)
bench.say(f"# {PAIRS} pairs")
ours, raw = bench.pairs(many, commands, PAIRS)
bench.say(f"# {FEW} bounces")
few.restore()
small = bench.run_backstop(backstop)
bench.say(f"  Backstop {small}")
peak = max(run.peak for run in ours)
bench.ratio(f"flood of {BOUNCES}, {SENT} sent", ours, raw, 1.5)
bench.verdict("peak memory of the worker", bench.mib(peak), "at most 24 MiB", peak <= 24 * 1024)
bench.verdict(f"the same for {FEW} bounces", f"{bench.mib(small.peak)} and {bench.mib(peak)}", "10 % apart at most",
              abs(peak - small.peak) <= 0.1 * small.peak)
