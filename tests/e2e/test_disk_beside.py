"""test_disk_beside.py - Maildirs and mboxes beside the programs that read and write them, a daemon that watches them,
and a full disk."""
import contextlib
import fcntl
import json
import os
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import disk
import messages
import programs
import rig
from disk import every, holds, new_mail, quarantined, scene, states
from tap import case, equal, note, run

NEVER = {"interval": 86400}  # seconds between two looks: what happens in a test happens because the folder told of it
SOON = 1.0  # seconds from a delivery to the quarantine while the daemon runs
OLD = messages.NOW - 5 * messages.DAY


def state(backstop):
    return json.loads(backstop.run("backstop", "status", "--json").out.splitlines()[-1])


def watching(backstop):
    return lambda: '"watching"' in backstop.run("backstop", "status", "--json").out


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


@contextlib.contextmanager
def opened(path):
    """A program has the file open, as mutt has its folder, and adds nothing."""
    with open(path, "rb"):
        yield


def in_use(name, lock, words, keys=None, mail=None, held=None):
    """What is in use by another program is left alone, which is told, and moved at the next pass after that has let
    go."""
    if mail is None:
        mail = new_mail(work, name, "mbox")
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
def in_use_elsewhere():
    """An mbox that another program has locked, or open, or has a FILE.lock for, and a quarantine like that, are left
    alone, and filtered when free."""
    away = new_mail(work, "quarantine-lock", "mbox")
    away.away.make()
    attempts = (lambda: in_use("fcntl", locked, ["in use by another program"]),
                lambda: in_use("dotlock", dotlocked, ["in use by another program"]),
                lambda: in_use("open", opened, ["is open in another program"]),
                lambda: in_use("quarantine-lock", locked, ["in use by another program"], mail=away,
                               held=away.away.path))
    with ThreadPoolExecutor(len(attempts)) as pool:
        list(pool.map(lambda attempt: attempt(), attempts))


@case
def open_no_copies():
    """While a program has an mbox open, nothing is copied from it to a quarantine of another kind either."""
    mail, backstop = scene(work, "open-copies", "mbox", quarantine="maildir")
    plain = mail.plain()
    with opened(mail.inbox.path):
        backstop.run("backstopd", "--once")
        equal(mail.plain(), plain, "the folders while the inbox is open")
        assert "is open in another program" in backstop.ok("backstop", "list", "--all", "--json")
    backstop.pass_once()
    equal(every(mail.plain()), every(plain), "all messages")
    equal(len(mail.away.plain()), 3, "messages in quarantine")


@case
def open_daemon():
    """What is appended to an mbox by a program that has it open the whole time is kept, and filtered after it was closed."""
    mail, backstop = scene(work, "open-daemon", "mbox", {"interval": 10})
    other = disk.Mbox(f"{mail.home}/../other").make()
    with open(mail.inbox.path, "ab", buffering=0) as program, backstop.daemon():
        programs.wait_for(lambda: "is open in another program" in backstop.run("backstop", "list", "--all", "--json").out, "the reason", 20)
        for number in range(60, 64):
            disk.write(other.path, b"")
            other.deliver(messages.ordinary(number, OLD) if number % 2 else messages.forged(number, OLD), OLD)
            program.write(disk.read(other.path))
            time.sleep(0.3)
        program.close()
        took = programs.wait_for(holds(mail.away, 5), "the quarantine", 25)
        note(f"{took:.1f} s after it was closed")
    equal(len(mail.inbox.plain()), 6, "messages in the inbox")


@case
def in_use_wish():
    """A wish to restore or delete that meets a lock is told as failed, with the reason, and can be repeated."""
    mail, backstop = scene(work, "wish-lock", "mbox")
    backstop.pass_once()
    before = mail.on_disk()
    back, gone, _ = quarantined(backstop)
    with locked(mail.away.path):
        for verb, entry in ((["restore"], back), (["delete", "--for-good"], gone)):
            backstop.ok("backstop", *verb, str(entry["id"]))
        backstop.run("backstopd", "--once")
        equal(mail.on_disk(), before, "the folders while another program uses one")
        told = backstop.ok("backstop", "list", "--all", "--json")
        assert told.count("in use by another program") == 2, told
    for verb, entry in ((["restore"], back), (["delete", "--for-good"], gone)):
        backstop.ok("backstop", *verb, str(entry["id"]))
    backstop.pass_once()
    backstop.pass_once()
    equal((len(mail.inbox.plain()), len(mail.away.plain())), (5, 1), "messages in inbox and quarantine")
    equal(states(backstop), ["deleted", "kept", "kept", "quarantined", "restored"], "states")


@case
def in_use_daemon():
    """The daemon tries a locked mbox again by itself."""
    mail, backstop = scene(work, "locked-daemon", "mbox", {"interval": 10})
    with locked(mail.inbox.path):
        daemon = contextlib.ExitStack()
        daemon.enter_context(backstop.daemon())
        programs.wait_for(
            lambda: "in use by another program" in backstop.run("backstop", "list", "--all", "--json").out,
            "the reason", 20)
        equal(len(mail.away.plain()), 0, "messages in quarantine")
    with daemon:
        took = programs.wait_for(holds(mail.away, 3), "the quarantine", 25)
        note(f"{took:.1f} s after it was free")


def thunderbird_mail(profile, end):
    """Local Folders with a message that an old Thunderbird has written, and those of today's."""
    folders = f"{profile}/Mail/Local Folders"
    mail = disk.Mail(folders, "mbox")
    mail.inbox, mail.sent = (disk.Thunderbird(f"{folders}/{name}", end) for name in ("Inbox", "Sent"))
    mail.away.path = f"{folders}/Backscatter"
    mail.folders |= {"INBOX": mail.inbox, "Sent": mail.sent}
    for folder in (mail.inbox, mail.sent):
        folder.make()
        disk.write(folder.path + ".msf", b"// <!-- <mdb:mork:z v=\"1.4\"/> -->\n")
    disk.Mbox(mail.inbox.path).deliver(messages.ordinary(50, OLD), OLD)
    disk.Mbox(mail.sent.path).deliver(messages.letter(50, OLD), OLD)
    messages.fill(mail)
    disk.write(f"{profile}/.parentlock", b"")
    return mail


def thunderbird(name, end):
    profile = f"{work}/{name}/abc.default"
    mail = thunderbird_mail(profile, end)
    equal((len(mail.inbox.messages()), len(mail.sent.messages())), (8, 4), "messages in Inbox and Sent")
    backstop = in_use(name, locked, ["Thunderbird is running"], mail=mail, held=f"{profile}/.parentlock")
    before = mail.plain()
    for entry in quarantined(backstop)[:1]:
        backstop.ok("backstop", "restore", str(entry["id"]))
    backstop.pass_once()
    equal(every(mail.plain()), every(before), "all messages after a restore")
    equal(len(mail.away.plain()), 2, "messages in quarantine after a restore")
    when = messages.NOW - messages.DAY
    for number in (7, 8):  # sent after the passes: each ends where the next begins
        mail.sent.put(messages.letter(number, when - 3600), when - 3600)
    for message in (messages.genuine(7, when), messages.forged(9, when), messages.genuine(8, when)):
        mail.inbox.put(message, when)
    inbox, away, sent = (disk.read(folder.path) for folder in (mail.inbox, mail.away, mail.sent))
    bad, = mail.inbox.find("victim9@")
    backstop.pass_once()
    equal(disk.read(mail.away.path), away + bad, "the quarantine, which the only new backscatter was added to")
    equal(disk.read(mail.inbox.path), inbox.replace(bad, b""), "every other byte of the inbox")
    equal(disk.read(mail.sent.path), sent, "every byte of Sent")
    equal(states(backstop), ["kept"] * 4 + ["quarantined"] * 3 + ["restored"], "states")


@case
def thunderbird_lf():
    """Thunderbird's Local Folders are left alone while it runs, which is told; when it is closed, what it has added is
    known or filtered."""
    thunderbird("thunderbird", b"\n")


@case
def thunderbird_crlf():
    """The same with the line ends of another system"""
    thunderbird("thunderbird-crlf", b"\r\n")


@case
def renamed_meanwhile():
    """A mail program that marks messages and moves them from new to cur while passes run loses none, nor a flag"""
    mail = new_mail(work, "renamed", "maildir", forgeries=40, answered=10, others=40)
    plain, chance, stopped, renamed = mail.plain(), random.Random(7), threading.Event(), [0]
    turn = threading.Lock()  # the program rests while the test looks

    def read_mail():
        while not stopped.is_set():
            for name in mail.inbox.names():
                base, _, flags = os.path.basename(name).partition(":2,")
                flags = "".join(sorted(set(flags) ^ {chance.choice("FRS")}))
                with turn, contextlib.suppress(FileNotFoundError):
                    os.rename(os.path.join(mail.inbox.path, name),
                              os.path.join(mail.inbox.path, "cur", f"{base}:2,{flags}"))
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
            with turn:
                equal(every(mail.plain()), every(plain), "all messages")
    finally:
        stopped.set()
        program.join()
    backstop.pass_once()
    note(f"{renamed[0]} times renamed")
    left = [(row["state"], row["reason"]) for row in backstop.entries() if row["verdict"] != "genuine"
            and row["state"] != "quarantined"]
    equal(left, [], "what was not moved, and why")
    equal((len(mail.inbox.plain()), len(mail.away.plain())), (50, 40), "messages in inbox and quarantine")
    equal(every(mail.plain()), every(plain), "all messages")
    equal(states(backstop), ["kept"] * 10 + ["quarantined"] * 40, "states")


def written(backstop):
    """How the ledger's files are."""
    found = {}
    for name in sorted(os.listdir(backstop.data)):
        with contextlib.suppress(FileNotFoundError):
            status = os.stat(os.path.join(backstop.data, name))
            found[name] = (status.st_mtime_ns, status.st_size)
    return found


def writes(process):
    """Bytes that a daemon and its workers have written, by the kernel's count; which it tells of workers to root
    alone."""
    total = 0
    for pid in [process.pid, *programs.children(process)]:
        with contextlib.suppress(PermissionError), open(f"/proc/{pid}/io") as file:
            total += int(next(line for line in file if line.startswith("wchar")).split()[1])
    return total


def daemon(kind, quarantine=None):
    mail, backstop = scene(work, f"daemon-{kind}-{quarantine}", kind, NEVER, quarantine)
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
    mail = new_mail(work, name, kind)
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
    """A watched mbox that is not there keeps the others from nothing, nor the daemon busy, and is watched as soon as it
    is there."""
    daemon_beside("missing-beside", None)


@case
def daemon_maildir_missing():
    """A watched Maildir that is not there keeps the others from nothing, nor the daemon busy"""
    daemon_beside("maildir-beside", None, "maildir")


@case
def daemon_folder_unreadable():
    """A watched file that is no mbox keeps the others from nothing, nor the daemon busy, and is watched as soon as it
    is one."""
    daemon_beside("garbage-beside", b"This is a letter to the editor.\n")


def disk_full(kind, quarantine=None):
    for room in (0, 700, 2500, 4000):
        name = f"full-{kind}-{quarantine}-{room}"
        mail, backstop = scene(work, name, kind, quarantine=quarantine)
        before, plain = mail.on_disk(), mail.plain()
        result = backstop.run("backstopd", "--once",
                              env=programs.with_fault(ENOSPC_AFTER=room, ENOSPC_IN=f"/{name}/mail/"))
        assert "No space left" in result.complaint, result.complaint
        missing = set(every(plain)) - set(every(mail.plain()))
        assert not missing, f"{len(missing)} messages are nowhere, with {room} bytes left"
        note(f"{room} bytes left: {len(mail.away.plain())} in quarantine, "
             f"{len(every(mail.plain())) - len(every(plain))} of them in both")
        backstop.pass_once()
        equal(len(mail.away.plain()), 3, "messages in quarantine when there is room again")
        equal(every(mail.plain()), every(plain), "all messages when there is room again")
        if not quarantine:
            equal(every(mail.on_disk()), every(before), "all messages, every byte of them")
        equal(states(backstop), ["kept"] * 2 + ["quarantined"] * 3, "states")
        equal([name for name in os.listdir(mail.home) if name not in ("inbox", "sent", "Backscatter")], [],
              "what is left over")
        if isinstance(mail.away, disk.Maildir):
            equal(os.listdir(os.path.join(mail.away.path, "tmp")), [], "drafts left over")


@case
def disk_full_mbox():
    """A disk that is full while an mbox is written: nothing is lost or half there, and all is moved when there is
    room."""
    disk_full("mbox")


@case
def disk_full_copies():
    """A disk that is full while messages are copied from one kind of folder to the other: the same."""
    disk_full("mbox", "maildir")
    disk_full("maildir", "mbox")


if __name__ == "__main__":
    rig.exit_on_signals()
    work = rig.workdir()
    run()
