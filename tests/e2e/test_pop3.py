"""test_pop3.py - a mailbox by POP3: the verdicts of IMAP, and each message on the server or whole in the quarantine on
this computer."""
import os
import re

import disk
import pop3_maildrop as maildrop
import rig
import messages
import programs
from pop3_maildrop import FORGED, Scene, plain, run_cases
from tap import case, equal, note

LARGE = 3 << 20  # bytes; a message is judged by its first 256 KiB
box = {}  # what one case leaves to the next


def demo(mailbox):
    box["expected"] = messages.fill_demo(mailbox)
    return {name: message for name, (message, _) in box["expected"].items()}


@case
def verdicts():
    """The demo mailbox is filtered as its EXPECTED.tsv says; every message is on the server or whole in the
    quarantine."""
    scene = box["demo"] = Scene("demo", demo, addresses="*@example.org")
    box["twin"] = scene.mailbox.copy("demo-imap")
    scene.backstop.pass_once()
    scene.check([name for name, (_, verdict) in box["expected"].items() if verdict == "backscatter"])
    kept = {rig.digest(scene.inbox[name]) for name, (_, verdict) in box["expected"].items() if verdict != "backscatter"}
    equal(scene.mailbox.on_disk()["INBOX"], [row for row in scene.before if row[0] in kept],
          "flags and dates of what was kept")


@case
def same_as_imap():
    """The same mailbox over IMAP: the same bounces, the same verdicts, the same messages moved."""
    imap = programs.for_mailbox(box["twin"], f"{maildrop.work}/demo-imap", addresses="*@example.org")
    imap.pass_once()
    over_pop3, over_imap = (
        sorted(str({key: row[key] for key in ("kind", "verdict", "state", "reporter", "recipients", "status",
                                              "diagnostic", "original")})
               for row in backstop.entries()) for backstop in (box["demo"].backstop, imap))
    equal(over_pop3, over_imap, "what was judged")
    note(f"{len(over_pop3)} bounces judged alike")
    equal(rig.in_maildir(box["demo"].quarantine), sorted(row[0] for row in box["twin"].on_disk()["Backscatter"]),
          "what was moved")


@case
def again():
    """A second pass judges and moves nothing, and asks for no message."""
    scene = box["demo"]
    listed, files, before = scene.backstop.entries(), rig.in_maildir(scene.quarantine), scene.sessions()
    scene.backstop.pass_once()
    programs.wait_for(lambda: len(scene.sessions()) > len(before), "the end of the session in Dovecot's log", 10)
    equal([row[:3] for row in scene.sessions()[len(before):]], [(0, 0, 0)],
          "TOP, RETR and deletions of a pass without news")
    equal(scene.backstop.entries(), listed, "the ledger's list")
    equal(rig.in_maildir(scene.quarantine), files, "the quarantine")


@case
def unread():
    """What is only looked at is never fetched by RETR, which would mark it as read."""
    scene = Scene("unread")
    scene.backstop.pass_once()
    programs.wait_for(lambda: len(scene.sessions()) == 2, "the end of both sessions", 10)
    note(f"TOP, RETR, deleted, messages: {scene.sessions()}")
    equal(sum(row[1] for row in scene.sessions()), len(FORGED), "messages fetched by RETR")
    scene.check(FORGED)


@case
def sent_mbox():
    """Sent mail may be an mbox."""
    scene = Scene("sentmbox")
    box = disk.Mbox(os.path.join(scene.home, "sent.mbox"))
    for name in sorted(os.listdir(os.path.join(scene.keys["sent"], "cur"))):
        box.deliver(messages.read(os.path.join(scene.keys["sent"], "cur", name)), int(name.split(".")[0]))
    scene.configure(sent=box.path)
    scene.backstop.pass_once()
    scene.check(FORGED)
    equal(scene.verdicts(), ["backscatter"] * 3 + ["genuine"] * 2, "verdicts")


@case
def sent_account():
    """Sent mail may be that of an IMAP account."""
    imap = maildrop.server.mailbox("sentaccount-imap")
    messages.fill(imap, forgeries=0, others=0)
    scene = Scene("sentaccount", sent=None, other={"imap": programs.account_of(imap)}, sent_account="imap")
    scene.backstop.pass_once()
    scene.check(FORGED)
    equal(scene.verdicts(), ["backscatter"] * 3 + ["genuine"] * 2, "verdicts")


@case
def sent_recorded():
    """Sent mail may be told by `backstop record`: nothing is moved before it was, and a sweep looks again."""
    scene = Scene("recorded", sent=None, sent_recorded="yes")
    scene.mailbox.keep_sent(os.path.join(scene.home, "archive"))
    scene.backstop.pass_once()
    scene.check([])
    equal(scene.verdicts(), ["unsure"] * 5, "verdicts while nothing is recorded")
    scene.backstop.ok("backstop", "record", os.path.join(scene.home, "archive"))
    scene.backstop.ok("backstop", "sweep")
    scene.check(FORGED)
    equal(scene.verdicts(), ["backscatter"] * 3 + ["genuine"] * 2, "verdicts after the sweep")


@case
def no_sent_mail():
    """Without any sent mail nothing is moved, and the status says so and what to do."""
    scene = Scene("nosent", sent=None)
    scene.backstop.pass_once()
    scene.check([])
    equal(scene.mailbox.on_disk()["INBOX"], scene.before, "the maildrop")
    equal(scene.verdicts(), ["unsure"] * 5, "verdicts")
    said = plain(scene.backstop.ok("backstop", "status"))
    note(said)
    for words in ("only observes", "moves nothing", "set sent, sent-account or sent-recorded"):
        assert words in said, f"{said!r} does not say {words!r}"
    assert "nothing is judged" not in said, "what was judged is listed all the same"


@case
def sent_missing():
    """A Sent folder that is not there, or is empty, covers nothing: nothing is moved, and the message says what is
    wrong."""
    for number, make in enumerate((False, True)):
        scene = Scene(f"missing{number}", sent=None)
        path = os.path.join(scene.home, "Sent")
        for part in ("cur", "new", "tmp") if make else ():
            os.makedirs(os.path.join(path, part))
        scene.configure(sent=path)
        result = scene.backstop.run("backstopd", "--once")
        equal(result.status, programs.DONE if make else programs.CONFIGURATION, f"status ({result.err})")
        scene.check([])
        equal(scene.verdicts(), ["unsure"] * 5 if make else [], "verdicts")
        said = plain(scene.backstop.ok("backstop", "status"))
        assert ("has never held a message" if make else "there is no folder") in said, said


@case
def allowed():
    """What the owner allows is genuine in a sweep, and mail that comes later as well."""
    scene = Scene("allowed", sent=None)
    scene.backstop.pass_once()
    scene.backstop.ok("backstop", "allow", "add", "victim1@remote.example")
    scene.mailbox.keep_sent(os.path.join(scene.home, "Sent"))
    scene.configure(sent=os.path.join(scene.home, "Sent"))
    scene.backstop.ok("backstop", "sweep")
    scene.check(["forged-2", "forged-3"])
    equal(scene.entry_of(1)["verdict"], "genuine", "its verdict")
    scene.put("allowed", messages.bounce(9, messages.NOW - messages.DAY, "x@botnet.example", "victim1@remote.example",
                                         "Again", messages.NOW - 2 * messages.DAY))
    scene.backstop.pass_once()
    scene.check(["forged-2", "forged-3"])


@case
def large():
    """Backscatter of 3 MiB is moved whole, with lines that are long, begin with dots or From, or hold a bare CR."""
    scene = Scene("large")
    body = b"".join(b".dot\n..\n.\nFrom here\n\n" + b"x" * (number % 1200) + b"\n" for number in range(LARGE // 600))
    scene.put("large", messages.forged(8, messages.NOW - messages.DAY) + body + b"a\rbare CR\n\xff\xfe" + b"y" * 70000 +
              b"\n")
    note(f"{len(scene.inbox['large'])} bytes")
    assert len(scene.inbox["large"]) > LARGE
    scene.backstop.pass_once()
    scene.check([*FORGED, "large"])
    kept = max((os.path.join(scene.quarantine, "new", name)
                for name in os.listdir(os.path.join(scene.quarantine, "new"))),
               key=os.path.getsize)
    equal(messages.read(kept).replace(b"\r\n", b"\n") == scene.inbox["large"].replace(b"\r\n", b"\n"), True,
          "same bytes")


@case
def without_end():
    """Backscatter that does not end in a line end, and one of which nothing but a header is left, are moved as the
    server gives them."""
    scene = Scene("noend")
    scene.put("open", messages.forged(8, messages.NOW - messages.DAY).rstrip(b"\n") + b" the end")
    scene.put("short", messages.forged(9, messages.NOW - messages.DAY).partition(b"\n\n")[0] + b"\n\n")
    scene.backstop.pass_once()
    for name in ("open", "short"):
        where = [place for place,
                 digests in (("server", scene.on_server()), ("quarantine", rig.in_maildir(scene.quarantine)))
                 for form in (scene.inbox[name], scene.inbox[name] + b"\n") for digest in [rig.digest(form)]
                 if digest in digests]
        note(f"{name}: {where}")
        equal(len(where), 1, f"places of the message {name!r}")
    equal(len(scene.on_server()) + len(rig.in_maildir(scene.quarantine)), 9, "messages in all")


@case
def stls():
    """STLS on the plain port works."""
    scene = Scene("stls", security="starttls", port=maildrop.server.pop3_plain)
    scene.backstop.pass_once()
    scene.check(FORGED)
    assert re.search(r"user=<stls>, .*TLS", maildrop.server.log()), "the sign-in was not over TLS"


@case
def wrong_password():
    """A wrong password ends with status 77, leaves the maildrop untouched, and lets the account wait for its owner."""
    scene = Scene("password", password_command="echo wrong")
    result = scene.backstop.run("backstopd", "--once")
    equal(result.status, programs.SIGN_IN, f"status ({result.err})")
    note(result.complaint)
    assert "sign-in needed" in scene.backstop.ok("backstop", "status"), "the status does not say it"
    scene.check([])


if __name__ == "__main__":
    run_cases()
