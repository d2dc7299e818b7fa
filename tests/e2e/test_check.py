"""test_check.py - `backstop check` judges a message, an mbox, a Maildir and standard input, as the daemon does."""
import json
import os

import rig
import messages
import programs
from tap import case, equal, run, skip_all

GENUINE, BACKSCATTER, UNSURE, ERROR = 0, 1, 2, 3


def check(*arguments, stdin=""):
    result = backstop.run("backstop", "check", "--json", *arguments, stdin=stdin)
    return result.status, [json.loads(line) for line in result.out.splitlines()], result


def write(name, data):
    path = os.path.join(work, name)
    with open(path, "wb") as out:
        out.write(data)
    return path


def sample(verdict):
    """The first demo message with this verdict, as a file's path."""
    return os.path.join(rig.TOP, "tests", "demo-mailbox",
                        next(name for name, row in sorted(inbox.items()) if row[1] == verdict))


@case
def message():
    """The exit status of check tells the verdict on a message."""
    for verdict, want in (("genuine", GENUINE), ("pass", GENUINE), ("backscatter", BACKSCATTER), ("unsure", UNSURE)):
        status, rows, result = check(sample(verdict))
        equal([row["verdict"] for row in rows], [verdict], f"verdict ({result.err})")
        equal(status, want, f"status for {verdict}")
        equal((rows[0]["schema"], rows[0]["file"]), (1, sample(verdict)), "schema and file")
        for key in ("kind", "evidence", "reporter", "recipients", "original"):
            assert key in rows[0], f"{key} is missing"


@case
def mbox():
    """Of an mbox every message is judged, in order."""
    names = sorted(inbox)
    text = b"".join(b"From MAILER-DAEMON Mon Jan  1 00:00:00 2024\n" + inbox[name][0].replace(b"\nFrom ", b"\n>From ") +
                    b"\n"
                    for name in names)
    status, rows, _ = check(write("inbox.mbox", text))
    equal([row["verdict"] for row in rows], [inbox[name][1] for name in names], "verdicts")
    equal(status, UNSURE, "status: the highest")


@case
def maildir():
    """Of a Maildir every message is judged, in the order of the names, and nothing in it changes."""
    path = os.path.join(work, "Maildir")
    for part in ("cur", "new", "tmp"):
        os.makedirs(os.path.join(path, part))
    names = sorted(inbox)
    for number, name in enumerate(names):
        write(f"Maildir/cur/{1000 + number}.M1.host:2,S", inbox[name][0])
    before = sorted(os.walk(path))
    status, rows, _ = check(path)
    equal([row["verdict"] for row in rows], [inbox[name][1] for name in names], "verdicts")
    equal(status, UNSURE, "status: the highest")
    equal(sorted(os.walk(path)), before, "the Maildir")


@case
def standard_input():
    """Standard input is judged like a file."""
    for verdict, want in (("backscatter", BACKSCATTER), ("genuine", GENUINE)):
        status, rows, _ = check("-", stdin=messages.read(sample(verdict)).decode("latin-1"))
        equal(([row["verdict"] for row in rows], status), ([verdict], want), "verdict and status")


@case
def several():
    """With several files the highest status counts, and the order is kept."""
    files = [sample("backscatter"), sample("pass"), sample("genuine")]
    status, rows, _ = check(*files)
    equal([row["file"] for row in rows], files, "files")
    equal(status, BACKSCATTER, "status")


@case
def missing_file():
    """A file that is not there gives status 3 and one line; the others are judged all the same."""
    status, rows, result = check(os.path.join(work, "nowhere"), sample("backscatter"))
    equal(status, ERROR, "status")
    equal(len(rows), 1, "messages judged")
    assert "nowhere" in result.complaint, result.complaint


@case
def like_the_daemon():
    """check and the daemon give every bounce of the demo mailbox the same verdict, kind and evidence."""
    by_id = {}
    for name, (text, _) in inbox.items():
        _, rows, _ = check(write("one.eml", text))
        if rows[0]["verdict"] != "pass":
            by_id[(rows[0]["verdict"], rows[0]["kind"], tuple(rows[0]["recipients"]))] = name
    daemon = {(row["verdict"], row["kind"], tuple(row["recipients"])) for row in backstop.entries()}
    equal(sorted(daemon), sorted(by_id), "what the daemon judged")


@case
def empty_ledger():
    """Without a configuration and a ledger, a forged bounce is unsure: there is no coverage."""
    bare = programs.Backstop(os.path.join(work, "bare"))
    os.unlink(bare.config)
    result = bare.run("backstop", "check", "--json", sample("backscatter"))
    equal(json.loads(result.out)["verdict"], "unsure", "verdict")
    equal(result.status, UNSURE, "status")


@case
def after_record():
    """Sent mail that was recorded makes its bounce genuine."""
    alone = programs.Backstop(os.path.join(work, "alone"))
    os.unlink(alone.config)
    sent = write("letter.eml", messages.letter(5, messages.NOW - 7200))
    answer = write("answer.eml", messages.genuine(5, messages.NOW - 3600))
    equal(alone.run("backstop", "check", answer).status, UNSURE, "status before record")
    alone.ok("backstop", "record", sent)
    equal(alone.run("backstop", "check", answer).status, GENUINE, "status after record")


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.missing():
        skip_all(rig.missing())
    server, work = rig.Dovecot(), rig.workdir()
    mailbox = server.mailbox("check")
    inbox = messages.fill_demo(mailbox)
    backstop = programs.for_mailbox(mailbox, os.path.join(work, "check"), addresses="*@example.org")
    backstop.pass_once()
    run()
