"""test_watch.py - a daemon left alone: new mail by IDLE, the owner's hands, two machines, several accounts, what
servers lack."""
import json
import time

import rig
import messages
import programs
from tap import case, equal, note, run, skip_all

NEVER = {"interval": 86400}  # seconds between two looks: what happens in a test happens because the server told of it
OLD = messages.NOW - 5 * messages.DAY


def scene(name, where=None, general=NEVER, **more):
    mailbox = (where or server).mailbox(name)
    messages.fill(mailbox)
    return mailbox, programs.for_mailbox(mailbox, f"{work}/{name}", general, **more)


def state(backstop, account="test"):
    rows = [json.loads(line) for line in backstop.run("backstop", "status", "--json").out.splitlines()]
    return next((row for row in rows if row.get("account") == account or row.get("name") == account), {})


def watching(backstop, account="test"):
    return lambda: state(backstop, account).get("state") == "watching"


def count(mailbox, folder):
    return len(mailbox.snapshot().get(folder, []))


def holds(mailbox, folder, number):
    return lambda: count(mailbox, folder) == number


def states(backstop):
    return sorted(row["state"] for row in backstop.entries())


def drag(mailbox, source, target, subject):
    """Moves the messages with this word in their subject as a mail program would."""
    client = mailbox.connect()
    client.select(source)
    numbers = client.uid("SEARCH", "BODY", f'"{subject}"')[1][0].split()
    assert numbers, f"nothing in {source} holds {subject}"
    status, answer = client.uid("MOVE", b",".join(numbers).decode(), target)
    assert status == "OK", answer
    client.logout()


@case
def idle():
    """A bounce is in quarantine soon after its delivery, since the server tells of it."""
    mailbox, backstop = scene("idle")
    with backstop.daemon():
        programs.wait_for(watching(backstop), "the first pass", 20)
        for number in (21, 22, 23):
            mailbox.deliver("INBOX", messages.forged(number, OLD + number), OLD + number)
            took = programs.wait_for(holds(mailbox, "Backscatter", number - 17), "the quarantine", 10)
            note(f"after {took:.2f} s")
        mailbox.deliver("INBOX", messages.ordinary(24, messages.NOW), messages.NOW)
        programs.wait_for(watching(backstop), "the watch", 10)
    equal(count(mailbox, "INBOX"), 5, "messages in the inbox")


@case
def hands():
    """What the owner drags back to the inbox counts as restored, what he drags into the quarantine as marked."""
    mailbox, backstop = scene("hands")
    with backstop.daemon():
        programs.wait_for(watching(backstop), "the first pass", 20)
        equal(states(backstop), ["kept", "kept", "quarantined", "quarantined", "quarantined"], "states at first")
        drag(mailbox, "Backscatter", "INBOX", "victim2@remote.example")
        programs.wait_for(lambda: states(backstop).count("restored") == 1, "the restored one", 10)
        drag(mailbox, "INBOX", "Backscatter", "friend")  # the genuine ones, by their recipients
        programs.wait_for(lambda: states(backstop).count("quarantined") == 4, "the marked ones", 10)
        before = mailbox.snapshot()
        backstop.ok("backstop", "once")
        equal(mailbox.snapshot(), before, "the mailbox after another look")
        equal(states(backstop), ["quarantined"] * 4 + ["restored"], "states in the end")


def append(mailbox, folder, message):
    """Stores a message as a mail program does with what it has sent."""
    client = mailbox.connect()
    assert client.append(folder, "(\\Seen)", None, message.replace(b"\n", b"\r\n"))[0] == "OK"
    client.logout()


def same_end(first, second):
    shown = lambda backstop: sorted((row["recipients"], row["state"]) for row in backstop.entries())
    return lambda: shown(first) == shown(second)


@case
def two_machines():
    """Two daemons on one mailbox end in the same state as one: nothing doubled, nothing lost, both know all of it."""
    for name, where in (("two-move", server),):
        mailbox, first = scene(name, where)
        second = programs.for_mailbox(mailbox, f"{work}/{name}-second", NEVER)
        with first.daemon(), second.daemon():
            programs.wait_for(watching(first), "the first daemon", 30)
            programs.wait_for(watching(second), "the second daemon", 30)
            for number in range(30, 50):
                mailbox.deliver("INBOX", messages.forged(number, OLD + number), OLD + number)
                time.sleep(0.1 if number % 3 else 0)
            programs.wait_for(holds(mailbox, "INBOX", 4), "the inbox without them", 60)
            first.ok("backstop", "once")
            second.ok("backstop", "once")
            programs.wait_for(same_end(first, second), "the same entries on both", 30)
            equal(count(mailbox, "Backscatter"), 23, f"messages in quarantine ({name})")
            equal(states(first), ["kept"] * 2 + ["quarantined"] * 23, "states")
            entry = next(row for row in second.entries() if row["state"] == "quarantined")
            second.ok("backstop", "restore", str(entry["id"]))
            programs.wait_for(lambda: states(first).count("restored") == 1, "the other one's knowledge of it", 10)
            time.sleep(1)
            equal((count(mailbox, "INBOX"), count(mailbox, "Backscatter")), (5, 22), "messages in inbox and quarantine")


@case
def several_accounts():
    """A bounce in one account is judged by what was sent from another one, at once, both being watched."""
    second = server.mailbox("several-second")
    messages.fill(second, forgeries=0, answered=0)
    mailbox, backstop = scene("several", other={"other": programs.account_of(second)})
    with backstop.daemon():
        programs.wait_for(watching(backstop), "the first pass", 30)
        programs.wait_for(watching(backstop, "other"), "the other one's", 30)
        mailbox.deliver("INBOX", messages.forged(61, OLD), OLD)
        took = programs.wait_for(holds(mailbox, "Backscatter", 4), "the quarantine", 15)
        note(f"after {took:.2f} s")
        when = messages.NOW - messages.DAY
        append(second, "Sent", messages.letter(62, when - 60, "far@partner.example"))
        mailbox.deliver("INBOX",
                        messages.bounce(62, when, "letter-62@backstop.example", "far@partner.example", "Letter 62",
                                        when - 60), time.time())
        programs.wait_for(lambda: any(row["recipients"] == ["far@partner.example"] and row["state"] != "waiting"
                                      for row in backstop.entries()), "its verdict", 15)
        row = next(row for row in backstop.entries() if row["recipients"] == ["far@partner.example"])
        note(f"{row['verdict']}, {row['state']}")
        equal((row["verdict"], row["state"]), ("genuine", "kept"), "the bounce for mail of the other account")


@case
def restarts():
    """A server that goes away and comes back is found again, and the state says meanwhile when that is tried."""
    mailbox, backstop = scene("restarts", restarted, timeout=5)
    with backstop.daemon():
        programs.wait_for(watching(backstop), "the first pass", 20)
        restarted.stop()
        programs.wait_for(lambda: state(backstop).get("state") == "retrying", "the state without a server", 20)
        told = state(backstop)
        assert told["until"] and told["text"], told
        note(backstop.ok("backstop", "status").splitlines()[0])
        restarted.start(same_ports=True)
        mailbox.deliver("INBOX", messages.forged(71, OLD), OLD)
        took = programs.wait_for(holds(mailbox, "Backscatter", 4), "the quarantine after the restart", 60)
        note(f"after {took:.1f} s")


@case
def lacking():
    """A server that can neither move nor remove single messages is only observed, which status says."""
    mailbox, backstop = scene("lacking", poor, general={"interval": 10})
    before = mailbox.snapshot()
    with backstop.daemon():
        programs.wait_for(watching(backstop), "the first pass", 20)
        equal(mailbox.snapshot(), before, "the mailbox")
        assert "only observes" in state(backstop)["notice"], state(backstop)
        assert "only observes" in backstop.ok("backstop", "status")
        mailbox.deliver("INBOX", messages.forged(81, OLD), OLD)  # no IDLE either: it is found by looking
        programs.wait_for(lambda: len(backstop.entries()) == 6, "the new one's verdict", 30)


@case
def folder_missing():
    """A watched folder that is not there is told in the state, and keeps no other from being watched."""
    mailbox, backstop = scene("missing", folders="INBOX;Nowhere")
    with backstop.daemon():
        programs.wait_for(holds(mailbox, "Backscatter", 3), "the first pass", 20)
        programs.wait_for(lambda: "Nowhere" in (state(backstop).get("text") or ""), "the state", 10)
        mailbox.deliver("INBOX", messages.forged(85, OLD), OLD)
        took = programs.wait_for(holds(mailbox, "Backscatter", 4), "the quarantine", 4)
        note(f"after {took:.2f} s")


@case
def prefixed():
    """With an INBOX. prefix the quarantine lies under the server's prefix, and a watched subfolder is watched."""
    mailbox, backstop = scene("prefixed", dotted, folders="INBOX;Lists", quarantine="Backscatter",
                              general={"interval": 10})
    mailbox.put("Lists", messages.forged(91, OLD), OLD)
    mailbox.settle()
    with backstop.daemon():
        programs.wait_for(watching(backstop), "the first pass", 20)
        programs.wait_for(holds(mailbox, "INBOX.Backscatter", 4), "the quarantine", 20)
        mailbox.deliver("Lists", messages.forged(92, OLD + 1), OLD + 1)
        programs.wait_for(holds(mailbox, "INBOX.Backscatter", 5), "a bounce in the other watched folder", 30)


@case
def gaps():
    """Sent mail that came and went unseen is told by status as a gap, and bounces of that time stay in the inbox."""
    mailbox, backstop = scene("gaps")
    backstop.pass_once()
    for number in (95, 96):
        mailbox.put("Sent", messages.letter(number, messages.NOW), messages.NOW, "S")
    mailbox.settle()
    client = mailbox.connect()
    client.select("Sent")
    client.uid("STORE", "*", "+FLAGS", "\\Deleted")
    client.expunge()
    client.logout()
    mailbox.put("Sent", messages.letter(97, messages.NOW), messages.NOW, "S")
    now = int(time.time())
    mailbox.put("INBOX", messages.forged(98, now - 1000), now)
    mailbox.settle()
    backstop.pass_once()
    row = next(row for row in backstop.entries() if row["recipients"] == ["victim98@remote.example"])
    equal((row["verdict"], row["state"]), ("unsure", "kept"), "the bounce of that time")
    assert "gap" in backstop.ok("backstop", "status"), backstop.ok("backstop", "status")
    note(next(line.strip() for line in backstop.ok("backstop", "status").splitlines() if "gap" in line))


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.missing():
        skip_all(rig.missing())
    server, restarted, work = rig.Dovecot(), rig.Dovecot(), rig.workdir()
    poor = rig.Dovecot(extra="\nprotocol imap {\n  imap_capability = IMAP4rev1 SASL-IR LITERAL+ NAMESPACE "
                             "SPECIAL-USE\n}\n")
    dotted = rig.Dovecot(prefix="INBOX.", separator=".")
    run()
