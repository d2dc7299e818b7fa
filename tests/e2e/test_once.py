"""test_once.py - one pass over a mailbox: every verdict as expected, and a second pass finds nothing to do."""
import rig
import messages
import programs
from tap import case, equal, note, run, skip_all

# What a pass over a mailbox without news may cost: signing in, listing folders, opening the watched and the Sent
# folders.
IDLE_SENT, IDLE_GOT = 2000, 6000


def open_mailbox(user):
    mailbox = server.mailbox(user)
    inbox = messages.fill_demo(mailbox)
    return mailbox, inbox, programs.for_mailbox(mailbox, f"{work}/{user}", addresses="*@example.org")


def wanted_contents(inbox):
    return {folder: sorted(rig.digest(message) for message,
                           verdict in inbox.values() if (verdict == "backscatter") == away)
            for folder, away in (("INBOX", False), ("Backscatter", True))}


@case
def verdicts():
    """The demo mailbox is filtered as its EXPECTED.tsv says."""
    box["mailbox"], box["inbox"], box["backstop"] = open_mailbox("once")
    sent_before = box["mailbox"].snapshot()["Sent"]
    box["backstop"].pass_once()
    after = box["mailbox"].snapshot()
    want = wanted_contents(box["inbox"])
    for name, (message, verdict) in box["inbox"].items():
        away = rig.digest(message) in {row[0] for row in after["Backscatter"]}
        assert away == (verdict == "backscatter"), (f"{name} is {'' if away else 'not '}in Backscatter; "
                                                    f"expected {verdict}")
    equal({folder: sorted(row[0] for row in after[folder]) for folder in want}, want, "messages after the pass")
    equal(after["Sent"], sent_before, "the Sent folder")


@case
def journal():
    """The ledger lists every bounce with its expected verdict, and nothing else."""
    counts = {}
    for entry in box["backstop"].entries():
        counts[entry["verdict"]] = counts.get(entry["verdict"], 0) + 1
    want = {}
    for _, verdict in box["inbox"].values():
        if verdict != "pass":
            want[verdict] = want.get(verdict, 0) + 1
    equal(counts, want, "verdicts in the ledger")


@case
def flags():
    """A pass leaves flags and dates alone, but for the keyword $Backscatter on what it moved."""
    mailbox = server.mailbox("flags")
    messages.fill(mailbox)
    before = {digest: (flags, stored) for digest, flags, stored in mailbox.snapshot()["INBOX"]}
    programs.for_mailbox(mailbox, f"{work}/flags").pass_once()
    after = mailbox.snapshot()
    for digest, found, stored in after["INBOX"]:
        equal((found, stored), before[digest], "flags and date of a kept message")
    for digest, found, stored in after["Backscatter"]:
        equal((tuple(flag for flag in found if flag != "$Backscatter"), stored), before[digest],
              "flags and date of a moved message")
        assert "$Backscatter" in found, f"a moved message has only {found}"
    equal(len(after["Backscatter"]), 3, "messages moved")
    client = mailbox.connect()
    _, subscribed = client.lsub()
    client.logout()
    assert any(row.endswith(b"Backscatter")
               for row in subscribed), f"the quarantine folder is not subscribed: {subscribed}"


@case
def again():
    """A second pass moves nothing and fetches next to nothing."""
    before, listed = box["mailbox"].snapshot(), box["backstop"].entries()
    sessions = len(server.traffic("once"))
    box["backstop"].pass_once()
    programs.wait_for(lambda: len(server.traffic("once")) > sessions, "the end of the session in Dovecot's log", 10)
    sent, got = (sum(column) for column in zip(*server.traffic("once")[sessions:]))
    note(f"bytes of a pass without news: {sent} sent, {got} received")
    assert sent <= IDLE_SENT and got <= IDLE_GOT, (f"{sent} bytes sent, {got} received; "
                                                   f"allowed are {IDLE_SENT} and {IDLE_GOT}")
    equal(box["mailbox"].snapshot(), before, "the mailbox")
    equal(box["backstop"].entries(), listed, "the ledger's list")


def new_validity(folder):
    box["mailbox"].snapshot()  # ends with nobody signed in
    before, listed = box["mailbox"].snapshot(), box["backstop"].entries()
    old = box["mailbox"].new_validity(folder)
    client = box["mailbox"].connect()
    client.select(folder, readonly=True)
    assert int(client.untagged_responses["UIDVALIDITY"][0]) != old, "the rig did not change UIDVALIDITY"
    client.logout()
    box["backstop"].pass_once()
    equal(box["mailbox"].snapshot(), before, "the mailbox")
    equal([(entry["id"], entry["verdict"], entry["state"]) for entry in box["backstop"].entries()],
          [(entry["id"], entry["verdict"], entry["state"]) for entry in listed], "the ledger's list")


@case
def inbox_validity():
    """A new UIDVALIDITY of the inbox moves and judges nothing twice."""
    new_validity("INBOX")


@case
def sent_validity():
    """A new UIDVALIDITY of Sent moves and judges nothing twice."""
    new_validity("Sent")


@case
def quarantine_validity():
    """A new UIDVALIDITY of the quarantine folder loses nothing: a message in it can still be restored."""
    new_validity("Backscatter")
    entry = next(row for row in box["backstop"].entries() if row["state"] == "quarantined")
    before = rig.contents(box["mailbox"].snapshot())
    box["backstop"].run("backstop", "restore", str(entry["id"]))
    box["backstop"].pass_once()
    after = rig.contents(box["mailbox"].snapshot())
    equal(len(after["INBOX"]), len(before["INBOX"]) + 1, "messages in the inbox")
    equal(len(after["Backscatter"]), len(before["Backscatter"]) - 1, "messages in quarantine")


@case
def observe():
    """In mode observe everything is judged and nothing moved."""
    mailbox = server.mailbox("observe")
    messages.fill(mailbox)
    before = mailbox.snapshot()
    backstop = programs.for_mailbox(mailbox, f"{work}/observe", {"mode": "observe"})
    backstop.pass_once()
    equal(rig.contents(mailbox.snapshot()), rig.contents(before), "the mailbox")
    equal(sum(entry["verdict"] == "backscatter" for entry in backstop.entries()), 3, "entries judged backscatter")


@case
def arrival():
    """Mail that comes later is judged in the next pass."""
    mailbox = server.mailbox("arrival")
    messages.fill(mailbox, forgeries=1)
    backstop = programs.for_mailbox(mailbox, f"{work}/arrival")
    backstop.pass_once()
    when = messages.NOW - messages.DAY
    mailbox.put("INBOX", messages.forged(8, when), when)
    mailbox.put("INBOX", messages.ordinary(8, when), when)
    mailbox.settle()
    backstop.pass_once()
    after = rig.contents(mailbox.snapshot())
    equal(len(after["Backscatter"]), 2, "messages in quarantine")
    assert rig.digest(messages.ordinary(8, when)) in after["INBOX"], "ordinary mail went missing"


@case
def sent_folders():
    """Copies in a second Sent folder, in an archive below Sent and in one of another language count as sent."""
    mailbox = server.mailbox("folders")
    messages.fill(mailbox)
    for number, folder in enumerate(("Sent Items", "Sent/2026", "&AMk-l&AOk-ments envoy&AOk-s"), 1):
        mailbox.put(folder, messages.late_copy(number), messages.NOW - 2 * messages.DAY, "S")
    mailbox.settle()
    backstop = programs.for_mailbox(mailbox, f"{work}/folders")
    backstop.pass_once()
    equal([entry["verdict"] for entry in backstop.entries()], ["genuine"] * 5, "verdicts")
    equal(len(rig.contents(mailbox.snapshot())["INBOX"]), 7, "messages in the inbox")


@case
def two_accounts():
    """Two accounts whose addresses overlap wait for each other's Sent folder, and one pass judges both"""
    first, second = server.mailbox("first"), server.mailbox("second")
    messages.fill(first)
    messages.fill(second, sent=False)  # its owner's letters lie in the first account
    for number in range(600):  # so that it takes its time; to this day, since a long silence is a gap
        when = messages.NOW - 26 * messages.DAY + number * 3600
        second.put("Sent", messages.letter(1000 + number, when, "other@partner.example"), when, "S")
    second.settle()
    backstop = programs.for_mailbox(first, f"{work}/two", account="a", addresses="*",
                                    other={"b": programs.account_of(second, addresses="*")})
    backstop.pass_once()
    for name, mailbox in (("first", first), ("second", second)):
        equal(len(rig.contents(mailbox.snapshot())["Backscatter"]), 3, f"messages in quarantine of the {name} account")
    verdicts = sorted((entry["account"], entry["verdict"]) for entry in backstop.entries())
    equal(verdicts, sorted([("a", "backscatter"), ("b", "backscatter")] * 3 + [("a", "genuine"), ("b", "genuine")] * 2),
          "verdicts")


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.missing():
        skip_all(rig.missing())
    server, work, box = rig.Dovecot(), rig.workdir(), {}
    run()
