"""test_hands.py - the owner's own hands on an IMAP server: flags, the trash by its name, the last word, undo."""
import messages
import programs
import rig
from tap import case, equal, run, skip_all


class Scene:
    def __init__(self, name, which, flags=None):
        self.mailbox = which.mailbox(name)
        self.inbox = messages.fill(self.mailbox)
        if flags:
            client = self.mailbox.connect()
            client.select("INBOX")
            _, found = client.search(None, "BODY", "victim1@remote.example")
            client.store(found[0].decode(), "+FLAGS", flags)
            client.logout()
        self.backstop = programs.for_mailbox(self.mailbox, f"{work}/{name}")
        self.backstop.pass_once()

    def folders_of(self, number):
        wanted = rig.digest(self.inbox[f"forged-{number}"])
        return [folder for folder, rows in self.mailbox.snapshot().items() for row in rows if row[0] == wanted]

    def entry(self, number):
        return next(row for row in self.backstop.entries() if f"victim{number}@" in " ".join(row["recipients"]))


@case
def marked():
    """What is \\Flagged or \\Answered is never moved, with MOVE and without, and its entry says why."""
    for name, which in (("moves", server), ("copies", bare)):
        for flag in ("\\Flagged", "\\Answered"):
            scene = Scene(f"{name}-{flag[1:].lower()}", which, flag)
            scene.backstop.pass_once()
            equal(scene.folders_of(1), ["INBOX"], f"where the one is that is {flag}")
            equal([scene.folders_of(number) for number in (2, 3)], [["Backscatter"]] * 2, "where the others are")
            row = scene.entry(1)
            equal(row["state"], "kept", "its state")
            assert "flagged or answered" in row["reason"], row
            equal(scene.backstop.run("backstop", "sweep").status, programs.DONE, "status of a sweep")
            equal(scene.folders_of(1), ["INBOX"], "where it is after a sweep")


@case
def trash_by_name():
    """Where no folder is marked as the trash, one with a usual name is; restore takes a message out of it again."""
    for name in ("Papierkorb", "Éléments supprimés", "Deleted Items"):
        scene = Scene(f"named-{len(name)}", bare)
        client = scene.mailbox.connect()
        client.create(rig_name(name))
        client.logout()
        number = str(scene.entry(2)["id"])
        scene.backstop.pass_once()
        scene.backstop.ok("backstop", "delete", number)
        scene.backstop.pass_once()
        equal(len(scene.folders_of(2)), 1, "copies of the deleted message")
        assert scene.folders_of(2)[0] not in ("INBOX", "Backscatter"), scene.folders_of(2)
        equal(scene.entry(2)["state"], "deleted", "its state")
        scene.backstop.ok("backstop", "restore", number)
        scene.backstop.pass_once()
        equal((scene.folders_of(2), scene.entry(2)["state"]), (["INBOX"], "restored"), "after restore")
        scene.backstop.pass_once()
        equal(scene.folders_of(2), ["INBOX"], "after one more pass")


def rig_name(name):
    """A folder's name for imaplib: modified UTF-7, quoted."""
    wire = name.encode("utf-7").replace(b"+", b"&").decode()
    return f'"{wire}"'


@case
def restore_of_what_is_gone():
    """A message that is no longer in the trash is not restored, says so, and stays deleted."""
    scene = Scene("emptied", server)
    number = str(scene.entry(2)["id"])
    scene.backstop.ok("backstop", "delete", number)
    scene.backstop.pass_once()
    equal(scene.folders_of(2), ["Trash"], "where it was deleted to")
    client = scene.mailbox.connect()
    client.select("Trash")
    client.store("1:*", "+FLAGS", "(\\Deleted)")
    client.expunge()
    client.logout()
    scene.backstop.ok("backstop", "restore", number)
    said = " ".join(scene.backstop.ok("backstop", "once").split())
    assert "no longer in the trash" in said, said
    equal(scene.entry(2)["state"], "deleted", "its state")


@case
def last_word():
    """delete --for-good, then restore before a pass: the message is restored, though there is no trash."""
    scene = Scene("last", bare)
    number = str(scene.entry(3)["id"])
    scene.backstop.ok("backstop", "delete", "--for-good", number)
    scene.backstop.ok("backstop", "restore", number)
    scene.backstop.pass_once()
    equal((scene.folders_of(3), scene.entry(3)["state"]), (["INBOX"], "restored"), "after the pass")


@case
def undo():
    """undo of a restore puts the message back into quarantine; undo of a delete takes it out of the trash."""
    scene = Scene("undo", server)
    scene.backstop.ok("backstop", "restore", str(scene.entry(1)["id"]))
    scene.backstop.pass_once()
    scene.backstop.ok("backstop", "undo")
    scene.backstop.pass_once()
    equal((scene.folders_of(1), scene.entry(1)["state"]), (["Backscatter"], "quarantined"), "undo of restore")
    scene.backstop.ok("backstop", "delete", "--to", "victim2@remote.example", "--yes")
    scene.backstop.pass_once()
    equal(scene.folders_of(2), ["Trash"], "deleted")
    scene.backstop.ok("backstop", "undo")
    scene.backstop.pass_once()
    equal(scene.folders_of(2), ["INBOX"], "undo of delete")


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.missing():
        skip_all(rig.missing())
    server, bare, work = rig.Dovecot(), rig.Dovecot(without_move=True, trash=False), rig.workdir()
    run()
