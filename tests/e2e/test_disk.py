"""test_disk.py - mail in Maildirs and mboxes, filtered beside the programs that read and write it: nothing lost, doubled or altered."""
import contextlib
import fcntl
import json
import os
import random
import stat
import threading
import time

import disk
import messages
import programs
import rig
from disk import digest
from tap import case, equal, note, run

NEVER = {"interval": 86400}  # seconds between two looks: what happens in a test happens because the folder told of it
SOON = 1.0  # seconds from a delivery to the quarantine while the daemon runs
OLD = messages.NOW - 5 * messages.DAY
OTHER_DISK = "/dev/shm"


def new_mail(name, kind, quarantine=None, fill=True, **more):
    mail = disk.Mail(os.path.join(work, name, "mail"), kind, quarantine)
    if fill:
        messages.fill(mail, **more)
    return mail


def scene(name, kind, general=None, quarantine=None, keys=None, **more):
    mail = new_mail(name, kind, quarantine, **more)
    return mail, mail.backstop(os.path.join(work, name), general, **(keys or {}))


def every(found):
    """All rows of all folders, Sent left out."""
    return sorted(row for name, rows in found.items() if name != "Sent" for row in rows)


def states(backstop):
    return sorted(row["state"] for row in backstop.entries())


def quarantined(backstop, word=""):
    return [row for row in backstop.entries() if row["state"] == "quarantined" and word in " ".join(row["recipients"])]


def state(backstop):
    return json.loads(backstop.run("backstop", "status", "--json").out.splitlines()[-1])


def watching(backstop):
    return lambda: '"watching"' in backstop.run("backstop", "status", "--json").out


def holds(folder, number):
    return lambda: len(folder.plain()) == number


def verdicts(kind):
    mail = new_mail(f"verdicts-{kind}", kind, fill=False)
    inbox = messages.fill_demo(mail)
    backstop = mail.backstop(f"{work}/verdicts-{kind}")
    before = mail.on_disk()
    backstop.pass_once()
    after, plain = mail.on_disk(), mail.plain()
    for name, (message, verdict) in inbox.items():
        away = digest(message) in plain["Backscatter"]
        assert away == (verdict == "backscatter"), f"{name} is {'' if away else 'not '}in quarantine; expected {verdict}"
    equal(every(after), every(before), "all messages, every byte and flag of them")
    equal(after["Sent"], before["Sent"], "the Sent folder")
    for verdict in ("backscatter", "genuine", "unsure"):
        equal(sum(row["verdict"] == verdict for row in backstop.entries()), sum(row[1] == verdict for row in inbox.values()),
              f"entries that are {verdict}")
    backstop.pass_once()
    equal(mail.on_disk(), after, "the folders after a second pass")


@case
def verdicts_maildir():
    """The sample mailbox as a Maildir is filtered as its EXPECTED.tsv says, and no byte or flag is changed."""
    verdicts("maildir")


@case
def verdicts_mbox():
    """The sample mailbox as an mbox is filtered as its EXPECTED.tsv says, and no byte is changed, of separators and Status fields neither."""
    verdicts("mbox")


def wishes(kind, quarantine=None):
    mail, backstop = scene(f"wishes-{kind}-{quarantine}", kind, quarantine=quarantine)
    before, plain = mail.on_disk(), mail.plain()
    backstop.pass_once()
    equal(len(mail.away.plain()), 3, "messages in quarantine")
    if not quarantine:
        equal(every(mail.on_disk()), every(before), "all messages")
    equal(every(mail.plain()), every(plain), "all messages, without what a folder adds")
    back, gone, stays = quarantined(backstop)
    backstop.ok("backstop", "restore", str(back["id"]))
    backstop.ok("backstop", "delete", str(gone["id"]))
    backstop.pass_once()
    word = gone["recipients"][0].split("@")[0]
    lost = next(digest(message) for name, message in messages_of(3).items() if word.encode() in message)
    equal(every(mail.plain()), sorted(set(every(plain)) - {lost}), "all messages but the deleted one")
    equal(len(mail.away.plain()), 1, "messages in quarantine after restore and delete")
    assert mail.away.find(stays["recipients"][0]), "another one than wished was taken out of quarantine"
    after = mail.on_disk()
    backstop.pass_once()
    equal(mail.on_disk(), after, "the folders after another pass")
    equal(states(backstop), ["deleted", "kept", "kept", "quarantined", "restored"], "states")


def messages_of(count):
    return {f"forged-{number}": messages.forged(number, messages.NOW - 2 * messages.DAY + number * 60)
            for number in range(1, count + 1)}


@case
def wishes_maildir():
    """Restore and delete in Maildirs do just that, and flags come back"""
    wishes("maildir")


@case
def wishes_mbox():
    """Restore and delete in mboxes do just that"""
    wishes("mbox")


@case
def wishes_maildir_mbox():
    """A Maildir whose quarantine is an mbox: there and back, every byte the same."""
    wishes("maildir", "mbox")


@case
def wishes_mbox_maildir():
    """An mbox whose quarantine is a Maildir: there and back, every byte the same."""
    wishes("mbox", "maildir")


def other_disk(kind):
    if not os.access(OTHER_DISK, os.W_OK) or os.stat(OTHER_DISK).st_dev == os.stat(work).st_dev:
        note(f"{OTHER_DISK} is no other file system: not tested")
        return
    far = rig.workdir(OTHER_DISK)
    mail = new_mail(f"far-{kind}", kind)
    mail.away.path = os.path.join(far, "Backscatter")
    backstop = mail.backstop(f"{work}/far-{kind}")
    plain = mail.plain()
    backstop.pass_once()
    equal(len(mail.away.plain()), 3, "messages in quarantine")
    equal(every(mail.plain()), every(plain), "all messages")
    for entry in quarantined(backstop):
        backstop.ok("backstop", "restore", str(entry["id"]))
    backstop.pass_once()
    equal(mail.plain(), plain | {"Backscatter": []}, "the folders when all is restored")


@case
def other_disk_maildir():
    """A quarantine on another file system, where nothing can be renamed into: there and back, Maildir."""
    other_disk("maildir")


@case
def other_disk_mbox():
    """A quarantine on another file system: there and back, mbox."""
    other_disk("mbox")


@contextlib.contextmanager
def locked(path):
    """The lock that a program holds on a file, by fcntl."""
    with open(path, "ab") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def dotlocked(path):
    disk.write(path + ".lock", str(os.getpid()).encode() + b"\n")
    yield
    os.unlink(path + ".lock")


def in_use(name, lock, words, keys=None, mail=None, held=None):
    """What is in use by another program is left alone, which is told, and moved at the next pass after that has let go."""
    if mail is None:
        mail = new_mail(name, "mbox")
    backstop = mail.backstop(f"{work}/{name}", **(keys or {}))
    before = mail.on_disk()
    with lock(held or mail.inbox.path):
        begin = time.monotonic()
        backstop.run("backstopd", "--once")
        note(f"after {time.monotonic() - begin:.1f} s")
        equal(mail.on_disk(), before, "the folders while another program uses one")
        told = backstop.ok("backstop", "list", "--all", "--json") + backstop.ok("backstop", "status")
        for word in words:
            assert word in told, f"nobody says {word!r}:\n{told}"
        for row in backstop.entries():
            if row["verdict"] == "backscatter":
                assert row["state"] != "quarantined", row
    backstop.pass_once()
    after = mail.on_disk()
    equal(len(after["Backscatter"]), 3, "messages in quarantine after the pass that follows")
    equal(every(after), every(before), "all messages")
    equal(states(backstop), ["kept", "kept"] + ["quarantined"] * 3, "states")
    return backstop


@case
def in_use_fcntl():
    """An mbox that another program has locked is left alone, and filtered when it is free."""
    in_use("fcntl", locked, ["in use by another program"])


@case
def in_use_dotlock():
    """An mbox with a FILE.lock of another program beside it is left alone, and filtered when it is free."""
    in_use("dotlock", dotlocked, ["in use by another program"])


@case
def in_use_quarantine():
    """The same for a quarantine that another program has locked"""
    mail = new_mail("quarantine-lock", "mbox")
    mail.away.make()
    in_use("quarantine-lock", locked, ["in use by another program"], mail=mail, held=mail.away.path)


@case
def in_use_daemon():
    """The daemon tries a locked mbox again by itself."""
    mail, backstop = scene("locked-daemon", "mbox", {"interval": 10})
    with locked(mail.inbox.path):
        daemon = contextlib.ExitStack()
        daemon.enter_context(backstop.daemon())
        programs.wait_for(lambda: "in use by another program" in backstop.run("backstop", "list", "--all", "--json").out,
                          "the reason", 20)
        equal(len(mail.away.plain()), 0, "messages in quarantine")
    with daemon:
        took = programs.wait_for(holds(mail.away, 3), "the quarantine", 25)
        note(f"{took:.1f} s after it was free")


@case
def thunderbird():
    """Thunderbird's Local Folders are left alone while it runs, which is told, and filtered when it is closed."""
    profile = f"{work}/thunderbird/abc.default"
    folders = f"{profile}/Mail/Local Folders"
    mail = disk.Mail(folders, "mbox")
    mail.inbox.path, mail.sent.path, mail.away.path = (f"{folders}/{name}" for name in ("Inbox", "Sent", "Backscatter"))
    for folder in (mail.inbox, mail.sent):
        folder.make()
        disk.write(folder.path + ".msf", b"// <!-- <mdb:mork:z v=\"1.4\"/> -->\n")
    messages.fill(mail)
    disk.write(f"{profile}/.parentlock", b"")
    backstop = in_use("thunderbird", locked, ["Thunderbird is running"], mail=mail, held=f"{profile}/.parentlock")
    before = mail.plain()
    for entry in quarantined(backstop)[:1]:
        backstop.ok("backstop", "restore", str(entry["id"]))
    backstop.pass_once()
    equal(every(mail.plain()), every(before), "all messages after a restore")
    equal(len(mail.away.plain()), 2, "messages in quarantine after a restore")


@case
def renamed_meanwhile():
    """A mail program that marks messages and moves them from new to cur while passes run loses none, nor a flag"""
    mail = new_mail("renamed", "maildir", forgeries=40, answered=10, others=40)
    plain, chance, stopped, renamed = mail.plain(), random.Random(7), threading.Event(), [0]

    def read_mail():
        while not stopped.is_set():
            for name in mail.inbox.names():
                base, _, flags = os.path.basename(name).partition(":2,")
                flags = "".join(sorted(set(flags) ^ {chance.choice("FRS")}))
                with contextlib.suppress(FileNotFoundError):
                    os.rename(os.path.join(mail.inbox.path, name), os.path.join(mail.inbox.path, "cur", f"{base}:2,{flags}"))
                    renamed[0] += 1
                stopped.wait(0.002)

    for name in mail.inbox.names()[::2]:
        os.rename(os.path.join(mail.inbox.path, name),
                  os.path.join(mail.inbox.path, "new", os.path.basename(name).partition(":2,")[0]))
    backstop = mail.backstop(f"{work}/renamed")
    program = threading.Thread(target=read_mail)
    program.start()
    try:
        for _ in range(4):
            backstop.run("backstopd", "--once")
            equal(every(mail.plain()), every(plain), "all messages")
    finally:
        stopped.set()
        program.join()
    backstop.pass_once()
    note(f"{renamed[0]} times renamed")
    equal((len(mail.inbox.plain()), len(mail.away.plain())), (50, 40), "messages in inbox and quarantine")
    equal(every(mail.plain()), every(plain), "all messages")
    equal(states(backstop), ["kept"] * 10 + ["quarantined"] * 40, "states")


def hands(kind):
    mail, backstop = scene(f"hands-{kind}", kind)
    backstop.pass_once()
    plain = mail.plain()
    mail.away.drag("victim1@", mail.inbox)  # back to the inbox
    mail.inbox.drag("Letter 1", mail.away)  # a genuine one into the quarantine
    mail.away.drag("victim2@", None)  # deleted there
    after = mail.on_disk()
    backstop.pass_once()
    backstop.pass_once()
    equal(mail.on_disk(), after, "the folders, which the owner has arranged")
    equal(states(backstop), ["deleted", "kept", "quarantined", "quarantined", "restored"], "states")
    equal([row["state"] for row in backstop.entries() if "friend@partner.example" in row["recipients"]].count("quarantined"), 1,
          "listed as quarantined, of what was dragged there")
    assert len(every(plain)) == len(every(mail.plain())) + 1


@case
def hands_maildir():
    """What the owner drags back counts as restored, what he drags in is listed, what he deletes there is deleted: Maildir."""
    hands("maildir")


@case
def hands_mbox():
    """What the owner drags back counts as restored, what he drags in is listed, what he deletes there is deleted: mbox."""
    hands("mbox")


def read_only(kind):
    mail, backstop = scene(f"readonly-{kind}", kind)
    before = mail.on_disk()
    closed = [os.path.join(mail.inbox.path, part) for part in ("cur", "new", "tmp")] if kind == "maildir" else [mail.inbox.path]
    for path in closed:
        os.chmod(path, os.stat(path).st_mode & ~0o222)
    backstop.pass_once()
    equal(mail.on_disk(), before | {"Backscatter": []}, "the folders")
    equal(sum(row["verdict"] == "backscatter" for row in backstop.entries()), 3, "entries judged backscatter")
    told = backstop.ok("backstop", "status")
    assert "Read-only" in told, told
    for path in closed:
        os.chmod(path, stat.S_IRWXU)
    backstop.pass_once()
    equal(len(mail.away.plain()), 3, "messages in quarantine when it may be written")
    equal(every(mail.on_disk()), every(before), "all messages")


@case
def read_only_maildir():
    """A Maildir that may not be written is only observed, which status says, and filtered when it may."""
    read_only("maildir")


@case
def read_only_mbox():
    """An mbox that may not be written is only observed, which status says, and filtered when it may."""
    read_only("mbox")


@case
def folders_missing():
    """A Sent folder or an inbox that is not there is told in one line that names it, and nothing is made or moved."""
    for kind in disk.KINDS:
        for part in ("sent", "folders"):
            mail, backstop = scene(f"missing-{kind}-{part}", kind, keys={part: f"{work}/nowhere/{part}"})
            before = mail.on_disk()
            result = backstop.run("backstopd", "--once")
            assert result.status != programs.DONE, f"status of a pass without {part}"
            assert f"nowhere/{part}" in result.complaint, result.complaint
            note(result.complaint)
            equal(mail.on_disk(), before, "the folders")
            assert not os.path.exists(f"{work}/nowhere"), "a folder was made"


@case
def sent_is_no_mail():
    """A Sent folder that is no mbox is told, and nothing is moved."""
    mail, backstop = scene("nombox", "mbox")
    disk.write(mail.sent.path, b"This is a letter to the editor.\n")
    before = mail.inbox.rows()
    result = backstop.run("backstopd", "--once")
    note(result.complaint)
    assert "no mbox" in result.complaint, result.complaint
    equal(mail.inbox.rows(), before, "the inbox")


def written(backstop):
    """How the ledger's files are."""
    found = {}
    for name in sorted(os.listdir(backstop.data)):
        with contextlib.suppress(FileNotFoundError):
            status = os.stat(os.path.join(backstop.data, name))
            found[name] = (status.st_mtime_ns, status.st_size)
    return found


def writes(process):
    """Bytes that a daemon and its workers have written, by the kernel's count."""
    total = 0
    for pid in [process.pid, *programs.children(process)]:
        with open(f"/proc/{pid}/io") as file:
            total += int(next(line for line in file if line.startswith("wchar")).split()[1])
    return total


def daemon(kind, quarantine=None):
    mail, backstop = scene(f"daemon-{kind}-{quarantine}", kind, NEVER, quarantine)
    with backstop.daemon() as process:
        programs.wait_for(watching(backstop), "the first pass", 20)
        equal(len(mail.away.plain()), 3, "messages in quarantine after the first pass")
        for number in (21, 22, 23):
            mail.inbox.deliver(messages.forged(number, OLD + number), OLD + number)
            took = programs.wait_for(holds(mail.away, number - 17), "the quarantine", 10)
            note(f"after {took:.2f} s")
            assert took <= SOON, f"a bounce stayed in the inbox for {took:.2f} s"
        mail.inbox.deliver(messages.ordinary(24, messages.NOW), messages.NOW)
        back = quarantined(backstop, "victim22@")[0]
        backstop.ok("backstop", "restore", str(back["id"]))
        equal((len(mail.inbox.plain()), len(mail.away.plain())), (6, 5), "messages in inbox and quarantine")
        programs.wait_for(lambda: settled(process, backstop), "quiet", 10)
        before = writes(process), written(backstop)
        time.sleep(2)  # nothing is to happen, which nothing tells
        equal((writes(process), written(backstop)), before, "what an idle daemon has written in 2 s")
    equal(states(backstop), ["kept"] * 2 + ["quarantined"] * 5 + ["restored"], "states")


def settled(process, backstop):
    before = writes(process), written(backstop)
    time.sleep(0.3)
    return (writes(process), written(backstop)) == before


@case
def daemon_maildir():
    """A bounce that is delivered into a Maildir is gone within a second, and an idle daemon writes nothing."""
    daemon("maildir")


@case
def daemon_mbox():
    """A bounce that is appended to an mbox is gone within a second, and an idle daemon writes nothing."""
    daemon("mbox")


def daemon_beside(name, other, kind="mbox"):
    """The daemon watches the inbox, and beside it a folder that cannot be read."""
    mail = new_mail(name, kind)
    backstop = mail.backstop(f"{work}/{name}", {"interval": 10}, folders=f"{mail.inbox.path};{mail.home}/later")
    if other is not None:
        disk.write(f"{mail.home}/later", other)
    with backstop.daemon() as process:
        programs.wait_for(holds(mail.away, 3), "the first pass", 20)
        programs.wait_for(lambda: "later" in (state(backstop).get("text") or ""), "the state", 10)
        mail.inbox.deliver(messages.forged(85, OLD), OLD)
        took = programs.wait_for(holds(mail.away, 4), "the quarantine", 10)
        programs.wait_for(lambda: settled(process, backstop), "a moment in which nothing is written", 2)
        note(f"after {took:.2f} s; {state(backstop)['text']}")
        assert took <= SOON, f"a bounce stayed in the inbox for {took:.2f} s"
        if kind == "maildir":
            return
        disk.Mbox(f"{mail.home}/other").make().deliver(messages.forged(86, OLD), OLD)
        os.replace(f"{mail.home}/other", f"{mail.home}/later")
        took = programs.wait_for(holds(mail.away, 5), "the quarantine of what the other one holds", 10)
        note(f"after {took:.2f} s")
        assert took <= SOON, f"a bounce stayed in the other folder for {took:.2f} s"


@case
def daemon_folder_missing():
    """A watched mbox that is not there keeps the others from nothing, nor the daemon busy, and is watched as soon as it is there."""
    daemon_beside("missing-beside", None)


@case
def daemon_maildir_missing():
    """A watched Maildir that is not there keeps the others from nothing, nor the daemon busy"""
    daemon_beside("maildir-beside", None, "maildir")


@case
def daemon_folder_unreadable():
    """A watched file that is no mbox keeps the others from nothing, nor the daemon busy, and is watched as soon as it is one."""
    daemon_beside("garbage-beside", b"This is a letter to the editor.\n")


@case
def swept():
    """backstop sweep --folder PATH filters another Maildir, and another mbox, by their paths."""
    mail, backstop = scene("swept", "maildir")
    backstop.pass_once()
    for kind in disk.KINDS:
        archive = disk.KINDS[kind](f"{mail.home}/archive-{kind}").make()
        for number in range(11, 14):
            number += 10 * (kind == "mbox")
            archive.put(messages.forged(number, OLD + number), OLD + number, "S")
        archive.put(messages.genuine(1, OLD), OLD, "S")
        archive.put(messages.ordinary(9, OLD), OLD, "S")
        before = sorted(mail.away.plain() + archive.plain())
        count = len(mail.away.plain())
        told, *entries = (json.loads(line) for line in
                          backstop.ok("backstop", "sweep", "--json", "--dry-run", "--folder", archive.path).splitlines())
        note(told["text"])
        equal((told["state"], len(entries), len(archive.plain())), ("done", 3, 5), f"the dry run, {kind}")
        told, *_ = (json.loads(line) for line in backstop.ok("backstop", "sweep", "--json", "--folder", archive.path).splitlines())
        note(told["text"])
        equal((told["state"], len(archive.plain()), len(mail.away.plain())), ("done", 2, count + 3), f"the sweep, {kind}")
        equal(sorted(mail.away.plain() + archive.plain()), before, "all messages")
        entry = quarantined(backstop, "victim12@" if kind == "maildir" else "victim22@")[0]
        backstop.ok("backstop", "restore", str(entry["id"]))
        backstop.pass_once()
        equal(len(archive.plain()), 3, f"messages in the archive, one of them restored ({kind})")
    result = backstop.run("backstop", "sweep", "--folder", f"{work}/nowhere")
    assert result.status != programs.DONE, "a sweep of a folder that is not there"
    assert not os.path.exists(f"{work}/nowhere"), "a folder was made"


def disk_full(kind, quarantine=None):
    for room in (0, 700, 2500, 4000):
        name = f"full-{kind}-{quarantine}-{room}"
        mail, backstop = scene(name, kind, quarantine=quarantine)
        before, plain = mail.on_disk(), mail.plain()
        result = backstop.run("backstopd", "--once", env=programs.with_fault(ENOSPC_AFTER=room, ENOSPC_IN=f"/{name}/mail/"))
        assert "No space left" in result.complaint, result.complaint
        missing = set(every(plain)) - set(every(mail.plain()))
        assert not missing, f"{len(missing)} messages are nowhere, with {room} bytes left"
        note(f"{room} bytes left: {len(mail.away.plain())} in quarantine, {len(every(mail.plain())) - len(every(plain))} of them in both")
        backstop.pass_once()
        equal(len(mail.away.plain()), 3, "messages in quarantine when there is room again")
        equal(every(mail.plain()), every(plain), "all messages when there is room again")
        if not quarantine:
            equal(every(mail.on_disk()), every(before), "all messages, every byte of them")
        equal(states(backstop), ["kept"] * 2 + ["quarantined"] * 3, "states")
        equal([name for name in os.listdir(mail.home) if name not in ("inbox", "sent", "Backscatter")], [], "what is left over")
        if isinstance(mail.away, disk.Maildir):
            equal(os.listdir(os.path.join(mail.away.path, "tmp")), [], "drafts left over")


@case
def disk_full_mbox():
    """A disk that is full while an mbox is written: nothing is lost or half there, and all is moved when there is room."""
    disk_full("mbox")


@case
def disk_full_copies():
    """A disk that is full while messages are copied from one kind of folder to the other: the same."""
    disk_full("mbox", "maildir")
    disk_full("maildir", "mbox")


if __name__ == "__main__":
    rig.exit_on_signals()
    rig.obey_modes()
    work = rig.workdir()
    run()
