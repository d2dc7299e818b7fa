"""test_second_line.py - words and patterns beside the checks by DNS, and second-line = quarantine: what moves by it,
what stays, and what is learned of words."""
import json
import os
import sqlite3
import sys

import disk
import messages
import rig
from tap import case, equal, run, skip_all

sys.path.insert(0, os.path.join(rig.TOP, "tests", "rigs"))
from dns_server import DnsServer  # noqa: E402

if not os.path.exists(os.path.join(rig.BUILD, "backstop-resolver")):
    skip_all("built without backstop-resolver")

BY_US = "Received: from mx.{0} (mx.{0} [198.51.100.9])\n by mx.backstop.example with ESMTP id {1}; x\n"
CHAIN = ("Received: from mx.reporter.example (mx.reporter.example [10.0.0.2])\n"
         " by store.reporter.example with ESMTP id 1; x\n"
         "Received: from mail.bot.example (line.example [192.0.2.{host}])\n"
         " by mx.reporter.example with SMTP id 2; x\n")
CAME = messages.NOW - 3600  # long enough ago that nothing has to wait
BAD, UNNAMED, OWN = 7, 8, 9  # hosts: all speaks against it; only that it has no name; the owner's own
WORLD = {("backstop.example", "TXT"): [f"v=spf1 ip4:192.0.2.{OWN} ip4:192.0.2.{UNNAMED} -all"],
         **{(f"{host}.2.0.192.in-addr.arpa", "PTR"): [] for host in (BAD, UNNAMED, OWN)},
         **{(f"{host}.2.0.192.list.example", "A"): ["127.0.0.2"] for host in (BAD, OWN)}}
TOLD = ("spf-", "reverse-", "host-", "word-", "second-")
CHECKS = {"mode": "quarantine", "spf": "yes", "reverse-name": "yes", "blocklists": "list.example", "dnssec": "no",
          "words": "cheap watches", "patterns": "ro[l1]ex"}


def report(number, host, subject, inside=False):
    """An unsure report: its original is older than all mail that is known of Sent."""
    text = messages.bounce(number, CAME, f"spam-{number}@botnet.example", f"victim{number}@remote.example",
                           subject, messages.NOW - 9 * messages.DAY).decode()
    top = BY_US.format("reporter.example", number)
    if inside:
        top = f"Received: by mx.backstop.example (Postfix) id {number}; x\n"
    return (top + text.replace("From: Olga Owner", CHAIN.format(host=host) + "From: Olga Owner")).encode()


def prepare(name, **general):
    """Mail of which the owner's server is learned, and Sent that reaches back five days."""
    mail = disk.Mail(os.path.join(work, name, "mail"), "maildir")
    backstop = mail.backstop(os.path.join(work, name), CHECKS | general, addresses=messages.OWNER)
    mail.put("Sent", messages.letter(1, messages.NOW - 5 * messages.DAY), messages.NOW - 5 * messages.DAY, "S")
    for number in range(40):
        top = BY_US.format("partner.example", number).encode()
        mail.inbox.deliver(top + messages.ordinary(number, messages.NOW - messages.DAY), messages.NOW - messages.DAY)
        if number % 10 == 9:
            backstop.pass_once()
    return mail, backstop


def entry(backstop, number):
    row, = [row for row in backstop.entries() if f"victim{number}@remote.example" in row["recipients"]]
    return row


def codes(backstop, number):
    explained = json.loads(backstop.run("backstop", "explain", "--json", str(entry(backstop, number)["id"])).out)
    return [line["code"] for line in explained["evidence"]]


def judged(backstop, number):
    row = entry(backstop, number)
    return row["verdict"], row["state"]


def deliver(mail, backstop, *reports):
    for text in reports:
        mail.inbox.deliver(text, CAME)
    backstop.pass_once()


def configure(backstop, server, **general):
    backstop.general = CHECKS | {"dns-servers": server.address} | general
    backstop.write_config()


@case
def moves():
    """Three checks against a stranger's report and none for move it; two do not, nor three and one for, nor an
    insider's, nor three that all look at the host, nor any where it is off."""
    mail, backstop = prepare("moves")
    with DnsServer(WORLD) as server:
        configure(backstop, server)
        deliver(mail, backstop, report(1, BAD, "Cheap watches"))
        equal(judged(backstop, 1), ("unsure", "kept"), "while it is off")
        configure(backstop, server, **{"second-line": "quarantine"})
        mail.put("INBOX", report(7, BAD, "Cheap watches"), CAME, "F")
        deliver(mail, backstop, report(2, BAD, "Cheap watches"), report(3, UNNAMED, "Cheap watches"),
                report(4, OWN, "Cheap watches"), report(5, BAD, "Cheap watches", inside=True), report(6, BAD, "Lunch"))
        found = {number: [code for code in codes(backstop, number) if code.startswith(TOLD)] for number in range(2, 8)}
        three = ["spf-fail", "reverse-none", "host-listed", "word-found"]
        equal(found, {2: [*three, "second-line"], 3: ["spf-pass", "reverse-none", "word-found"],
                      4: ["spf-pass", "reverse-none", "host-listed", "word-found"], 5: [], 6: three[:3],
                      7: [*three, "second-line"]}, "evidence")
        equal({number: judged(backstop, number) for number in range(2, 8)},
              {2: ("unsure", "quarantined"), **{number: ("unsure", "kept") for number in range(3, 8)}}, "entries")
        equal(len(mail.away.find("victim2@")), 1, "messages in quarantine")
        equal(len(mail.away.names()), 1, "all messages in quarantine")
        said = " ".join(backstop.ok("backstop", "explain", str(entry(backstop, 2)["id"])).split())
        assert "4 checks speak against it and nothing speaks for it" in said, said
        backstop.ok("backstop", "sweep")
        equal((judged(backstop, 1), judged(backstop, 3)), (("unsure", "quarantined"), ("unsure", "kept")), "swept")


@case
def few():
    """Two checks against it, which look at different things, are too few."""
    mail, backstop = prepare("few")
    world = WORLD | {(f"{BAD}.2.0.192.in-addr.arpa", "PTR"): ["mail.bot.example"],
                     ("mail.bot.example", "A"): [f"192.0.2.{BAD}"], (f"{BAD}.2.0.192.list.example", "A"): []}
    with DnsServer(world) as server:
        configure(backstop, server, **{"second-line": "quarantine"})
        deliver(mail, backstop, report(1, BAD, "R01ex, a ro1ex"))
        found = codes(backstop, 1)
        assert {"spf-fail", "reverse-fits", "word-pattern"} <= set(found), found
        equal(judged(backstop, 1), ("unsure", "kept"), "entry")


@case
def waits():
    """A fresh one waits; ten at once move nothing while nothing shows that the right Sent folders are read."""
    mail, backstop = prepare("waits")
    with DnsServer(WORLD) as server:
        configure(backstop, server, **{"second-line": "quarantine"})
        then, now = messages.date(CAME).encode(), messages.date(messages.NOW).encode()
        fresh = report(30, BAD, "Cheap watches").replace(then, now)
        mail.inbox.deliver(fresh, messages.NOW)
        deliver(mail, backstop, *(report(number, BAD, "Cheap watches") for number in range(1, 11)))
        equal(judged(backstop, 30), ("unsure", "waiting"), "the fresh one")
        equal({judged(backstop, number) for number in range(1, 11)}, {("unsure", "kept")}, "the others")
        said = " ".join(backstop.ok("backstop", "status").split())
        assert "Nothing is moved: 10 messages would be" in said, said


@case
def heals():
    """What it moved goes back by itself once the sent message is found, and is told by status."""
    mail, backstop = prepare("heals")
    with DnsServer(WORLD) as server:
        configure(backstop, server, **{"second-line": "quarantine"})
        deliver(mail, backstop, report(1, BAD, "Cheap watches"))
        equal(judged(backstop, 1), ("unsure", "quarantined"), "entry")
        letter = messages.letter(1, messages.NOW - 9 * messages.DAY, "victim1@remote.example")
        letter = letter.replace(b"letter-1@backstop.example", b"spam-1@botnet.example")
        mail.put("Sent", letter, messages.NOW - 9 * messages.DAY, "S")
        backstop.pass_once()
        equal(entry(backstop, 1)["state"], "restored", "state")
        said = " ".join(backstop.ok("backstop", "status").split())
        assert "1 message went back by itself" in said, said


@case
def learns():
    """Words are learned from what the owner deletes and restores, and from subjects of sent mail; nothing where it is
    off."""
    def count(sql):
        with sqlite3.connect(os.path.join(backstop.data, "ledger.db")) as ledger:
            return ledger.execute(sql).fetchone()[0]
    mail, backstop = disk.scene(work, "learns", "maildir", {"mode": "quarantine"})
    backstop.pass_once()
    equal(count("SELECT count(*) FROM word"), 0, "words while it is off")
    backstop.general = {"mode": "quarantine", "learn-words": "yes"}
    backstop.write_config()
    for number in (11, 12):
        mail.inbox.deliver(messages.forged(number, CAME), CAME)
    backstop.pass_once()
    sent = count("SELECT good FROM word_total WHERE place = 0")
    assert sent > 0, "no subject of sent mail was learned"
    backstop.ok("backstop", "delete", "--for-good", str(entry(backstop, 11)["id"]))
    backstop.ok("backstop", "restore", str(entry(backstop, 12)["id"]))
    for _ in range(2):  # the second has nothing to learn
        backstop.pass_once()
        equal(count("SELECT bad FROM word_total WHERE place = 0"), 1, "deleted")
        equal(count("SELECT good FROM word_total WHERE place = 0"), sent + 1, "sent and restored")
    equal(count("SELECT count(*) FROM word WHERE good = 1 AND bad = 1"), 2, "words of both: cheap, watches")


@case
def tried():
    """`backstop check --dns` shows words and patterns with their weight."""
    mail, backstop = prepare("tried")
    path = os.path.join(work, "report.eml")
    disk.write(path, report(1, BAD, "Cheap watches, a ro1ex"))
    with DnsServer(WORLD) as server:
        configure(backstop, server)
        row = json.loads(backstop.run("backstop", "check", "--dns", "--json", path).out)
        equal([(line["check"], line["weight"]) for line in row["dns"]][4:],
              [("words", "against"), ("patterns", "against"), ("learn-words", "none")], "checks")


if __name__ == "__main__":
    rig.exit_on_signals()
    rig.obey_modes()
    work = rig.workdir()
    run()
