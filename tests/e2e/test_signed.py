"""test_signed.py - a signature of the owner's over a whole pass: who signs is learned from what comes back, the key is
asked for by DNS, and mail that is in no Sent folder is known by its signature; and all that does not count."""
import contextlib
import json
import os
import sqlite3
import subprocess
import sys

import disk
import messages
import rig
from tap import case, equal, run, skip_all

sys.path.insert(0, os.path.join(rig.TOP, "tests", "rigs"))
from dns_server import DnsServer  # noqa: E402

TOOL = os.path.join(rig.BUILD, "tests", "filter", "dkim_tool")
for program in (TOOL, os.path.join(rig.BUILD, "backstop-resolver")):
    if not os.path.exists(program):
        skip_all(f"{os.path.basename(program)} is not built")

KEY = ("one._domainkey.backstop.example", "TXT")
DAY, HOUR, NOW = messages.DAY, 3600, messages.NOW
LETTERS = 3  # signed ones that are in Sent


def header(number, to, when):
    text = messages.letter(number, when, to).decode().partition("\n\n")[0]
    return f"Received: from [192.0.2.9] by mail{number}.backstop.example with ESMTPSA id 1; x\n{text}\n"


def sign(text):
    """(the key's record, the header with a signature on top)."""
    tags = "d=backstop.example; s=one; c=relaxed; h=from:to:subject:date:message-id"
    out = subprocess.run([TOOL, "sign", "rsa", tags], input=text, capture_output=True, text=True, check=True).stdout
    record, mail = out.split("\n", 1)
    return record, mail.replace("\r\n", "\n")


RECORD = sign(header(1, "a@b.example", NOW))[0]


def bounce(number, returned, failed):
    """A bounce that returns this header."""
    text = messages.bounce(number, NOW - HOUR, "x@y.example", failed, "x", NOW).decode()
    before, _, _ = text.partition("\nFrom: Olga Owner")
    return f"{before}\n{returned}\n--=_part_{number}--\n".encode()


class Scene:
    """A mailbox whose Sent holds some signed letters, and all mail of 60 days but what a test leaves out."""

    def __init__(self, name, **general):
        self.mail = disk.Mail(os.path.join(work, name, "mail"), "maildir")
        self.general = general
        self.backstop = self.mail.backstop(os.path.join(work, name), {"mode": "quarantine"}, addresses=messages.OWNER)
        for days in range(10, 70, 10):
            self.mail.put("Sent", messages.letter(1000 + days, NOW - days * DAY), NOW - days * DAY, "S")
        for number in range(1, LETTERS + 1):
            self.mail.put("Sent", self.letter(number), NOW - 6 * HOUR, "S")

    @staticmethod
    def letter(number):
        return messages.letter(number, NOW - 6 * HOUR, f"person@far{number}.example")

    def signed_letter(self, number):
        return sign(header(number, f"person@far{number}.example", NOW - 6 * HOUR))[1]

    def learn_from_bounces(self):
        for number in range(1, LETTERS + 1):
            message = bounce(number, self.signed_letter(number), f"person@far{number}.example")
            self.mail.inbox.deliver(message, NOW - HOUR)

    def learn_from_copies(self):
        """As a mailing list brings them back."""
        for number in range(1, LETTERS + 1):
            self.mail.inbox.deliver(f"{self.signed_letter(number)}\nHello.\n".encode(), NOW - HOUR)

    def configure(self, server):
        self.backstop.general = {"mode": "quarantine", "dnssec": "no", "dns-servers": server.address} | self.general
        self.backstop.write_config()

    def pass_with(self, server):
        self.configure(server)
        self.backstop.pass_once()

    def judge(self, server, number, returned, failed):
        """(verdict, state, codes of the evidence) of a bounce that comes now."""
        self.mail.inbox.deliver(bounce(number, returned, failed), NOW - HOUR)
        self.pass_with(server)
        row = self.backstop.entries()[-1]
        assert failed in row["recipients"], row
        told = json.loads(self.backstop.ok("backstop", "explain", "--json", str(row["id"])))
        return row["verdict"], row["state"], [line["code"] for line in told["evidence"]]

    def days_pass(self, days):
        """Makes all that is known of keys so many days older, and forgets what is kept of DNS."""
        with contextlib.closing(sqlite3.connect(os.path.join(self.backstop.data, "ledger.db"))) as ledger, ledger:
            ledger.execute("UPDATE signer_key SET first = first - ?1, last = last - ?1", (days * DAY,))
            ledger.execute("UPDATE signer_asked SET asked = asked - ?", (days * DAY,))
            ledger.execute("DELETE FROM dns")


def of_a_phone(number, to, when):
    """The signed header of a letter that is in no Sent folder."""
    return sign(header(100 + number, to, when))[1]


def learned(server, name, how=Scene.learn_from_bounces, **general):
    scene = Scene(name, **general)
    how(scene)
    scene.pass_with(server)
    return scene


@case
def from_bounces():
    """Mail of a phone is genuine by a signer learned from bounces of mail in Sent; nothing but the key is asked, and
    that once."""
    with DnsServer({KEY: [RECORD]}) as server:
        scene = learned(server, "bounces")
        equal(server.questions(), [KEY], "questions")
        returned = of_a_phone(1, "bob@there.example", NOW - 2 * HOUR)
        verdict, state, codes = scene.judge(server, 11, returned, "bob@there.example")
        equal((verdict, state), ("genuine", "kept"), f"entry ({codes})")
        assert "signature-verified" in codes, codes
        unsigned = header(102, "ann@there.example", NOW - 2 * HOUR)
        verdict, state, codes = scene.judge(server, 12, unsigned, "ann@there.example")
        equal((verdict, state), ("backscatter", "quarantined"), f"the same without a signature ({codes})")
        equal(server.questions(), [KEY], "questions after all passes")


@case
def from_copies():
    """The same by a signer learned from copies that came back to a watched folder."""
    with DnsServer({KEY: [RECORD]}) as server:
        scene = learned(server, "copies", Scene.learn_from_copies)
        equal(server.questions(), [KEY], "questions")
        returned = of_a_phone(1, "bob@there.example", NOW - 2 * HOUR)
        equal(scene.judge(server, 11, returned, "bob@there.example")[0], "genuine", "verdict")


@case
def not_learned():
    """Of a signer who was not seen on mail in Sent no key is asked, and the signature is only a claim."""
    with DnsServer({KEY: [RECORD]}) as server:
        scene = learned(server, "strange", lambda scene: None)
        returned = of_a_phone(1, "bob@there.example", NOW - 2 * HOUR)
        verdict, _, codes = scene.judge(server, 11, returned, "bob@there.example")
        equal((verdict, "signature-verified" in codes), ("unsure", False), f"verdict ({codes})")  # claimed: five a week
        equal(server.questions(), [], "questions")


@case
def copied():
    """A signature that was copied under another recipient supports at most; under another To it says nothing."""
    with DnsServer({KEY: [RECORD]}) as server:
        scene = learned(server, "copied")
        returned = of_a_phone(1, "collector@evil.example", NOW - 2 * HOUR)
        verdict, state, codes = scene.judge(server, 11, returned, "victim@there.example")
        assert verdict != "genuine" and "signature-supports" in codes, (verdict, state, codes)
        other = returned.replace("collector@evil.example", "victim2@there.example")
        verdict, state, codes = scene.judge(server, 12, other, "victim2@there.example")
        assert verdict != "genuine" and not {"signature-supports", "signature-verified"} & set(codes), (verdict, codes)


@case
def withdrawn():
    """A key that is withdrawn later counts for originals of the days on which it was seen, and for no others."""
    records = {KEY: [RECORD]}
    with DnsServer(records) as server:
        scene = learned(server, "withdrawn")
        scene.days_pass(4)
        server.records[KEY] = ["v=DKIM1; p="]
        scene.pass_with(server)
        equal(server.questions(), [KEY, KEY], "questions")
        then = of_a_phone(1, "bob@there.example", NOW - 4 * DAY)
        equal(scene.judge(server, 11, then, "bob@there.example")[0], "genuine", "verdict of an original of then")
        now = of_a_phone(2, "ann@there.example", NOW - 2 * HOUR)
        verdict, _, codes = scene.judge(server, 12, now, "ann@there.example")
        assert verdict != "genuine" and "signature-verified" not in codes, (verdict, codes)


@case
def dead():
    """With a dead name server each verdict, and each line but the signature's own, is as without the keys."""
    with DnsServer(everything="silent") as server:
        rows = []
        for name, keys in (("dead", "yes"), ("off", "no")):
            scene = learned(server, name, **{"signature-keys": keys})
            asked = len(server.questions())
            texts = [of_a_phone(1, "p0@there.example", NOW - 2 * HOUR), header(102, "p1@there.example", NOW - 2 * HOUR),
                     scene.signed_letter(1).replace("person@far1.example", "p2@there.example")]
            rows.append([scene.judge(server, 11 + number, text, f"p{number}@there.example")
                         for number, text in enumerate(texts)])
            equal(len(server.questions()), asked, "questions after the first pass in vain")
            equal("Names are not looked up" in " ".join(scene.backstop.ok("backstop", "status").split()),
                  keys == "yes", "notice")
        equal(rows[0], rows[1], "entries with a dead name server, and without keys")
        equal([row[0] for row in rows[0]], ["unsure", "backscatter", "genuine"], "verdicts")


@case
def liars():
    """Whatever else than the key a name server answers, no signature counts by it: each verdict is as without it."""
    lies = [(habit, RECORD) for habit in ("other", "garbage", "failed", "flood", "cut")]
    for number, (habit, value) in enumerate(lies + [(None, "v=DKIM1; p=AAAA"), (None, "x" * 3000)]):
        with DnsServer({KEY: [value]}, everything=habit) as server:
            scene = learned(server, f"liar{number}")
            returned = of_a_phone(1, "bob@there.example", NOW - 2 * HOUR)
            verdict, state, codes = scene.judge(server, 11, returned, "bob@there.example")
            equal((verdict, state, "signature-verified" in codes), ("unsure", "kept", False),
                  f"{habit} {value[:20]}")


if __name__ == "__main__":
    rig.exit_on_signals()
    rig.obey_modes()
    work = rig.workdir()
    run()
