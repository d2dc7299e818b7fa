"""test_cli.py - every subcommand of backstop on a prepared ledger: output, JSON, exit status, refusals."""
import contextlib
import json
import os
import pty
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

TOP = os.environ.get("top_srcdir", ".")
BUILD = os.environ.get("top_builddir", ".")
sys.path.insert(0, os.path.join(TOP, "tests", "e2e"))
from tap import case, equal, run  # noqa: E402

BACKSTOP = os.path.join(BUILD, "backstop")
HELPER = os.path.join(BUILD, "tests", "ui", "cli", "cli_ledger")
COMMANDS = "once status list show explain restore delete allow deny undo check record sweep password".split()
LIMIT = 30  # seconds

work = tempfile.mkdtemp(prefix="backstop-cli-")
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")} | {
    "HOME": work, "LC_ALL": "C", "TZ": "UTC"}


class Result:
    def __init__(self, process):
        self.status, self.out, self.err = process.returncode, process.stdout, process.stderr
        self.lines = self.out.splitlines()

    def json(self):
        rows = [json.loads(line) for line in self.lines]
        for row in rows:
            equal(row["schema"], 1, "schema")
        return rows

    def complaint(self, status):
        """The one line that a failure gives."""
        equal((self.status, self.out), (status, ""), f"status and output ({self.err})")
        lines = self.err.splitlines()
        equal(len(lines), 1, f"lines of complaint: {self.err}")
        assert lines[0].startswith("backstop: "), lines[0]
        return lines[0]


def backstop(*arguments, stdin=b"", program=BACKSTOP, env=ENVIRONMENT):
    process = subprocess.run([program, *arguments], input=stdin, capture_output=True, timeout=LIMIT, env=env,
                             check=False)
    process.stdout, process.stderr = process.stdout.decode(), process.stderr.decode()
    return Result(process)


def ok(*arguments, **more):
    result = backstop(*arguments, **more)
    equal((result.status, result.err), (0, ""), f"status and complaints of {arguments}")
    return result


_count = 0


def fresh(*, filled=True):
    """A data folder of its own; filled by tests/ui/cli/cli_ledger.c."""
    global _count
    _count += 1
    path = os.path.join(work, f"data{_count}")
    if filled:
        subprocess.run([HELPER, path, "fill"], check=True, timeout=LIMIT)
    return path


def write(name, text, mode=0o600):
    path = os.path.join(work, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as out:
        os.fchmod(out.fileno(), mode)
        out.write(text)
    return path


def helper(data, *arguments):
    subprocess.run([HELPER, data, *map(str, arguments)], check=True, timeout=LIMIT)


@contextlib.contextmanager
def daemon(data, how, result):
    process = subprocess.Popen([HELPER, data, "daemon", how, result], stdout=subprocess.PIPE, text=True)
    try:
        equal(process.stdout.readline(), "ready\n", "the played daemon")
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


LETTER = """Message-ID: <letter@example.org>
From: me@example.org
To: lost@example.com
Subject: Are you there
Date: Fri, 20 Nov 2020 10:00:00 +0000

Hello
"""


def bounce(message_id, about="lost@example.com"):
    return f"""From: Mail Delivery System <MAILER-DAEMON@mx.example.com>
To: me@example.org
Subject: Undelivered Mail Returned to Sender
Date: Fri, 20 Nov 2020 10:05:00 +0000
Message-ID: <bounce-of-{message_id}>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {about}
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: <{message_id}>
From: me@example.org
To: {about}
Subject: Are you there
Date: Fri, 20 Nov 2020 10:00:00 +0000

--b--
"""


@case
def help_and_version():
    """--help tells of every command, before and after it; --version is one line."""
    overview = ok("--help").out
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", overview, re.M), f"{command} is not in --help"
        text = ok(command, "--help").out
        assert text.startswith(f"Usage:\n  backstop {command}"), text
        for option in ("--config=FILE", "--data=DIR", "--json"):
            assert option in text, f"{option} is not in {command} --help"
    for arguments in (["--version"], ["list", "--version"], ["--data", "x", "--version"]):
        assert re.fullmatch(r"backstop \d+\.\d+\.\d+\n", ok(*arguments).out), "--version"


@case
def usage():
    """What cannot be understood: 64, one line with a hint."""
    for arguments in (["lst"], ["--nonsense"], ["list", "--nonsense"], ["--config"], ["show"], ["show", "1", "2"],
                      ["show", "x"],
                      ["explain", "0"], ["explain", "-1"], ["explain", "99999999999999999999"], ["restore"], ["delete"],
                      ["list", "--limit", "x"], ["list", "--limit", "-5"], ["list", "--verdict", "spam"],
                      ["list", "--state", "gone"],
                      ["list", "word"], ["status", "word"], ["once", "a", "b"], ["check"], ["record"],
                      ["allow", "grant"],
                      ["allow", "add"], ["deny", "remove"], ["allow", "list", "x"], ["sweep", "a", "b"],
                      ["sweep", "--folder", ""], ["sweep", "--folder", "a\nb"], ["sweep", "--folder"]):
        line = backstop("--data", os.path.join(work, "none"), *arguments).complaint(64)
        assert "--help" in line, f"{arguments}: {line}"
    result = backstop()
    equal((result.status, result.out), (64, ""), "without a command")
    assert "Usage:" in result.err


@case
def harmless_arguments():
    """A complaint about a hostile argument holds no control characters."""
    line = backstop("\033[2J\nx").complaint(64)
    assert "\033" not in line


@case
def options_anywhere():
    """Global options are taken before and after the command."""
    data = fresh()
    wanted = ok("--data", data, "--json", "list").out
    equal(ok("list", "--json", "--data", data).out, wanted, "options after the command")
    equal(ok("--json", "list", f"--data={data}").out, wanted, "one before, one after")


@case
def nothing_known():
    """Commands that need a ledger say how to begin when there is none, and make none."""
    data = fresh(filled=False)
    for arguments in (["status"], ["list"], ["show", "1"], ["explain", "1"], ["restore", "1"], ["delete", "1"]):
        line = backstop("--data", data, *arguments).complaint(66)
        assert "backstop once" in line, line
    for arguments in (["allow"], ["deny", "list"], ["allow", "list", "--all"]):
        assert "No entries of your own" in ok("--data", data, *arguments).out
    assert not os.path.exists(data), "a ledger was made"


@case
def damaged_ledger():
    """A file that is no ledger: 73, and it is left alone."""
    data = fresh(filled=False)
    os.mkdir(data, 0o700)
    path = write(f"{data}/ledger.db", "no ledger at all, but something else" * 100)
    for arguments in (["status"], ["list"], ["allow"], ["record", write("letter", LETTER)]):
        backstop("--data", data, *arguments).complaint(73)
    equal(backstop("--data", data, "check", write("letter", LETTER)).status, 3, "status of check")
    assert open(path).read().startswith("no ledger"), "the file was changed"


@case
def list_waiting():
    """list shows what waits: quarantined and unsure, newest first; --all the rest."""
    data = fresh()
    rows = ok("--data", data, "list", "--json").json()
    equal([(row["verdict"], row["state"]) for row in rows],
          [("unsure", "kept"), ("backscatter", "quarantined"), ("backscatter", "quarantined")], "what waits")
    equal([row["id"] for row in rows], sorted((row["id"] for row in rows), reverse=True), "order")
    row = rows[-1]
    equal((row["account"], row["kind"], row["reporter"], row["recipients"], row["status"], row["away"], row["home"]),
          ("home", "dsn-failed", "mailer-daemon@mx.example.com", ["victim@example.com"], "5.1.1", "Backscatter",
           "INBOX"), "a row")
    equal(row["original"], {"message_id": "original-1@spam.example", "from": "Me <me@example.org>", "to": None,
                            "subject": "Cheap pills", "date": None}, "its original")
    equal(rows[0]["recipients"], [], "a list is a list")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["arrived"]), row["arrived"]
    equal(len(ok("--data", data, "list", "--all", "--json").json()), 5, "rows with --all")


@case
def list_choice():
    """--verdict, --state, --account and --limit choose."""
    data = fresh()
    for arguments, want in ((["--verdict", "genuine"], 1), (["--state", "restored"], 1), (["--state", "kept"], 2),
                            (["--limit", "1"], 1),
                            (["--limit", "0"], 3), (["--account", "home"], 3), (["--account", "work"], 0),
                            (["--all", "--limit", "4"], 4),
                            (["--verdict", "backscatter", "--state", "quarantined"], 2)):
        equal(len(ok("--data", data, "list", "--json", *arguments).json()), want, f"rows with {arguments}")


HIDDEN = set("\033\007\r\u202e\u200b\xad\U000e0041\x7f")  # all of them are in one subject of cli_ledger.c


@case
def json_escapes():
    """JSON holds every character of a mail, and those that hide or mislead only as escapes."""
    data = fresh()
    for command in (["list", "--all"], ["show", "3"], ["explain", "3"]):
        result = ok("--data", data, *command, "--json")
        assert not set(result.out) & HIDDEN, f"hidden characters in {command}"
        subjects = [row["original"]["subject"] for row in result.json()]
        assert "Evil \033]0;title\007\033[2J\u202esub\u200bj\xadect\U000e0041\x7f" in subjects, subjects


@case
def list_table():
    """The table has a line for each, and nothing of a mail reaches the terminal raw."""
    data = fresh()
    text = ok("--data", data, "list").out
    assert text.startswith("ID "), text
    assert "Cheap pills" in text and "victim@example.com" in text and "title" in text, text
    assert not set(text) & HIDDEN, "hidden characters in the table"
    assert "Nothing waits" in ok("--data", fresh_empty(), "list").out


def fresh_empty():
    data = fresh(filled=False)
    ok("--data", data, "allow", "add", "someone@example.net")
    return data


@case
def table_fits():
    """On a terminal of 80 columns no line of the table is longer."""
    data = fresh()
    text = on_terminal("--data", data, "list", output="stdout")
    rows = [line.rstrip("\r") for line in text.split("\n") if re.match(r"\d|ID", line)]
    equal(len(rows), 4, "lines of the table")
    assert all(len(row) <= 80 for row in rows), rows


def on_terminal(*arguments, output, program=BACKSTOP):
    """Runs backstop with standard output or error on a terminal of its own (80 columns); returns what it showed."""
    master, slave = pty.openpty()
    subprocess.run(["stty", "cols", "80", "rows", "24"], stdin=slave, check=True)
    process = subprocess.Popen([program, *arguments], env=ENVIRONMENT, stdin=subprocess.DEVNULL, **(
        {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | {output: slave}))
    os.close(slave)
    shown = b""
    with contextlib.suppress(OSError):  # EIO: the other end is closed
        while chunk := os.read(master, 65536):
            shown += chunk
    os.close(master)
    equal(process.wait(LIMIT), 0, "status")
    return shown.decode()


@case
def show():
    """show prints what is known of a message; a missing one is 66."""
    data = fresh()
    row = next(row for row in ok("--data", data, "list", "--json").json()
               if row["recipients"] == ["victim@example.com"])
    text = ok("--data", data, "show", str(row["id"])).out
    for part in ("Cheap pills", "victim@example.com", "in quarantine", "Backscatter", "backscatter",
                 "original-1@spam.example"):
        assert part in text, f"{part} is not shown:\n{text}"
    shown = ok("--data", data, "show", "--json", str(row["id"])).json()[0]
    equal({key: shown[key] for key in row}, row, "the members that list has, too")
    equal(shown["message_id"], "bounce-1@mx.example.com", "message_id")
    equal([line["code"] for line in shown["evidence"]], ["recognised", "id-foreign"], "evidence")
    assert "4711" in backstop("--data", data, "show", "4711").complaint(66)


@case
def explain():
    """explain tells verdict, evidence with the deciding line, and where it looked."""
    data = fresh()
    rows = {tuple(row["recipients"]): row["id"] for row in ok("--data", data, "list", "--all", "--json").json()}
    text = ok("--data", data, "explain", str(rows["victim@example.com",])).out
    for part in ("it answers mail that you did not send", "– It is a delivery report.", "✗ No id it shows",
                 "(This decided.)", "“Sent”",
                 "1 January 2024, 12:00", "backstop restore", "allow add victim@example.com"):
        assert part in text, f"{part} is not in:\n{text}"
    equal(text.count("(This decided.)"), 1, "deciding lines")
    assert "✓ The message it speaks of is one you sent." in ok("--data", data, "explain",
                                                               str(rows["friend@example.net",])).out
    hostile = ok("--data", data, "explain", str(rows["other@example.com",])).out
    assert not set(hostile) & HIDDEN, "hidden characters in an explanation"
    printed = ok("--data", data, "show", str(rows["other@example.com",])).out
    assert not set(printed) & HIDDEN, "hidden characters in what show prints"
    told = ok("--data", data, "explain", "--json", str(rows["victim@example.com",])).json()[0]
    equal((told["verdict"], told["decided"], told["coverage"][0]["from"]), ("backscatter", 1, "2024-01-01T12:00:00Z"),
          "as JSON")
    equal(sorted(told["evidence"][0]), ["args", "code", "text"], "members of evidence")
    backstop("--data", data, "explain", "4711").complaint(66)


@case
def status():
    """status tells state, coverage and counts for each account."""
    data = fresh()
    text = ok("--data", data, "status").out
    for part in ("No daemon is running", "home", "knows all mail sent from 1 January 2024, 12:00 to",
                 "1 genuine, 3 backscatter, 1 unsure", "2 in quarantine, 1 restored", "not watched: no daemon runs",
                 "sign-in needed: The server refused the password; fix password-command",
                 "no Sent folder known: nothing is moved", "2 messages could not be read, and are not judged",
                 "mx.example.org, which brought 58 of 60 messages",
                 "1 report of the last 30 days tells of mail that left through this account and is not in Sent"):
        assert part in re.sub(r"\s+", " ", text), f"{part} is not in:\n{text}"
    rows = ok("--data", data, "status", "--json").json()
    equal([(row["type"], row.get("account")) for row in rows],
          [("ledger", None), ("account", "home"), ("account", "work")], "rows")
    equal((rows[0]["daemon"], rows[0]["sent"]), (False, 1), "the ledger")
    equal((rows[1]["states"]["quarantined"], rows[1]["verdicts"]["unsure"], rows[1]["coverage"][0]["folder"]),
          (2, 1, "Sent"), "home")
    equal((rows[1]["unread"], rows[2]["unread"]), (2, 0), "messages that could not be read")
    equal((rows[1]["own_server"], rows[1]["insiders"]),
          ({"name": "mx.example.org", "count": 58, "sampled": 60},
           {"day": 1, "week": 1, "month": 1, "last": rows[1]["insiders"]["last"], "alarm": False}), "who hands mail in")
    equal((rows[2]["own_server"]["name"], rows[2]["insiders"]["month"], rows[2]["insiders"]["last"]), (None, 0, None),
          "who hands mail in, of an account that was not looked at")
    equal((rows[2]["state"], rows[2]["coverage"], rows[2]["last_pass"]), ("sign-in-needed", [], None), "work")
    with daemon(data, "done", "x"):
        assert "The daemon is running" in ok("--data", data, "status").out


def clock(when):
    """A time of today or later, as status prints it."""
    same_day = time.strftime("%F", time.gmtime(when)) == time.strftime("%F", time.gmtime())
    return time.strftime("%H:%M" if same_day else "%-d %B %Y, %H:%M", time.gmtime(when))


@case
def status_states():
    """status has words for every state, with the time of the next try, the error and the lasting notice."""
    data, soon = fresh(), int(time.time()) + 3600
    table = (("connecting", "", 0, "connecting to the server (since"),
             ("indexing", "", 0, "indexing: reading the Sent folder (since"),
             ("judging", "", 0, "judging: looking at mail (since"),
             ("watching", "", 0, "watching for new mail (since"),
             ("serving", "", 0, "serving your mail program; your requests are done when it disconnects (since"),
             ("retrying", "No route.", soon, f"waiting to retry until {clock(soon)}: No route (since"),
             ("sign-in-needed", "Wrong password.", 0, "sign-in needed: Wrong password (since"),
             ("disabled", "Bad certificate.", soon, f"disabled: Bad certificate; tried again at {clock(soon)} (since"),
             ("idle", "", 0, "waiting for mail: no worker runs now (since"))
    with daemon(data, "hold", ""):
        for slug, text, until, want in table:
            helper(data, "state", slug, text, until, "It only observes.")
            shown = re.sub(r"\s+", " ", ok("--data", data, "status").out)
            assert "state " + want in shown and "note It only observes." in shown, f"{want} is not in:\n{shown}"
            row = ok("--data", data, "status", "--json").json()[1]
            equal((row["state"], row["text"], row["notice"]), (slug, text or None, "It only observes."), "as JSON")
            equal(row["until"], time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(until)) if until else None, "until")
        passing = subprocess.Popen([HELPER, data, "pass"])
        helper(data, "state", "indexing", "", 0, "")
        deadline = time.monotonic() + 10
        while "40 of 100 messages" not in (shown := ok("--data", data, "status").out) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert "40 of 100 messages" in shown, shown
        passing.wait(LIMIT)


@case
def status_of_the_dead():
    """Where a daemon was killed in its work, status says that nothing runs."""
    data = fresh()
    for slug, text, until, want in (("judging", "", 0, "state not watched: no daemon runs last"),
                                    ("watching", "", 0, "state not watched: no daemon runs last"),
                                    ("serving", "", 0, "state not watched: no daemon runs last"),
                                    ("retrying", "No route.", 4102444800,
                                     "state not watched: no daemon runs, and the last try failed: No route last"),
                                    ("disabled", "Bad.", 4102444800, "state disabled: Bad last")):
        helper(data, "state", slug, text, until, "")
        shown = re.sub(r"\s+", " ", ok("--data", data, "status").out)
        assert want in shown and "No daemon is running" in shown, f"{want} is not in:\n{shown}"
        row = ok("--data", data, "status", "--json").json()[1]
        equal((row["state"], row["until"]), ("idle" if want.endswith("no daemon runs last") else slug, None), "as JSON")


@case
def status_gaps():
    """Gaps of the last 60 days are told below the coverage, with what follows; others are not."""
    data, now = fresh(), int(time.time())
    began = now - 10 * 86400 - now % 86400 + 36120  # 10:02
    helper(data, "gap", began, began + 180, "3 messages came to it and were gone before they could be read")
    helper(data, "gap", now - 70 * 86400, now - 69 * 86400, "long ago")
    shown = re.sub(r"\s+", " ", ok("--data", data, "status").out)
    day = time.strftime("%-d %B %Y", time.gmtime(began))
    want = (f"gap: from {day}, 10:02 to 10:05, 3 messages came to it and were gone before they could be read; "
            "bounces for mail of that time are unsure")
    assert want in shown, f"{want} is not in:\n{shown}"
    assert "long ago" not in shown, shown
    row = ok("--data", data, "status", "--json").json()[1]
    iso = lambda when: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when))
    equal(row["gaps"], [{"account": "home", "folder": "Sent", "from": iso(began), "to": iso(began + 180),
                         "reason": "3 messages came to it and were gone before they could be read"}], "as JSON")


@case
def own_lists():
    """allow and deny: add, list, remove; automatic entries are excluded by remove."""
    data = fresh()
    assert "No entries of your own" in ok("--data", data, "allow").out
    ok("--data", data, "allow", "add", "Bob <Bob@Example.com>", "example.net")
    ok("--data", data, "deny", "add", "spam.example")
    entries = lambda *arguments: [(row["list"], row["entry"])
                                  for row in ok("--data", data, "--json", *arguments).json()]
    equal(entries("allow"), [("allow", "@example.net"), ("allow", "bob@example.com")], "allow")
    equal(entries("deny", "list"), [("deny", "@spam.example")], "deny")
    equal(entries("allow", "list", "--all")[-1], ("automatic", "friend@example.net"), "allow --all")
    assert "bob@example.com" in ok("--data", data, "allow", "list").out
    ok("--data", data, "allow", "remove", "bob@example.com")
    assert "wrote to" in ok("--data", data, "allow", "remove", "friend@example.net").out
    equal(entries("allow"), [("allow", "@example.net"), ("exclude", "friend@example.net")], "allow after remove")
    backstop("--data", data, "deny", "remove", "nobody@example.com").complaint(66)
    for bad in ("postmaster", "MAILER-DAEMON", "a b@c", ""):
        backstop("--data", data, "allow", "add", bad).complaint(65)
    result = backstop("--data", data, "deny", "add", "postmaster", "good@example.com")
    equal((result.status, len(result.err.splitlines())), (65, 1), "of several, one bad")
    equal(entries("deny")[-1], ("deny", "good@example.com"), "the good one of them")


@case
def wishes_queued():
    """Without a daemon restore and delete are queued; with one that makes no sense nothing is queued."""
    data = fresh()
    rows = ok("--data", data, "list", "--all", "--json").json()
    held = [row["id"] for row in rows if row["state"] == "quarantined"]
    kept = next(row["id"] for row in rows if row["verdict"] == "genuine")
    assert "queued" in ok("--data", data, "restore", str(held[0])).out
    equal(ok("--data", data, "--json", "restore", str(held[0])).json(), [
        {"schema": 1, "id": held[0], "state": "queued",
         "text": "queued: it is done at the next pass (run backstop once, or start backstopd)"}],
        "the same wish again")
    equal(ok("--data", data, "status", "--json").json()[1]["open_wishes"], 1, "open wishes")
    result = backstop("--data", data, "delete", "4711", str(held[1]))
    equal((result.status, len(result.lines), len(result.err.splitlines())), (66, 0, 1), "one missing, one not")
    equal(ok("--data", data, "status", "--json").json()[1]["open_wishes"], 1, "open wishes after that")
    assert str(kept) in backstop("--data", data, "delete", str(kept)).complaint(65)


@case
def wishes_done():
    """With a daemon the result is waited for and printed."""
    data = fresh()
    held = [str(row["id"]) for row in ok("--data", data, "list", "--state", "quarantined", "--json").json()]
    with daemon(data, "done", "restored to INBOX"):
        began = time.monotonic()
        equal(sorted(ok("--data", data, "restore", *held).lines), sorted(f"{id}: restored to INBOX" for id in held),
              "results")
        assert time.monotonic() - began < 2, "the result was not taken at once"
    with daemon(data, "failed", "It is no longer\033[2J there."):
        result = backstop("--data", data, "--json", "restore", held[0])
        equal((result.status, result.json()[0]["state"]), (65, "failed"), "a failed wish")
        assert "\033" not in backstop("--data", data, "restore", held[0]).out


@case
def check_and_record():
    """check without a ledger is unsure and says why; after record the bounce is genuine."""
    data = fresh(filled=False)
    answer, letter = write("answer.eml", bounce("letter@example.org")), write("letter.eml", LETTER)
    result = backstop("--data", data, "check", answer)
    equal((result.status, result.err), (2, ""), "status")
    assert "Nothing is known of the mail you sent" in result.out and "unsure" in result.out, result.out
    assert not os.path.exists(data), "check made a ledger"
    row, = backstop("--data", data, "check", "--json", answer).json()
    equal((row["file"], row["kind"], row["verdict"], row["reporter"], row["recipients"]),
          (answer, "dsn-failed", "unsure", "mailer-daemon@mx.example.com", ["lost@example.com"]), "a row")
    equal(row["original"], {"message_ids": ["letter@example.org"], "from": "me@example.org", "to": "lost@example.com",
                            "subject": "Are you there", "date": "2020-11-20T10:00:00Z"}, "its original")
    equal(sorted(row), ["evidence", "file", "kind", "original", "recipients", "reporter", "schema", "verdict"],
          "members")
    evidence = row["evidence"]
    assert evidence and all(sorted(line) == ["args", "code", "text"] for line in evidence), evidence
    equal(ok("--data", data, "record", "--json", letter, letter).json(), [{"schema": 1, "messages": 2, "added": 1}],
          "record")
    equal(os.stat(data).st_mode & 0o777, 0o700, "mode of the data folder")
    assert "genuine" in ok("--data", data, "check", answer).out
    assert "pass" in ok("--data", data, "check", letter).out


@case
def check_kinds_of_file():
    """A message, an mbox, a Maildir and standard input; the highest status counts; files in the order given."""
    data = fresh(filled=False)
    ok("--data", data, "record", "-", stdin=LETTER.encode())
    texts = [LETTER, bounce("letter@example.org"), bounce("foreign@example.org", "other@example.net")]
    mbox = write("box", "".join(f"From x Thu Jan  1 00:00:00 1970\n{text}\n" for text in texts))
    maildir = os.path.join(work, "Maildir")
    for n, text in enumerate(texts):
        write(f"Maildir/cur/{n}:2,S", text)
    os.makedirs(f"{maildir}/new")
    wanted = ["pass", "genuine", "unsure"]
    for arguments, stdin in (([mbox], b""), ([maildir], b""), (["-"], open(mbox, "rb").read())):
        result = backstop("--data", data, "check", "--json", *arguments, stdin=stdin)
        equal(([row["verdict"] for row in result.json()], result.status), (wanted, 2), f"verdicts of {arguments}")
        equal({row["file"] for row in result.json()}, set(arguments), "file")
    letter, answer = write("letter.eml", LETTER), write("answer.eml", texts[1])
    equal([row["file"] for row in ok("--data", data, "check", "--json", answer, letter).json()], [answer, letter],
          "order")


@case
def odd_file_names():
    """Every byte a file name may hold gives valid JSON and a harmless line."""
    name = bytes(byte for byte in range(1, 256) if byte != ord("/"))
    path = os.path.join(os.fsencode(work), name)
    with open(path, "w") as out:
        out.write(LETTER)
    data = fresh(filled=False)
    file = ok("--data", data, "check", "--json", path).json()[0]["file"]
    equal([ord(c) for c in file[len(work) + 1:] if ord(c) < 128], [byte for byte in name if byte < 128], "file")
    text = ok("--data", data, "check", path).out
    assert not [c for c in text if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160)], repr(text)


@case
def check_errors():
    """What cannot be read or holds nothing: one line, status 3; the other files are judged all the same."""
    data = fresh(filled=False)
    letter, nothing = write("letter.eml", LETTER), write("nothing", "")
    os.makedirs(f"{work}/plain", exist_ok=True)
    for bad in (f"{work}/absent", nothing, f"{work}/plain", "/proc/self/mem"):
        result = backstop("--data", data, "check", "--json", bad, letter)
        equal((result.status, len(result.json()), len(result.err.splitlines())), (3, 1, 1),
              f"status and lines for {bad}")
        assert bad in result.err, result.err
    equal(backstop("--data", data, "record", f"{work}/absent", letter).status, 66, "record with a missing file")
    result = backstop("--data", data, "record", write("text", "no mail\n"))
    equal(result.status, 65, "record of what is no mail")
    assert "neither an id nor a recipient" in result.err, result.err
    write("exposed", "[account a]\nhost=h\nuser=u\n", 0o644)
    equal(backstop("--config", f"{work}/exposed", "--data", data, "check", letter).status, 3,
          "with a configuration others can read")


@case
def check_is_bounded():
    """A mail with a line, a header and a body of many megabytes is judged in little memory."""
    path = os.path.join(work, "huge")
    with open(path, "w") as out:
        out.write(bounce("foreign@example.org").replace("Subject: Und",
                                                        "X-Long: " + "x" * 10_000_000 + "\nSubject: Und", 1))
        for _ in range(60):
            out.write("y" * 1_000_000)
    script = "import resource, subprocess, sys\n" \
             "status = subprocess.run(sys.argv[1:]).returncode\n" \
             "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, status)"
    told = subprocess.run([sys.executable, "-c", script, BACKSTOP, "--data", fresh(filled=False), "check", "--json",
                           path],
                          capture_output=True, text=True, timeout=LIMIT, env=ENVIRONMENT, check=True)
    memory, status = told.stdout.splitlines()[-1].split()
    assert int(status) < 3, told
    assert int(memory) < 60_000 or "asan" in subprocess.run(["ldd", BACKSTOP], capture_output=True,
                                                            text=True).stdout, memory


@case
def full_output():
    """Output that cannot be written is no success."""
    with open("/dev/full", "w") as full:
        process = subprocess.run([BACKSTOP, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
    equal(process.returncode, 74, f"status ({process.stderr})")


CONFIG = "[account home]\nhost = localhost\nuser = me@example.org\n"


def with_daemon_script(script):
    """A copy of backstop beside a backstopd that is this shell script ($DATA, $HELPER are set in it)."""
    global _count
    _count += 1
    folder = os.path.join(work, f"bin{_count}")
    os.mkdir(folder)
    shutil.copy(BACKSTOP, folder)
    text = f'#!/bin/sh\necho "$@" >"{folder}/arguments"\nDATA=$4 HELPER="{HELPER}"\n{script}\n'
    write(f"{folder}/backstopd", text, 0o755)
    return os.path.join(folder, "backstop")


@case
def once():
    """once runs the backstopd beside it, passes on its exit status, and sums up the pass."""
    config, data = write("config", CONFIG), fresh(filled=False)
    program = with_daemon_script('"$HELPER" "$DATA" pass')
    text = ok("--config", config, "--data", data, "once", program=program).out
    assert "home: looked at 9 new messages, 5 of them" in text and '3 moved to "Backscatter"' in re.sub(r"\s+", " ",
            text), text
    equal(open(f"{os.path.dirname(program)}/arguments").read().split(), ["--config", config, "--data", data, "--once"],
          "arguments")
    row, = ok("--config", config, "--data", data, "once", "home", "--json", program=program).json()
    equal((row["account"], row["looked_at"], row["candidates"], row["moved"], row["error"]), ("home", 9, 5, 3, None),
          "as JSON")
    equal(open(f"{os.path.dirname(program)}/arguments").read().split()[-2:], ["--once", "home"],
          "arguments with an account")


@case
def once_observes():
    """once says that nothing was moved because it only observes."""
    config = write("config-observe", "[backstop]\nmode = observe\n" + CONFIG)
    text = ok("--config", config, "--data", fresh(filled=False), "once",
              program=with_daemon_script('"$HELPER" "$DATA" pass')).out
    assert "nothing moved, as mode = observe" in re.sub(r"\s+", " ", text), text


@case
def once_fails():
    """once: the child's complaint and exit status are its own; a signal is 70."""
    config = write("config", CONFIG)
    program = with_daemon_script('echo "backstopd: home: no route" >&2; "$HELPER" "$DATA" pass "no route"; exit 69')
    result = backstop("--config", config, "--data", fresh(filled=False), "once", program=program)
    equal((result.status, result.err), (69, "backstopd: home: no route\n"), "status and complaint")
    assert "ended early: no route" in re.sub(r"\s+", " ", result.out), result.out
    result = backstop("--config", config, "--data", fresh(filled=False), "once",
                      program=with_daemon_script("kill -9 $$"))
    equal(result.status, 70, "status after a signal")
    assert "signal 9" in result.err, result.err
    result = backstop("--config", config, "--data", fresh(filled=False), "once", program=with_daemon_script("exit 77"))
    equal((result.status, result.out, result.err), (77, "", ""), "a child that made no ledger")


@case
def once_configuration():
    """once looks at the configuration first: 78 for what is wrong with it, 66 for an account that is not in it."""
    program = with_daemon_script('echo started >"$DATA.started"')
    data = fresh(filled=False)
    for name, text, mode in (("absent", None, 0), ("exposed", CONFIG, 0o644),
                             ("wrong", CONFIG + "pasword = x\n", 0o600)):
        path = f"{work}/once-{name}" if text is None else write(f"once-{name}", text, mode)
        assert path in backstop("--config", path, "--data", data, "once", program=program).complaint(78)
    assert "[account away]" in backstop("--config", write("config", CONFIG), "--data", data, "once", "away",
                                        program=program).complaint(66)
    assert not os.path.exists(f"{data}.started"), "backstopd was started"


@case
def once_progress():
    """On a terminal the pass can be watched, and the line is cleared at the end."""
    program = with_daemon_script('"$HELPER" "$DATA" pass')
    shown = on_terminal("--config", write("config", CONFIG), "--data", fresh(filled=False), "once", output="stderr",
                        program=program)
    assert "Sent indexed 40 of 100, looked at 0 of 9" in shown, repr(shown)
    assert shown.endswith("\r\033[K"), repr(shown)


@case
def once_interrupted():
    """Asked to stop, once has its child stop, and passes on its status."""
    program = with_daemon_script("trap 'exit 75' TERM; echo $$ >\"$DATA.pid\"; while :; do sleep 0.05; done")
    data = fresh(filled=False)
    process = subprocess.Popen([program, "--config", write("config", CONFIG), "--data", data, "once"], env=ENVIRONMENT)
    deadline = time.monotonic() + 10
    while not os.path.exists(f"{data}.pid") and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    equal(process.wait(10), 75, "status")


@case
def once_with_daemon():
    """Where a daemon runs, it is asked; when it ends before, a pass of our own is made."""
    config, data = write("config", CONFIG), fresh()
    program = with_daemon_script('"$HELPER" "$DATA" pass')
    with daemon(data, "done", "done"):
        equal(ok("--config", config, "--data", data, "once", program=program).out, "", "a daemon that did nothing")
        assert not os.path.exists(f"{os.path.dirname(program)}/arguments"), "backstopd was started"
    with daemon(data, "failed", "no route"):
        line = backstop("--config", config, "--data", data, "once", program=program).complaint(70)
        assert "account home: no route" in line, line


def open_wishes(data):
    return [row["open_wishes"] for row in ok("--data", data, "status", "--json").json()[1:]]


@case
def sweep():
    """sweep wishes for every account or one, waits for the daemon, and prints the result."""
    config, data = write("config-two", CONFIG + "[account work]\nhost = localhost\nuser = me@work.example\n"), fresh()
    run = lambda *arguments: ok("--config", config, "--data", data, "sweep", *arguments)
    with daemon(data, "done", "looked at 1,204 messages"):
        equal(run().lines, ["home: looked at 1,204 messages (sweep (null))",
                            "work: looked at 1,204 messages (sweep (null))"], "of all accounts")
        equal(run("--json", "home", "--folder", "Archive", "--folder", "Müll", "--folder", "Archive").json(), [
            {"schema": 1, "type": "sweep", "account": "home", "dry_run": False, "state": "done",
             "text": "looked at 1,204 messages (sweep Archive\nMüll)"}], "of one, in folders")


@case
def sweep_dry_run():
    """A dry run lists what would be moved, and how to move it."""
    config, data = write("config", CONFIG), fresh()
    with daemon(data, "done", "found some"):
        result = ok("--config", config, "--data", data, "sweep", "--dry-run", "--folder", "Old stuff", "home")
        equal(result.lines[0], "home: found some (rehearse Old stuff)", "result")
        assert re.match(r"ID +ARRIVED +VERDICT", result.lines[1]), result.out
        assert "victim@example.com" in result.lines[2] and "Cheap pills" in result.lines[2], result.out
        equal(result.lines[3:], ["Nothing was moved. To move them: backstop sweep --folder 'Old stuff' home"],
              "what is said below")
    with daemon(data := fresh(), "done", "found some"):
        told, entry = ok("--config", config, "--data", data, "sweep", "--dry-run", "--json").json()
        equal((told["type"], told["dry_run"], told["state"]), ("sweep", True, "done"), "the sweep as JSON")
        equal((entry["type"], entry["verdict"], entry["state"], entry["home"]),
              ("entry", "backscatter", "kept", "Archive"), "an entry as JSON")
    with daemon(data := fresh(), "done", "found some"):
        observe = write("config-observe", "[backstop]\nmode = observe\n" + CONFIG)
        shown = re.sub(r"\s+", " ", ok("--config", observe, "--data", data, "sweep", "--dry-run").out)
        assert "while the configuration says mode = observe" in shown and "To move them" not in shown, shown
    with daemon(data := fresh(), "failed", "there is no folder \"Old\""):
        line = backstop("--config", config, "--data", data, "sweep", "--dry-run", "--folder", "Old").complaint(65)
        assert 'account home: there is no folder "Old"' in line, line


@case
def sweep_by_child():
    """Without a daemon sweep runs the backstopd beside it; a pass that cannot do it leaves the sweep for the next, a
    dry run not."""
    config, data = write("config", CONFIG), fresh()
    program = with_daemon_script('"$HELPER" "$DATA" pass && "$HELPER" "$DATA" wishes done swept')
    equal(ok("--config", config, "--data", data, "sweep", "home", program=program).lines,
          ["home: swept (sweep (null))"], "output")
    equal(open(f"{os.path.dirname(program)}/arguments").read().split()[-2:], ["--once", "home"], "arguments")
    program = with_daemon_script('echo "backstopd: home: no route" >&2; exit 69')
    for arguments, words, left in ((["--dry-run"], "nothing was moved", 0), ([], "the next pass goes on with it", 1)):
        result = backstop("--config", config, "--data", data, "sweep", *arguments, program=program)
        equal((result.status, result.out, len(result.err.splitlines())), (69, "", 2),
              f"status and output ({result.err})")
        assert "no route" in result.err and words in result.err, result.err
        equal(open_wishes(data)[0], left, "open wishes")
    assert "account home" in backstop("--config", config, "--data", data, "sweep", "--folder", "Else",
                                      program=program).complaint(65)


@case
def sweep_progress():
    """On a terminal a sweep can be watched, and the line is cleared at the end."""
    program = with_daemon_script('"$HELPER" "$DATA" pass && "$HELPER" "$DATA" wishes done swept')
    shown = on_terminal("--config", write("config", CONFIG), "--data", fresh(), "sweep", "home", output="stderr",
                        program=program)
    assert "looked at 0 of 9" in shown and shown.endswith("\r\033[K"), repr(shown)


@case
def sweep_held_up():
    """An account that gets into trouble is not waited for: its sweep goes on later, a dry run is taken back."""
    config = write("config", CONFIG)
    for arguments, words, left in ((["--dry-run"], "nothing was moved", 0), ([], "the next pass goes on with it", 1)):
        data = fresh()
        with daemon(data, "retry", "No route."):
            result = backstop("--config", config, "--data", data, "sweep", *arguments)
            equal((result.status, result.out), (69, ""), f"status and output ({result.err})")
            assert "No route." in result.err and words in result.err, result.err
            equal(open_wishes(data)[0], left, "open wishes")


@case
def sweep_after_trouble():
    """Trouble that an account had before is no reason to give up a sweep, even if it began in this very second."""
    config, data = write("config", CONFIG), fresh()
    helper(data, "state", "retrying", "No route.", 0, "")
    with contextlib.closing(sqlite3.connect(os.path.join(data, "ledger.db"))) as ledger, ledger:
        ledger.execute("UPDATE account SET since = unixepoch() + 5 WHERE name = 'home'")
    with daemon(data, "late", "looked at 3 messages"):
        result = ok("--config", config, "--data", data, "sweep", "home")
    equal((result.lines, result.err), (["home: looked at 3 messages (sweep (null))"], ""), "output")


def start_sweep(data, *arguments, program=BACKSTOP, until):
    process = subprocess.Popen([program, "--config", write("config", CONFIG), "--data", data, "sweep", *arguments],
                               env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 10
    while not until() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert until(), "the sweep has not begun"
    time.sleep(0.3)  # until it waits, with its signals set
    return process


@case
def sweep_interrupted():
    """A sweep that is interrupted is taken back, and says what stays; a second signal ends the program at once."""
    for sent, arguments, words in ((signal.SIGINT, [], "what was done stays done"),
                                   (signal.SIGTERM, ["--dry-run"], "nothing was moved")):
        data = fresh()
        with daemon(data, "hold", ""):
            process = start_sweep(data, *arguments, until=lambda: open_wishes(data)[0] == 1)
            process.send_signal(sent)
            out, err = process.communicate(timeout=10)
            equal((process.returncode, out, open_wishes(data)), (75, "", [0, 0]),
                  f"status, output, open wishes ({err})")
            assert words in err and len(err.splitlines()) == 1, err
    data = fresh()
    program = with_daemon_script("trap 'echo told >\"$DATA.told\"; sleep 2; exit 75' TERM; echo $$ >\"$DATA.pid\"; "
                                 "while :; do sleep 0.05; done")
    process = start_sweep(data, program=program, until=lambda: os.path.exists(f"{data}.pid"))
    process.send_signal(signal.SIGINT)
    deadline = time.monotonic() + 10
    while not os.path.exists(f"{data}.told") and time.monotonic() < deadline:
        time.sleep(0.02)
    assert os.path.exists(f"{data}.told"), "backstopd was not told to stop"
    process.send_signal(signal.SIGINT)
    equal(process.wait(1.5), -signal.SIGINT, "status after the second signal")
    process.communicate(timeout=LIMIT)  # until the child has let go of its output


@case
def sweep_refused():
    """sweep: 66 for an account that is not configured or was never looked at, and where nothing is known yet; 78
    without configuration."""
    config, data = write("config", CONFIG), fresh()
    assert "[account away]" in backstop("--config", config, "--data", data, "sweep", "away").complaint(66)
    other = write("config-new", CONFIG.replace("home", "new"))
    assert "backstop once new" in backstop("--config", other, "--data", data, "sweep").complaint(66)
    assert "backstop once" in backstop("--config", config, "--data", fresh(filled=False), "sweep").complaint(66)
    backstop("--config", f"{work}/absent", "--data", data, "sweep").complaint(78)


@case
def default_folders():
    """Without options the folders of XDG are used."""
    env = ENVIRONMENT | {"XDG_CONFIG_HOME": f"{work}/xc", "XDG_DATA_HOME": f"{work}/xd"}
    assert f"{work}/xc/backstop/config" in backstop("once", env=env).complaint(78)
    ok("record", write("letter.eml", LETTER), env=env)
    assert os.path.exists(f"{work}/xd/backstop/ledger.db"), "no ledger there"


if __name__ == "__main__":
    try:
        run()
    finally:
        shutil.rmtree(work, ignore_errors=True)
