"""test_resolver.py - backstop-resolver before name servers that answer, lie, loop, cut off, flood, and say nothing."""
import os
import subprocess
import sys
import time

TOP = os.environ.get("top_srcdir", ".")
BUILD = os.environ.get("top_builddir", ".")
sys.path[:0] = [os.path.join(TOP, "tests", "e2e"), os.path.join(TOP, "tests", "rigs")]
from dns_server import DnsServer  # noqa: E402
from tap import Skip, case, equal, run, skip_all  # noqa: E402

PROGRAM = os.path.join(BUILD, "backstop-resolver")
LIMIT = 60  # seconds
# LeakSanitizer, in a build with it, reads /proc at the end, where the program may open no file any more.
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}

RECORDS = {
    ("host.example", "A"): ["192.0.2.1", "192.0.2.2"],
    ("host.example", "AAAA"): ["2001:db8::1"],
    ("mail.example", "MX"): ["10 Host.example", "20 b_2.example"],
    ("no-mail.example", "MX"): ["0 ."],
    ("1.2.0.192.in-addr.arpa", "PTR"): ["host.example"],
    ("text.example", "TXT"): ["v=spf1 ip4:192.0.2.0/24 -all", "x" * 600, b"a\tb", b"\xff\x00"],
    ("bytes.example", "TXT"): [b"\xff"],
    ("alias.example", "CNAME"): ["host.example"],
    ("loop-a.example", "CNAME"): ["loop-b.example"],
    ("loop-b.example", "CNAME"): ["loop-a.example"],
    ("big.example", "TXT"): ["y" * 250 + str(i) for i in range(40)],
}


def start(server, *options):
    return subprocess.Popen([PROGRAM, *options, server.address], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)


def lines_of(questions):
    return "".join(f"{number}\t{kind}\t{name}\n" for number, (name, kind) in enumerate(questions))


def ask(server, *questions):
    """The answers, in the order of the questions: (state, seconds, proof, values)."""
    process = start(server, "--no-dnssec")
    out, err = process.communicate(lines_of(questions), timeout=LIMIT)
    equal(process.returncode, 0, f"status ({err})")
    rows = {}
    for line in out.splitlines():
        number, state, seconds, proof, *values = line.split("\t")
        assert number not in rows, f"answered twice: {line}"
        rows[number] = state, int(seconds), proof, sorted(values)
    equal(sorted(rows, key=int), [str(number) for number in range(len(questions))], "questions answered")
    return [rows[str(number)] for number in range(len(questions))]


@case
def types():
    """Each type of answer comes in its form, with the time for which it holds."""
    with DnsServer(RECORDS) as server:
        rows = ask(server, ("host.example", "A"), ("host.example", "AAAA"), ("mail.example", "MX"),
                   ("no-mail.example", "MX"), ("1.2.0.192.in-addr.arpa", "PTR"), ("alias.example", "A"))
    for _, seconds, proof, _ in rows:
        assert 3590 <= seconds <= 3600, f"it holds for {seconds} s"
        equal(proof, "plain", "proof")
    equal([row[3] for row in rows],
          [["192.0.2.1", "192.0.2.2"], ["2001:db8::1"], ["10 host.example", "20 b_2.example"], ["0 ."],
           ["host.example"], ["192.0.2.1", "192.0.2.2"]], "values")


@case
def text():
    """Text is put together from its strings; text that is not printable ASCII is left out."""
    with DnsServer(RECORDS) as server:
        some, none = ask(server, ("text.example", "TXT"), ("bytes.example", "TXT"))
    equal((some[0], some[3]), ("found", ["v=spf1 ip4:192.0.2.0/24 -all", "x" * 600]), "text")
    equal(none[0], "failed", "nothing but bytes")


@case
def none():
    """A name that is not there, and one that has nothing of the type, are none for as long as the zone says."""
    with DnsServer(RECORDS, ttl=1000) as server:
        rows = ask(server, ("missing.example", "A"), ("mail.example", "A"))
    for state, seconds, _, values in rows:
        equal((state, values), ("none", []), "answer")
        assert 0 < seconds <= 1000, f"it holds for {seconds} s"


@case
def truncated():
    """What UDP has cut off is asked for again by TCP."""
    with DnsServer(RECORDS, habits={"host.example": "truncated"}) as server:
        host, big = ask(server, ("host.example", "A"), ("big.example", "TXT"))
    equal(host[3], ["192.0.2.1", "192.0.2.2"], "values")
    equal((big[0], len(big[3])), ("found", 40), "a long answer")


@case
def liars():
    """Aliases in circles, refusals and broken answers are failures, and other questions are answered beside them."""
    habits = {"refused.example": "refused", "broken.example": "failed"}
    with DnsServer(RECORDS, habits=habits) as server:
        rows = ask(server, ("loop-a.example", "A"), ("refused.example", "A"), ("broken.example", "A"),
                   ("host.example", "A"))
    equal([row[0] for row in rows], ["failed", "failed", "failed", "found"], "states")
    assert len(server.questions()) < 200, "it asks without end"


@case
def forgers():
    """An answer under another name or number, garbage, and silence never become an answer."""
    for habit in ("other", "wrong_id", "garbage", "silent", "cut"):
        with DnsServer(RECORDS, habits={"host.example": habit}) as server:
            process = start(server, "--no-dnssec")
            process.stdin.write(lines_of([("host.example", "A"), ("mail.example", "MX")]))
            process.stdin.flush()
            equal(process.stdout.readline().split("\t")[:2], ["1", "found"], f"{habit}: the other question")
            process.kill()
            out, _ = process.communicate(timeout=LIMIT)
            assert "found" not in out and "none" not in out, f"{habit}: {out}"


@case
def flood():
    """A flood of packets and thousands of records end in one line of bounded length, or in a failure."""
    with DnsServer(RECORDS, habits={"host.example": "flood"}) as server:
        state, _, _, values = ask(server, ("host.example", "A"))[0]
    assert sum(len(value) + 1 for value in values) < 65536, f"{state}: {len(values)} values"


@case
def silent_at_start():
    """It asks nothing before it is told to, and a name once for each question."""
    with DnsServer(RECORDS) as server:
        process = start(server, "--no-dnssec")
        process.stdin.write("1\tA\thost.example\n")
        process.stdin.flush()
        process.stdout.readline()
        process.communicate(timeout=LIMIT)
        equal(server.questions(), [("host.example", "A")], "questions")


@case
def dnssec():
    """With the root's keys, an answer that nobody has signed for is a failure where the name server cannot prove that
    there are no signatures."""
    if not os.path.exists("/usr/share/dns/root.key"):
        raise Skip("dns-root-data is not installed")
    with DnsServer(RECORDS) as server:
        process = start(server)
        out, _ = process.communicate("1\tA\thost.example\n", timeout=LIMIT)
    equal(out.split("\t")[:2], ["1", "failed"], "answer")


@case
def odd_input():
    """A line that is no question ends it at once, without an answer."""
    lines = ["x\n", "1\tA\n", "1\tA\ta.example\tmore\n", "1\tNS\ta.example\n", "-1\tA\ta.example\n", "1\tA\t\n",
             "1\tA\t" + "a" * 254 + "\n", "1\tA\t" + "a" * 100000, "1\tA\ta\0b\n", "1\tA\ta.example"]
    with DnsServer(RECORDS) as server:
        for line in lines:
            process = start(server, "--no-dnssec")
            try:
                out, err = process.communicate(line, timeout=LIMIT)
            except BrokenPipeError:
                out, err = "", process.stderr.read()
            equal((out, process.wait(LIMIT)), ("", 65), f"{line[:40]!r}: {err}")
        equal(server.questions(), [], "questions")


@case
def bounded():
    """Of one run, 200 questions are answered, and one more ends it."""
    with DnsServer(RECORDS) as server:
        equal({row[0] for row in ask(server, *[(f"h{i}.example", "A") for i in range(200)])}, {"none"}, "states")
        process = start(server, "--no-dnssec")
        process.communicate(lines_of([(f"h{i}.example", "A") for i in range(201)]), timeout=LIMIT)
        equal(process.returncode, 65, "status")


@case
def no_files():
    """Once it serves, it holds no file, and no program may look into it."""
    with DnsServer(RECORDS) as server:
        process = start(server, "--no-dnssec")
        process.stdin.write("1\tA\thost.example\n")
        process.stdin.flush()
        process.stdout.readline()
        with open(f"/proc/{process.pid}/status") as status:
            fields = dict(line.split(":\t", 1) for line in status if ":\t" in line)
        equal(fields["NoNewPrivs"].strip(), "1", "no new privileges")
        with open(f"/proc/{process.pid}/limits") as limits:
            rows = {line[:26].strip(): line[26:].split() for line in limits}
        equal(rows["Max file size"][:2], ["0", "0"], "bytes of a file")
        equal(rows["Max core file size"][:2], ["0", "0"], "bytes of a core")
        process.communicate(timeout=LIMIT)


@case
def orphan():
    """It ends when its parent is killed, whatever it waits for."""
    with DnsServer(RECORDS, everything="silent") as server:
        script = ("import subprocess, sys, time\n"
                  "child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE)\n"
                  "child.stdin.write(b'1\\tA\\thost.example\\n'); child.stdin.flush()\n"
                  "print(child.pid, flush=True); time.sleep(1000)\n")
        parent = subprocess.Popen([sys.executable, "-c", script, PROGRAM, "--no-dnssec", server.address],
                                  stdout=subprocess.PIPE, text=True)
        pid = int(parent.stdout.readline())
        while not server.questions():
            time.sleep(0.01)
        parent.kill()
        parent.communicate()
        end = time.monotonic() + LIMIT
        while is_alive(pid):
            assert time.monotonic() < end, "it lives on"
            time.sleep(0.01)


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


if not os.path.exists(PROGRAM):
    skip_all("built without backstop-resolver")
run()
