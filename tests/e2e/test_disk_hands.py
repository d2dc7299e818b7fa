"""test_disk_hands.py - the owner's own hands on mail in Maildirs and mboxes: flags, copies, restored mail, the trash."""
import os
import shutil

import disk
import messages
import rig
from disk import quarantined, scene
from tap import case, equal, run

LONG_AGO = messages.NOW - 2 * messages.DAY


def folder_with(mail, name, kind):
    return disk.KINDS[kind](os.path.join(mail.home, name)).make()


def marked(kind, put, name=""):
    """Three forged bounces, each marked in another way: none of them is moved, and each entry says why."""
    mail, backstop = scene(work, f"marked-{kind}{name}", kind, fill=False)
    messages.fill(mail, sent=True)
    shutil.rmtree(mail.inbox.path) if kind == "maildir" else os.unlink(mail.inbox.path)
    mail.inbox.make()
    for number in (1, 2, 3):
        put(mail.inbox, messages.forged(number, LONG_AGO), number)
    backstop.pass_once()
    backstop.pass_once()
    equal((len(mail.inbox.plain()), len(mail.away.plain()) if os.path.exists(mail.away.path) else 0), (2, 1),
          "messages in inbox and quarantine")
    kept = [row for row in backstop.entries() if row["state"] == "kept" and row["reason"]]
    equal(len(kept), 2, "entries that say why they were kept")
    assert all("flagged or answered" in row["reason"] for row in kept), kept
    shown = " ".join(backstop.ok("backstop", "explain", str(kept[0]["id"])).split())
    assert "you have flagged or answered it" in shown, shown


@case
def marked_maildir():
    """In a Maildir, what has the flag F or R is never moved; what was only read is."""
    marked("maildir", lambda inbox, message, number: inbox.put(message, LONG_AGO, ("F", "RS", "S")[number - 1]))


@case
def marked_mbox():
    """In an mbox, what X-Status says is flagged or answered is never moved."""
    marked("mbox", lambda inbox, message, number: inbox.deliver(
        with_field(message, (b"X-Status: F\n", b"Status: RO\nX-Status: A\n", b"Status: RO\n")[number - 1]), LONG_AGO))


@case
def marked_thunderbird():
    """So is what Thunderbird's X-Mozilla-Status says."""
    marked("mbox", lambda inbox, message, number: inbox.deliver(
        with_field(message, b"X-Mozilla-Status: " + (b"0005", b"0003", b"0001")[number - 1] + b"\n"), LONG_AGO), "-thunderbird")


def with_field(message, field):
    return field + message


def hands(name, kind):
    mail, backstop = scene(work, f"{name}-{kind}", kind)
    backstop.pass_once()
    entry = quarantined(backstop)[0]
    word = entry["recipients"][0].split("@")[0]
    text = next(messages.forged(number, LONG_AGO + number * 60) for number in (1, 2, 3) if f"victim{number}" == word)
    return mail, backstop, entry, word, text


def restored_with_field(kind):
    mail, backstop, entry, word, text = hands("field", kind)
    backstop.ok("backstop", "restore", str(entry["id"]))
    backstop.pass_once()
    for number in range(2):
        mail.inbox.drag(word, None) if kind == "mbox" else os.unlink(
            os.path.join(mail.inbox.path, mail.inbox.find(word)[0]))
        mail.inbox.deliver(with_field(text, b"X-Checked: %d\n" % number), messages.NOW)
        backstop.pass_once()
        backstop.pass_once()
        equal(len(mail.inbox.find(word)), 1, f"the restored message with field {number}, in the inbox")
    equal(len(mail.away.plain()), 2, "messages in quarantine")


@case
def restored_with_field_maildir():
    """A restored message that a program has added a field to is left where it is: Maildir."""
    restored_with_field("maildir")


@case
def restored_with_field_mbox():
    """A restored message that a program has added a field to is left where it is: mbox."""
    restored_with_field("mbox")


def copied(kind, field):
    mail, backstop, entry, word, text = hands(f"copy{len(field)}", kind)
    mail.inbox.deliver(field + text, messages.NOW)
    for _ in range(3):
        backstop.pass_once()
    equal((len(mail.inbox.find(word)), len(mail.away.find(word))), (1, 1), "the copy, and what it was copied from")


@case
def copy_maildir():
    """A copy that the owner takes out of quarantine is left alone, byte for byte or with a field more: Maildir."""
    copied("maildir", b"")
    copied("maildir", b"X-Copied-By: a mail program\n")


@case
def copy_mbox():
    """A copy that the owner takes out of quarantine is left alone, byte for byte or with a field more: mbox."""
    copied("mbox", b"")
    copied("mbox", b"X-Copied-By: a mail program\n")


def ledger_lost(kind, by_hand):
    mail, backstop, entry, word, text = hands(f"lost-{by_hand}", kind)
    if by_hand:
        mail.away.drag(word, mail.inbox)
    else:
        backstop.ok("backstop", "restore", str(entry["id"]))
    backstop.pass_once()
    backstop.pass_once()
    equal(len(mail.inbox.find(word)), 1, "the restored message in the inbox")
    shutil.rmtree(backstop.data)
    backstop.pass_once()
    backstop.pass_once()
    equal((len(mail.inbox.find(word)), len(mail.away.find(word))), (1, 0), "after the ledger was lost")
    notes = [name for name in os.listdir(mail.home) if name.startswith(".backstop-restored")]
    equal(len(notes), 1, "files of notes")
    path = os.path.join(mail.home, notes[0])
    equal(os.stat(path).st_mode & 0o777, 0o600, "its mode")
    assert b"@" not in disk.read(path) and word.encode() not in disk.read(path), disk.read(path)


@case
def ledger_lost_maildir():
    """What was restored, by command or by hand, stays in the inbox when the ledger is lost: Maildir."""
    ledger_lost("maildir", False)
    ledger_lost("maildir", True)


@case
def ledger_lost_mbox():
    """What was restored, by command or by hand, stays in the inbox when the ledger is lost: mbox."""
    ledger_lost("mbox", False)
    ledger_lost("mbox", True)


def trash(kind, name):
    mail, backstop = scene(work, f"trash-{kind}-{name}", kind)
    bin_ = folder_with(mail, name, kind)
    backstop.pass_once()
    entry = quarantined(backstop)[0]
    word = entry["recipients"][0].split("@")[0]
    backstop.ok("backstop", "delete", str(entry["id"]))
    said = backstop.ok("backstop", "once")
    assert "moved to" in said, said
    equal((len(bin_.find(word)), len(mail.away.find(word))), (1, 0), "in the trash and in quarantine")
    backstop.ok("backstop", "restore", str(entry["id"]))
    backstop.pass_once()
    equal((len(bin_.find(word)), len(mail.inbox.find(word))), (0, 1), "in the trash and in the inbox, after restore")
    backstop.ok("backstop", "undo")
    backstop.pass_once()
    equal((len(mail.away.find(word)), len(mail.inbox.find(word))), (1, 0), "in quarantine and in the inbox, after undo")


@case
def trash_maildir():
    """delete moves into a Maildir beside the inbox with a usual name; restore takes it out; undo puts it back."""
    trash("maildir", "Trash")
    trash("maildir", "Papierkorb")


@case
def trash_mbox():
    """delete moves into an mbox beside the inbox with a usual name; restore takes it out; undo puts it back."""
    trash("mbox", "Trash")
    trash("mbox", "Corbeille")


@case
def no_trash():
    """Where there is no trash, delete without --for-good removes nothing, though it was queued before anybody knew."""
    mail, backstop = scene(work, "no-trash", "maildir")
    backstop.pass_once()
    before = mail.on_disk()
    entry = quarantined(backstop)[0]
    result = backstop.run("backstop", "delete", str(entry["id"]))
    equal(result.status, 65, f"status of delete ({result.err})")
    backstop.pass_once()
    equal(mail.on_disk(), before, "the folders")
    trash_of = folder_with(mail, "Trash", "maildir")
    backstop.pass_once()
    backstop.ok("backstop", "delete", str(entry["id"]))
    os.rename(trash_of.path, os.path.join(mail.home, "elsewhere"))  # before the pass that would use it
    said = " ".join(backstop.ok("backstop", "once").split())
    assert "no trash" in said, said
    equal(mail.on_disk(), before, "the folders without the trash")
    backstop.ok("backstop", "delete", "--for-good", str(entry["id"]))
    backstop.pass_once()
    equal(len(mail.away.plain()), 2, "messages in quarantine after --for-good")


@case
def last_word():
    """delete, then restore before the pass: the message is restored, with a trash and without."""
    for name in ("Trash", "no trash"):
        mail, backstop = scene(work, f"last-{len(name)}", "maildir")
        if name == "Trash":
            folder_with(mail, name, "maildir")
        backstop.pass_once()
        entry = quarantined(backstop)[0]
        word = entry["recipients"][0].split("@")[0]
        backstop.ok("backstop", "delete", "--for-good", str(entry["id"]))
        backstop.ok("backstop", "restore", str(entry["id"]))
        said = " ".join(backstop.ok("backstop", "once").split())
        assert "asked for something else" in said and "restored to" in said, said
        equal((len(mail.inbox.find(word)), len(mail.away.plain())), (1, 2), f"in inbox and quarantine ({name})")
        assert "asked for something else" not in backstop.ok("backstop", "once"), "it is told twice"


if __name__ == "__main__":
    work = rig.workdir()
    run()
