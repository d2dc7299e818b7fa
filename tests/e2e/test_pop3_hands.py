"""test_pop3_hands.py - a mailbox by POP3 that others use as well: restored mail stays on this computer, and other
clients, other machines and kills lose nothing."""
import os
import random
import signal

import disk
import pop3_maildrop as maildrop
import rig
import messages
import programs
from pop3_maildrop import FORGED, Scene, plain, run_cases
from tap import case, equal, note


@case
def restored_by_default():
    """What is restored goes into a Maildir of its own on this computer, never back to the server; what is deleted is
    gone."""
    scene = Scene("restored")
    scene.backstop.pass_once()
    scene.wish("restore", 1)
    scene.wish("delete", 2)
    scene.check(["forged-3"], back=["forged-1"], deleted=["forged-2"])
    equal([scene.entry_of(number)["state"] for number in (1, 2, 3)], ["restored", "deleted", "quarantined"], "states")
    scene.backstop.pass_once()
    scene.check(["forged-3"], back=["forged-1"], deleted=["forged-2"])
    shown = scene.backstop.ok("backstop", "show", str(scene.entry_of(1)["id"]))
    assert "victim1@remote.example" in shown, f"the restored message is not shown: {shown}"
    gone = scene.backstop.run("backstop", "show", "--raw", str(scene.entry_of(2)["id"]))
    assert gone.status == programs.NO_SUCH and "was deleted" in gone.err, (
        f"of the deleted one it says {gone.status}: {gone.err}")


@case
def restored_to_maildir():
    """restore-to names a Maildir, which may have mail in it."""
    path = os.path.join(maildrop.work, "tomaildir-inbox")
    scene = Scene("tomaildir", restore_to=path)
    for part in ("cur", "new", "tmp"):
        os.makedirs(os.path.join(path, part))
    there = messages.ordinary(50, messages.NOW)
    with open(os.path.join(path, "cur", "1.there:2,S"), "wb") as out:
        out.write(there)
    scene.backstop.pass_once()
    scene.wish("restore", 1)
    equal(rig.in_maildir(path), sorted(map(rig.digest, (there, scene.inbox["forged-1"]))), "messages in the Maildir")
    scene.check(["forged-2", "forged-3"], deleted=["forged-1"])


@case
def restored_to_mbox():
    """restore-to names an mbox: the message is added behind those that are there, and no byte of them changes."""
    target = disk.Mbox(os.path.join(maildrop.work, "tombox-inbox"))
    scene = Scene("tombox", restore_to=target.path)
    target.deliver(messages.ordinary(50, messages.NOW), messages.NOW)
    there = target.messages()
    scene.backstop.pass_once()
    scene.wish("restore", 1)
    after = target.messages()
    equal(after[:-1], there, "the mail that was there")
    equal(rig.digest(disk.unquote(after[-1])), rig.digest(scene.inbox["forged-1"]), "the message that was added")
    scene.check(["forged-2", "forged-3"], deleted=["forged-1"])
    equal(scene.entry_of(1)["state"], "restored", "its state")


@case
def restored_by_command():
    """restore-command takes the message from its standard input; one that fails leaves it in quarantine, and the wish
    says why."""
    path = os.path.join(maildrop.work, "taken")
    scene = Scene("tocommand", restore_command=f"cat > {path}; exit 75")
    scene.backstop.pass_once()
    with scene.watching():
        result = scene.backstop.run("backstop", "restore", str(scene.entry_of(1)["id"]))
    said = plain(result.out + result.err)
    note(said)
    assert result.status != programs.DONE and "restore-command" in said and "75" in said, (
        f"status {result.status}: {said}")
    scene.check(FORGED)
    scene.configure(restore_command=f"cat > {path}")
    os.unlink(path)
    with scene.watching():
        scene.backstop.ok("backstop", "restore", str(scene.entry_of(1)["id"]))
    equal(messages.read(path), scene.inbox["forged-1"], "what the program was given")
    scene.check(["forged-2", "forged-3"], deleted=["forged-1"])
    equal(scene.entry_of(1)["state"], "restored", "its state")


@case
def second_client():
    """A mail program that deletes messages between two looks, and puts its own question in, is not disturbed."""
    scene = Scene("second")
    client = scene.client()
    numbers = {rig.digest(b"\n".join(client.retr(number)[1]) + b"\n"): number for number in range(1, 8)}
    client.quit()
    scene.backstop.pass_once()
    client = scene.client()
    equal(len(client.list()[1]), 4, "messages that the client sees")
    client.dele(1)
    client.quit()
    first = min((number, name) for name in scene.inbox.keys() - set(FORGED)
                for number in [numbers[rig.digest(scene.inbox[name])]])[1]
    scene.put("forged-4", messages.forged(4, messages.NOW - messages.DAY))
    scene.backstop.pass_once()
    scene.check([*FORGED, "forged-4"], deleted=[first])
    equal(scene.verdicts(), ["backscatter"] * 4 + ["genuine"] * 2, "verdicts")


@case
def second_machine():
    """A second computer at the same maildrop finds what the first has left, and each message is in one quarantine."""
    scene = Scene("machines")
    away = programs.Backstop(os.path.join(maildrop.work, "machines-away"), **scene.keys)
    processes = [backstop.start("backstopd", "--once") for backstop in (scene.backstop, away)]
    statuses = []
    for process in processes:
        process.communicate(timeout=programs.LIMIT)
        statuses.append(process.returncode)
    note(f"statuses: {statuses}")
    for backstop in (scene.backstop, away):
        backstop.pass_once()
    both = rig.in_maildir(scene.quarantine) + rig.in_maildir(os.path.join(away.data, "quarantine", "test"))
    equal(sorted(both), sorted(rig.digest(scene.inbox[name]) for name in FORGED), "messages in both quarantines")
    equal(scene.on_server(), sorted(rig.digest(message) for name, message in scene.inbox.items() if name not in FORGED),
          "messages on the server")


@case
def twins():
    """A bounce that was delivered twice, byte for byte, is moved twice."""
    scene = Scene("twins")
    scene.put("twin", scene.inbox["forged-1"])
    scene.backstop.pass_once()
    scene.check([*FORGED, "twin"])
    equal([row["state"] for row in scene.backstop.entries()].count("quarantined"), 4, "entries in quarantine")


@case
def killed():
    """Passes killed at random times, with sessions that Dovecot still has open: the next ones end as if they had not
    been."""
    chance, killed, count = random.Random(4711), 0, 12
    for number in range(count):
        scene = Scene(f"killed{number}")
        for _ in range(2):
            process = scene.backstop.start("backstopd", "--once")
            try:
                process.wait(timeout=0.2 * (number + chance.random()) / count)
            except programs.subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                killed += 1
            process.communicate()
        programs.wait_for(lambda scene=scene: scene.backstop.run("backstopd", "--once").status == programs.DONE,
                          "a good pass", 30)
        scene.check(FORGED)
        equal(scene.verdicts(), ["backscatter"] * 3 + ["genuine"] * 2, "verdicts")
    note(f"{killed} of {2 * count} passes killed")
    assert killed >= count / 3, f"only {killed} passes were killed"


@case
def moved_home():
    """When the data folder has another path, what is in quarantine is still known, shown and restored."""
    scene = Scene("home")
    scene.backstop.pass_once()
    old, scene.backstop.data = scene.backstop.data, f"{scene.backstop.data}-new"
    os.rename(old, scene.backstop.data)
    scene.quarantine = os.path.join(scene.backstop.data, "quarantine", "test")
    shown = scene.backstop.ok("backstop", "show", str(scene.entry_of(2)["id"]))
    assert "victim2@remote.example" in shown, shown
    scene.wish("restore", 1)
    scene.check(["forged-2", "forged-3"], back=["forged-1"])
    equal([scene.entry_of(number)["state"] for number in (1, 2, 3)], ["restored", "quarantined", "quarantined"],
          "states")
    equal(len(scene.backstop.entries()), 5, "entries")


@case
def daemon():
    """The daemon moves what has come at its next look, and keeps nobody from the maildrop between two looks."""
    scene = Scene("daemon")
    with scene.watching():
        scene.check(FORGED)
        scene.put("forged-4", messages.forged(4, messages.NOW - messages.DAY))
        scene.put("ordinary-9", messages.ordinary(9, messages.NOW - messages.DAY))
        scene.backstop.ok("backstop", "once")
        scene.check([*FORGED, "forged-4"])
        client = scene.client()
        equal(len(client.list()[1]), 5, "messages that another client sees")
        result = scene.backstop.run("backstop", "once")
        equal(result.status, programs.UNREACHABLE,
              f"status of a look while another client is on ({plain(result.out + result.err)})")
        said = plain(scene.backstop.ok("backstop", "status"))
        assert "another program is reading the mailbox" in said, said
        client.quit()
        scene.backstop.ok("backstop", "once")
        scene.backstop.ok("backstop", "restore", str(scene.entry_of(4)["id"]))
        scene.check(FORGED, back=["forged-4"])


if __name__ == "__main__":
    run_cases()
