"""test_wishes.py - restore and delete: by the running daemon within two seconds, and queued for the next pass without
it."""
import rig
import messages
import programs
from tap import case, equal, note, run, skip_all

SOON = 2.0  # seconds from a wish to its result while the daemon runs


class Scene:
    """A mailbox with three forged bounces in quarantine, each of which carried \\Seen and a keyword in the
    inbox."""

    def __init__(self, name, which=None):
        self.mailbox = (which or server).mailbox(name)
        self.inbox = messages.fill(self.mailbox)
        client = self.mailbox.connect()
        client.select("INBOX")
        client.store("1:*", "FLAGS", "(\\Seen Important)")
        client.logout()
        self.before = self.mailbox.snapshot()
        self.backstop = programs.for_mailbox(self.mailbox, f"{work}/{name}")
        self.backstop.pass_once()
        self.entries = [row for row in self.backstop.entries() if row["state"] == "quarantined"]
        equal(len(self.entries), 3, "messages in quarantine")

    def state(self, entry):
        return next(row["state"] for row in self.backstop.entries() if row["id"] == entry["id"])

    def place(self, number):
        """Which folders hold forged bounce `number`, once for every copy."""
        wanted = rig.digest(self.inbox[f"forged-{number}"])
        return [folder for folder, rows in self.mailbox.snapshot().items() for row in rows if row[0] == wanted]

    def number(self, entry):
        """Which of the forged bounces this entry is."""
        text = " ".join(entry["recipients"])
        return next(number for number in (1, 2, 3) if f"victim{number}@" in text)

    def check_restored(self, entry):
        number = self.number(entry)
        equal(self.place(number), ["INBOX"], "where the restored message is")
        wanted = rig.digest(self.inbox[f"forged-{number}"])
        restored = next(row for row in self.mailbox.snapshot()["INBOX"] if row[0] == wanted)
        was = next(row for row in self.before["INBOX"] if row[0] == wanted)
        missing = set(was[1]) - set(restored[1])
        assert not missing, f"the restored message lost {sorted(missing)}"
        equal(restored[2], was[2], "its date")
        assert "$Backscatter" not in restored[1], "the restored message is still marked $Backscatter"
        self.backstop.pass_once()
        equal(self.place(number), ["INBOX"], "where the next pass leaves it")
        equal(self.state(entry), "restored", "its state")

    def check_deleted(self, entry, others, folder):
        number = self.number(entry)
        equal(self.place(number), folder, "where the deleted message is")
        equal(self.state(entry), "deleted", "its state")
        for other in others:
            equal(self.place(self.number(other)), ["Backscatter"], "where another quarantined message is")
        equal(self.mailbox.snapshot()["Sent"], self.before["Sent"], "the Sent folder")


@case
def restore_stopped():
    """Without the daemon, restore is queued and done in the next pass; flags are kept, and the pass after leaves it
    there."""
    scene = Scene("restore")
    result = scene.backstop.run("backstop", "restore", str(scene.entries[0]["id"]))
    equal(result.status, programs.DONE, f"status of restore ({result.err})")
    assert "queued" in (result.out +
                        result.err).lower(), f"restore does not say that it is queued: {result.out}{result.err}"
    equal(scene.place(scene.number(scene.entries[0])), ["Backscatter"], "where the message is before the pass")
    scene.backstop.pass_once()
    scene.check_restored(scene.entries[0])


@case
def delete_stopped():
    """Without the daemon, delete is queued; the next pass moves just that one to Trash."""
    scene = Scene("delete")
    result = scene.backstop.run("backstop", "delete", str(scene.entries[1]["id"]))
    equal(result.status, programs.DONE, f"status of delete ({result.err})")
    scene.backstop.pass_once()
    scene.check_deleted(scene.entries[1], [scene.entries[0], scene.entries[2]], ["Trash"])


@case
def delete_without_trash():
    """Where the server has no Trash, delete removes just that message, not others marked \\Deleted."""
    scene = Scene("notrash", bare)
    marked = scene.number(scene.entries[2])
    client = scene.mailbox.connect()
    client.select("Backscatter")
    _, found = client.search(None, "BODY", f"victim{marked}@remote.example")
    client.store(found[0].decode(), "+FLAGS", "(\\Deleted)")
    client.unselect()
    client.logout()
    equal(scene.backstop.run("backstop", "delete", "--for-good", str(scene.entries[1]["id"])).status, programs.DONE,
          "status of delete")
    scene.backstop.pass_once()
    scene.check_deleted(scene.entries[1], [scene.entries[0], scene.entries[2]], [])


@case
def daemon_runs():
    """With the daemon running, restore and delete report their result within two seconds."""
    scene = Scene("daemon")
    with scene.backstop.daemon():
        programs.wait_for(lambda: '"watching"' in scene.backstop.ok("backstop", "status", "--json"),
                          "the daemon's first pass", 20)
        for verb, entry, state in (("restore", scene.entries[0], "restored"), ("delete", scene.entries[1], "deleted")):
            process = scene.backstop.start("backstop", verb, str(entry["id"]))
            took = programs.wait_for(lambda: process.poll() is not None, f"result of {verb}", 20)
            out, err = process.communicate()
            note(f"{verb}: {took:.2f} s: {out.strip()}")
            equal(process.returncode, programs.DONE, f"status of {verb} ({out}{err})")
            equal(scene.state(entry), state, "its state right after")
            assert took <= SOON, f"{verb} took {took:.2f} s"
    scene.check_deleted(scene.entries[1], [scene.entries[2]], ["Trash"])
    scene.check_restored(scene.entries[0])


@case
def many_at_once():
    """Several ids in one command are all restored."""
    scene = Scene("many")
    scene.backstop.ok("backstop", "restore", *[str(row["id"]) for row in scene.entries])
    scene.backstop.pass_once()
    equal([scene.place(number) for number in (1, 2, 3)], [["INBOX"]] * 3, "where the messages are")


@case
def nonsense():
    """Restoring what was never moved, and an id that does not exist, are refused with one line."""
    scene = Scene("nonsense")
    kept = next(row for row in scene.backstop.entries() if row["state"] == "kept")
    for number, status in ((kept["id"], 65), (999999, programs.NO_SUCH)):
        result = scene.backstop.run("backstop", "delete", str(number))
        equal(result.status, status, f"status of delete {number}")
        note(result.complaint)


@case
def owner_restores():
    """A message that the owner drags back to the inbox counts as restored and is left there."""
    scene = Scene("drag")
    client = scene.mailbox.connect()
    client.select("Backscatter")
    client.uid("MOVE", "1:*", "INBOX")
    client.logout()
    scene.backstop.pass_once()
    equal([scene.place(number) for number in (1, 2, 3)], [["INBOX"]] * 3, "where the messages are")
    equal([scene.state(entry) for entry in scene.entries], ["restored"] * 3, "their states")


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.missing():
        skip_all(rig.missing())
    server, bare, work = rig.Dovecot(), rig.Dovecot(without_move=True, trash=False), rig.workdir()
    run()
