"""test_disk_sent.py - Sent folders on disk that change between two looks: copies that are filed away at once."""
import sqlite3
import time

import messages
import programs
import rig
from disk import scene
from tap import case, equal, run

THEN = messages.NOW - 4800
PAT = "pat@elsewhere.example"
LETTER = messages.letter(77, THEN, PAT)
BOUNCE = messages.bounce(77, THEN + 3600, "letter-77@backstop.example", PAT, "Letter 77", THEN)


def verdict(backstop):
    """Of the bounce that answers the letter."""
    return [(row["verdict"], row["state"]) for row in backstop.entries() if row["recipients"] == [PAT]]


def known(backstop):
    """How many sent messages the ledger knows."""
    with sqlite3.connect(f"file:{backstop.data}/ledger.db?mode=ro", uri=True) as ledger:
        return ledger.execute("SELECT count(*) FROM sent").fetchone()[0]


@case
def between_passes():
    """Between two passes a copy came to a Sent Maildir and was filed away: its bounce stays, and status tells why."""
    mail, backstop = scene(work, "between", "maildir")
    backstop.pass_once()
    mail.sent.put(LETTER, THEN, "S")
    time.sleep(0.05)  # the times of folders have grains
    mail.sent.drag("letter-77@", None)
    mail.inbox.deliver(BOUNCE, messages.NOW)
    for _ in range(2):
        backstop.pass_once()
        equal(verdict(backstop), [("unsure", "kept")], "the bounce of the filed letter")
        status = " ".join(backstop.ok("backstop", "status").split())
        equal(status.count("gone before anybody looked"), 1, f"gaps that status tells ({status})")


def while_watched(kind):
    mail, backstop = scene(work, f"watched-{kind}", kind)
    with backstop.daemon():
        programs.wait_for(lambda: '"watching"' in backstop.run("backstop", "status", "--json").out, "a first pass", 20)
        before = known(backstop)
        mail.sent.put(LETTER, THEN, "S")
        programs.wait_for(lambda: known(backstop) > before, "a look at Sent, without news in the inbox", 20)
        mail.sent.drag("letter-77@", None)
        mail.inbox.deliver(BOUNCE, messages.NOW)
        programs.wait_for(lambda: verdict(backstop) == [("genuine", "kept")], "the bounce of the filed letter", 20)


@case
def watched_maildir():
    """The daemon reads a copy as soon as it comes, and knows it when it was filed away: Maildir."""
    while_watched("maildir")


@case
def watched_mbox():
    """The daemon reads a copy as soon as it comes, and knows it when it was filed away: mbox."""
    while_watched("mbox")


if __name__ == "__main__":
    work = rig.workdir()
    run()
