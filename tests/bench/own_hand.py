"""own_hand.py - what the owner's own hand is worth on real bounces: how many that are in no Sent folder turn out to be
genuine by a signature, how many of the others are explained, and whether anybody else's mail is taken for the owner's.

The bounces are those of a labelled corpus, which was made anonymous: so who signed the originals and whose servers
handed them in is built anew (own_hand_mail.py, own_hand_providers.py). The corpus is gone through eight times, with the
programs themselves and a name server that has the keys. Each time
- half of the bounces are the owner's (by their original's id), and the others forged;
- of the owner's, every second original is in Sent, and the others are not: those are counted;
- Sent begins too late for coverage to be had;
- a bounce comes from inside the provider where all hosts that the original names are the reporter's, which is what the
  corpus shows of it; else a stranger's server hands it in. Forged ones always come from outside.
In the first four, those originals are signed that bore a signature before; in the other four all whose header came
back, of which those count that name the failed recipient in To or Cc.

"Plain unsure": neither genuine, nor decided by a line of SPEAKS, each of which names a reason why the owner may have
sent it. Marks beyond their cap, what anybody can claim (signature-claimed), rules of the ledger, and what only speaks
against or tells who brought it, explain nothing.
"""
import datetime
import json
import os
import subprocess
import sys

import bench
import disk
import messages
import programs
import rig
import own_hand_mail as mail
from own_hand_providers import PROVIDERS, Stranger

sys.path.insert(0, os.path.join(rig.TOP, "tests", "rigs"))
from dns_server import DnsServer  # noqa: E402

try:
    import dkim
except ImportError:  # Debian's package is for Debian's own python3, which may not be the first one
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", "-B"] + sys.argv)
    dkim = None

CORPUS = os.environ.get("BACKSTOP_CORPUS") or os.path.join(rig.TOP, "..", "shared", "corpus")
NOW = messages.NOW
HOUR = 3600
SPEAKS = {"signature-verified", "signature-supports", "insider", "answers-received", "own-id-side", "own-relay",
          "redirected", "own-automatic"}
ORDINARY = 10  # a pass: as many as it learns from at once
PASSES = 4     # of ordinary mail: 30 messages must be seen before a server is known
HISTORY = {"hoster.example": 60}  # bounces of signed mail before: who signs for other domains than his own must have
HISTORY_ELSE = 6                  # signed three quarters of all that was seen, unsigned originals of the corpus too
BOT, COLLECTOR = "bot.example", "collector@evil.example"
NAMES = [b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"in-reply-to"]
FORGERIES = ("unsigned", "signed by a stranger", "signed with a stranger's key as if by the owner's provider",
             "copied from a letter to somebody else", "the same with another To", "signed for a neighbour")


class Keys:
    """A key for each signer, and the records of a name server."""

    def __init__(self):
        self.private, self.records = {}, {}
        for signer, selector in [(provider.signer, provider.selector) for provider in PROVIDERS] + [(BOT, "x")]:
            self.private[signer] = openssl("genrsa", "-traditional", "2048")
            public = openssl("rsa", "-pubout", "-outform", "DER", stdin=self.private[signer])
            value = "v=DKIM1; k=rsa; p=" + mail.base64_of(public)
            self.records[f"{selector}._domainkey.{signer}", "TXT"] = [value]

    def sign(self, header, signer, selector, key=None):
        """The header with a signature on top."""
        return dkim.sign(header + b"\n", selector.encode(), signer.encode(), self.private[key or signer],
                         canonicalize=(b"relaxed", b"relaxed"),
                         include_headers=[name for name in NAMES if mail.first(header, name)],
                         linesep=b"\n") + header


def openssl(*arguments, stdin=None):
    return subprocess.run(("openssl",) + arguments, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=True).stdout


class Owner:
    """The owner's mailbox at one provider."""

    def __init__(self, work, provider, keys):
        self.provider, self.keys, self.place = provider, keys, disk.Mail(os.path.join(work, provider.signer), "maildir")
        self.count = 0

    def number(self):
        self.count += 1
        return self.count

    def account(self):
        return self.place.account(addresses=self.provider.owner)

    def letter(self, to, n, sent):
        """The header of a signed letter that is in no corpus."""
        header = (f"{self.provider.submitted(n)}From: Olga Owner <{self.provider.owner}>\nTo: {to}\n"
                  f"Subject: Letter {n}\nDate: {messages.date(sent)}\n"
                  f"Message-ID: <letter-{n}@mua.{self.provider.signer}>\n"
                  "MIME-Version: 1.0\nContent-Type: text/plain\nUser-Agent: Any\n").encode()
        return self.keys.sign(header, self.provider.signer, self.provider.selector)

    def ordinary(self):
        for _ in range(ORDINARY):
            n = self.number()
            hops = self.provider.outside(n, "mx.partner.example", "198.51.100.9", "paul@partner.example").encode()
            text = messages.ordinary(n, NOW - 20 * HOUR).replace(messages.OWNER.encode(), self.provider.owner.encode())
            self.place.inbox.deliver(hops + text, NOW - 20 * HOUR - n)

    def history(self):
        """Bounces of signed letters that are in Sent, by which the signer is learned."""
        for n in range(HISTORY.get(self.provider.signer, HISTORY_ELSE)):
            number, to, sent = self.number(), f"person@remote{n}.example", NOW - 12 * HOUR + n
            header = self.letter(to, 1000 + number, sent)
            self.place.sent.put(mail.without(header, (b"received", b"dkim-signature")) + b"\nHello.\n", sent, "S")
            text = messages.bounce(number, sent + HOUR, "OLD", to, "OLD", sent)
            text = text.replace(messages.OWNER.encode(), self.provider.owner.encode())
            top, _, body = text.partition(b"\n\n")
            start, end = mail.find_header(text)
            stranger = Stranger(n)
            hops = self.provider.outside(number, stranger.host, stranger.address).encode()
            self.place.inbox.deliver(hops + top + b"\n\n" + body[:start] + header + body[end:], sent + HOUR)

    def letters_answered(self, bounce):
        """What the original says that it answers has come to the owner alone."""
        found = mail.ID.search(mail.first(bounce.block, b"in-reply-to"))
        if not found:
            return
        text = messages.ordinary(self.number(), NOW - 20 * HOUR).replace(messages.OWNER.encode(),
                                                                        self.provider.owner.encode())
        text = mail.without(text, (b"message-id",))
        hops = self.provider.outside(self.count, "mx.partner.example", "198.51.100.9", "paul@partner.example").encode()
        self.place.inbox.deliver(hops + b"Message-ID: " + found.group(0) + b"\n" + text, NOW - 20 * HOUR)


class Scene:
    """The corpus gone through once. parity: which bounces are the owner's; half: which of them are in Sent; all_signed:
    sign all originals, not only those that were signed."""

    def __init__(self, work, keys, parity, half, all_signed):
        self.keys, self.parity, self.half, self.all_signed = keys, parity, half, all_signed
        self.owners = [Owner(work, provider, keys) for provider in PROVIDERS]
        self.truth, self.later = {}, []  # (account, when it came) → row; (owner, message, when it came)

    def put(self, owner, message, came, later, **row):
        if later:
            self.later.append((owner, message, came))
            self.truth[owner.provider.signer, came] = row
        else:
            owner.place.inbox.deliver(message, came)

    def add(self, index, bounce):
        owner, sent = self.owners[index % len(self.owners)], NOW - 11 * HOUR + 60 * index
        if bounce.key % 2 == self.parity:
            self.add_owned(index, bounce, owner, sent)
        else:
            self.add_forged(index, bounce, owner, sent)

    def add_owned(self, index, bounce, owner, sent):
        provider, stranger, n = owner.provider, Stranger(index), owner.number()
        known = (index // len(self.owners)) % 2 == self.half
        hops = provider.submitted(n)
        if not bounce.inside:
            hops = stranger.took(provider.out, "198.51.100.3") + hops
        header = mail.original(bounce, provider.owner, sent, hops)
        was_signed = bool(mail.first(bounce.block, b"dkim-signature"))
        signed = bounce.place is not None and (was_signed or self.all_signed)
        if known:
            owner.place.sent.put(mail.sent_copy(bounce, header, provider.owner, sent, index), sent, "S")
        else:
            owner.letters_answered(bounce)
        if signed:
            header = self.keys.sign(header, provider.signer, provider.selector)
        came = sent + 4 * HOUR
        top = provider.inside(n) if bounce.inside else provider.outside(n, stranger.host, stranger.address)
        self.put(owner, mail.report(bounce, header, provider.owner, came, top), came, not known, owned=True,
                 signed=signed, named=mail.names_recipient(bounce) and bool(mail.first(bounce.block, b"date")),
                 file=bounce.file, kind="inside" if bounce.inside else "outside")

    def add_forged(self, index, bounce, owner, sent):
        provider, stranger, n, came = owner.provider, Stranger(index), owner.number(), sent + 4 * HOUR
        kind = FORGERIES[index // len(self.owners) % len(FORGERIES)]
        hops = stranger.took(f"host{index}.bot.example", "192.0.2.200")
        header = mail.original(bounce, provider.owner, sent, hops)
        header = self.forge(kind, header, bounce, owner, sent)
        top = provider.outside(n, stranger.host, stranger.address)
        if n % 2:
            top += provider.inside(n)  # what a stranger writes below the boundary
        self.put(owner, mail.report(bounce, header, provider.owner, came, top), came, True, owned=False,
                 file=bounce.file, kind=kind)

    def forge(self, kind, header, bounce, owner, sent):
        provider = owner.provider
        if kind == FORGERIES[1]:
            return self.keys.sign(header, BOT, "x")
        if kind == FORGERIES[2]:
            return self.keys.sign(header, provider.signer, provider.selector, BOT)
        if kind in FORGERIES[3:5]:
            copied = owner.letter(COLLECTOR, 5000 + owner.number(), sent)
            other = (bounce.recipients or ["victim@remote.example"])[0].encode()
            return copied if kind == FORGERIES[3] else copied.replace(COLLECTOR.encode(), other)
        if kind == FORGERIES[5]:
            neighbour = header.replace(b"<" + provider.owner.encode(), b"<neighbour." + provider.owner.encode())
            return self.keys.sign(neighbour, provider.signer, provider.selector)
        return header

    def run(self, backstop):
        for owner in self.owners:
            owner.history()
        for _ in range(PASSES):
            for owner in self.owners:
                owner.ordinary()
            backstop.pass_once(limit=300)
        for owner, message, came in self.later:
            owner.place.inbox.deliver(message, came)
        backstop.pass_once(limit=300)
        entries = {(row["account"], when(row["arrived"])): row for row in backstop.entries()}
        for key, row in self.truth.items():
            row["account"], row["entry"] = key[0], entries.get(key)
            row["codes"], row["decided"] = evidence(backstop, row["entry"])
        return list(self.truth.values())


def when(text):
    return int(datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp())


def evidence(backstop, entry):
    if entry is None:
        return [], "no report"
    told = json.loads(backstop.ok("backstop", "explain", "--json", str(entry["id"])).splitlines()[0])
    codes = [line["code"] for line in told["evidence"]]
    return codes, codes[told["decided"]]


def make_scene(bounces, keys, server, parity, half, all_signed):
    work = rig.workdir()
    scene = Scene(work, keys, parity, half, all_signed)
    first, *others = [(owner.provider.signer, owner.account()) for owner in scene.owners]
    backstop = programs.Backstop(os.path.join(work, "home"), {"mode": "quarantine", "dnssec": "no", "dns-servers":
                                 server.address}, first[0], dict(others), **first[1])
    for index, bounce in enumerate(bounces):
        scene.add(index, bounce)
    return scene.run(backstop)


def is_genuine(row):
    return row["entry"] is not None and row["entry"]["verdict"] == "genuine"


def is_plain(row):
    return not is_genuine(row) and row["decided"] not in SPEAKS


def tally(rows, of):
    found = {}
    for row in rows:
        found[of(row)] = found.get(of(row), 0) + 1
    return ", ".join(f"{count} {name}" for name, count in sorted(found.items(), key=lambda pair: -pair[1]))


def say_wrong(rows, why):
    for row in rows if os.environ.get("VERBOSE") else []:
        bench.say(f"  {why}: {row['file']} ({row['account']}, {row['kind']}): {row['decided']} of "
                  f"{' '.join(row['codes'])}")


def judge(what, part, whole, least):
    """A figure beside its bar. least: share; 0: there must be none at all."""
    if least == 0:
        holds, bar = not part, "none"
    else:
        holds, bar = whole > 0 and part >= least * whole, f"{least:.0%} or more"
    bench.verdict(what, f"{part} of {whole}" + (f", {part / whole:.1%}" if whole else ""), bar, holds)
    return holds


def score(rows, all_signed):
    """Tells the figures of four times; FALSE: one is missed."""
    owned, forged = [row for row in rows if row["owned"]], [row for row in rows if not row["owned"]]
    signed = [row for row in owned if row["signed"] and (row["named"] or not all_signed)]
    others = [row for row in owned if not row["signed"]]
    plain, wrong = [row for row in others if is_plain(row)], [row for row in forged if is_genuine(row)]
    moved = [row for row in rows if row["entry"] is not None
             and (row["entry"]["state"] != "kept" or row["entry"]["verdict"] == "backscatter")]
    missed = [row for row in signed if not is_genuine(row)]
    for some, why in ((missed, "signed, and not genuine"), (plain, "plain"), (wrong, "forged, and genuine"),
                      (moved, "moved")):
        say_wrong(some, why)
    bench.say("All originals signed whose header came back:" if all_signed else
              "Those originals signed that were signed before:")
    results = [judge("signed originals, and genuine", len(signed) - len(missed), len(signed), 0.9),
               all_signed or judge("others, no longer plain unsure", len(others) - len(plain), len(others), 0.25),
               judge("forged, and genuine", len(wrong), len(forged), 0),
               judge("forged, and from inside", sum("insider" in row["codes"] for row in forged), len(forged), 0),
               judge("moved, or backscatter", len(moved), len(rows), 0)]
    for name, some in (("signed", signed), ("others", others), ("forged", forged)):
        bench.say(f"  {name}, decided by: {tally(some, lambda row: row['decided'])}")
    left = [row for row in forged if not is_plain(row)]
    bench.say(f"  forged, left in sight by a mark: {tally(left, lambda row: row['kind']) or 'none'}")
    return all(results)


def main():
    bench.start(server=False)
    if dkim is None or not os.path.exists(os.path.join(rig.BUILD, "backstop-resolver")):
        sys.exit("cannot run: python3-dkim or backstop-resolver is missing")
    if not os.path.exists(os.path.join(CORPUS, "labels.tsv")):
        bench.say("skipped: no corpus (set BACKSTOP_CORPUS to a folder with labels.tsv)")
        return
    bounces, keys, holds = mail.corpus(CORPUS), Keys(), True
    with DnsServer(keys.records) as server:
        for all_signed in (False, True):
            rows = [row for parity in (0, 1) for half in (0, 1)
                    for row in make_scene(bounces, keys, server, parity, half, all_signed)]
            holds &= score(rows, all_signed)
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
