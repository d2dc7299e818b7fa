"""index.py - make bench-index: a Sent folder into an empty ledger over TLS, beside a raw client that throws the same
response away.

SENT: how many; PAIRS: how often. Dovecot has the header fields in its cache for both."""
import bench
import bench_mail
import programs
import rig

SENT, PAIRS = bench.number("SENT", 50000), bench.number("PAIRS", 5)
bench.start()
server = rig.Dovecot(extra=bench.RAWLOG)
mailbox = server.mailbox(bench.USER)
backstop = programs.for_mailbox(mailbox, bench.rig_work() + "/backstop")
bench.fill(mailbox, "Sent", bench_mail.sent, SENT, SENT)
mailbox.settle()
bench.say(f"# {SENT} sent messages: Dovecot fills its cache, then what Backstop says to the server is recorded")
bench.say(f"  Backstop {bench.run_backstop(backstop)}")
bench.quiet(mailbox)
bench.shutil.rmtree(backstop.data)
warm = bench.Template(mailbox, backstop, "warm")
warm.restore(record=True)
bench.say(f"  Backstop {bench.run_backstop(backstop)} (the server keeps a log of it)")
commands = bench.rig_work() + "/commands"
bench.say(f"  {warm.commands(commands)} commands")
bench.say(f"# {PAIRS} pairs")
ours, raw = bench.pairs(warm, commands, PAIRS)
peak = max(run.peak for run in ours)
bench.ratio(f"{SENT} sent messages into the ledger", ours, raw, 1.8)
bench.verdict("peak memory of the worker", bench.mib(peak), "at most 24 MiB", peak <= 24 * 1024)
