"""test_sweep.py - judging again what lies in folders: dry, for real, interrupted, in folders that are not watched."""
import json
import signal
import subprocess

import rig
import messages
import programs
from tap import case, equal, note, run, skip_all

FORGED = 3


def scene(name, count=FORGED, **more):
    """A mailbox that was filtered once, and then got an old folder with forged and genuine bounces; where is it asked
    for?"""
    mailbox = server.mailbox(name)
    messages.fill(mailbox)
    backstop = programs.for_mailbox(mailbox, f"{work}/{name}", **more)
    backstop.pass_once()
    for number in range(11, 11 + count):
        when = messages.NOW - 5 * messages.DAY + number
        mailbox.put("Archive", messages.forged(number, when), when)
    when = messages.NOW - 3 * messages.DAY + 60
    mailbox.put("Archive", messages.genuine(1, when), when)
    mailbox.put("Archive", messages.ordinary(9, when), when)
    mailbox.settle()
    return mailbox, backstop


def sweep(backstop, *arguments):
    return [json.loads(line) for line in backstop.ok("backstop", "sweep", "--json", *arguments).splitlines()]


def folder(mailbox, name):
    return sorted(row[0] for row in mailbox.snapshot().get(name, []))


def check_swept(mailbox, before, count=FORGED):
    """Every message exists once: what was forged in the quarantine, the rest where it was."""
    after = mailbox.snapshot()
    every = lambda shot: sorted(row[0] for name, rows in shot.items() for row in rows)
    equal(every(after), every(before), "messages in the whole mailbox")
    equal(len(after["Archive"]), 2, "messages left in Archive")
    equal(len(after["Backscatter"]), len(before["Backscatter"]) + count, "messages in quarantine")
    equal(folder(mailbox, "INBOX"), sorted(row[0] for row in before["INBOX"]), "the inbox")


@case
def dry_and_real():
    """A dry run moves nothing and lists, as often as it is made; a sweep moves just that; a second one finds
    nothing."""
    mailbox, backstop = scene("dry")
    before = mailbox.snapshot()
    for attempt in ("first", "second"):
        told, *entries = sweep(backstop, "--dry-run", "--folder", "Archive")
        note(told["text"])
        equal((told["state"], told["dry_run"]), ("done", True), f"the {attempt} dry run")
        equal(sorted(row["recipients"][0] for row in entries), [f"victim{n}@remote.example" for n in (11, 12, 13)],
              f"list of the {attempt}")
    backstop.pass_once()
    equal(mailbox.snapshot(), before, "the mailbox after two dry runs and a pass")
    told, = sweep(backstop, "--folder", "Archive")
    note(told["text"])
    equal(told["state"], "done", "the sweep")
    check_swept(mailbox, before)
    restored = next(row for row in backstop.entries() if row["recipients"] == ["victim12@remote.example"])
    backstop.ok("backstop", "restore", str(restored["id"]))
    sweep(backstop, "--folder", "Archive")
    equal(len(folder(mailbox, "Archive")), 3, "messages in Archive, one of them restored")


@case
def dry_run_alone():
    """A dry run without a daemon moves nothing at all, not even new mail."""
    mailbox, backstop = scene("alone")
    when = messages.NOW - 4 * messages.DAY
    mailbox.put("INBOX", messages.forged(77, when), when)
    mailbox.settle()
    before = mailbox.snapshot()
    told, *entries = sweep(backstop, "--dry-run")
    equal((told["state"], [row["recipients"][0] for row in entries]), ("done", ["victim77@remote.example"]),
          "the dry run")
    equal(mailbox.snapshot(), before, "the mailbox after the dry run")
    backstop.ok("backstop", "sweep")
    equal(len(folder(mailbox, "Backscatter")), len(before["Backscatter"]) + 1, "messages in quarantine after the sweep")


@case
def with_daemon():
    """A running daemon sweeps at once, and goes on watching."""
    mailbox, backstop = scene("daemon")
    before = mailbox.snapshot()
    with backstop.daemon():
        programs.wait_for(lambda: '"watching"' in backstop.ok("backstop", "status", "--json"),
                          "the daemon's first pass", 20)
        told, *entries = sweep(backstop, "--dry-run", "--folder", "Archive")
        equal((told["state"], len(entries)), ("done", FORGED), "the dry run")
        equal(mailbox.snapshot(), before, "the mailbox after the dry run")
        equal(sweep(backstop, "--folder", "Archive", "test")[0]["state"], "done", "the sweep")
        check_swept(mailbox, before)
        assert "watching for new mail" in backstop.ok("backstop", "status"), "the daemon watches no longer"


@case
def watched_folders():
    """Without --folder the watched folders are swept: what was unsure is judged again with what is known now."""
    mailbox = server.mailbox("watched")
    messages.fill(mailbox, sent=False)
    mailbox.put("Sent", messages.letter(0, messages.NOW - 60, "old@partner.example"), messages.NOW - 60, "S")
    mailbox.settle()
    backstop = programs.for_mailbox(mailbox, f"{work}/watched")
    backstop.pass_once()
    equal({row["verdict"] for row in backstop.entries()}, {"unsure"}, "verdicts without coverage")
    before = mailbox.snapshot()
    mailbox.put("Sent", messages.letter(5, messages.NOW - 60 * messages.DAY), messages.NOW - 60 * messages.DAY, "S")
    for number in (1, 2):
        when = messages.NOW - 3 * messages.DAY + number * 60 - 3600
        mailbox.put("Sent", messages.letter(number, when), when, "S")
    mailbox.settle()
    told, = sweep(backstop)
    note(told["text"])
    equal(len(folder(mailbox, "Backscatter")), FORGED, "messages in quarantine")
    equal(len(folder(mailbox, "INBOX")), len(before["INBOX"]) - FORGED, "messages left in the inbox")


@case
def interrupted():
    """A sweep that is interrupted or killed, sooner or later, has lost nothing, and a new one does the rest."""
    count = 1200
    mailbox, backstop = scene("interrupted", count)
    before = mailbox.snapshot()
    statuses = []
    kinds = ([signal.SIGINT], [signal.SIGTERM], [signal.SIGKILL], [signal.SIGINT, signal.SIGINT])
    for attempt in range(12):
        process = backstop.start("backstop", "sweep", "--folder", "Archive")
        try:
            process.wait(0.03 * (attempt + 1))
        except subprocess.TimeoutExpired:
            for sent in kinds[attempt % 4]:
                process.send_signal(sent)
        process.communicate(timeout=programs.LIMIT)
        programs.end_group(process)
        statuses.append(process.returncode)
    note(f"statuses: {statuses}; moved before the last: {len(folder(mailbox, 'Backscatter')) - FORGED} of {count}")
    assert any(statuses), "no sweep was interrupted"
    equal(sweep(backstop, "--folder", "Archive")[0]["state"], "done", "the sweep after")
    check_swept(mailbox, before, count)


@case
def unknown_folder():
    """A folder that is not there, the quarantine and Sent are refused by name, and nothing is touched."""
    mailbox, backstop = scene("unknown")
    before = mailbox.snapshot()
    for name in ("Nowhere", "Backscatter", "Sent"):
        result = backstop.run("backstop", "sweep", "--folder", name)
        equal(result.status, 65, f"status of a sweep of {name} ({result.out}{result.err})")
        note(result.complaint)
        assert f'"{name}"' in result.complaint, result.complaint
    equal(mailbox.snapshot(), before, "the mailbox")


@case
def many_at_once():
    """Where nothing shows that the right Sent folder is read, twelve bounces stay, the status says how to go on, and a
    sweep after that moves them."""
    mailbox = server.mailbox("many")
    messages.fill(mailbox, forgeries=12, answered=0)
    for week in range(1, 8):
        when = messages.NOW - week * 7 * messages.DAY
        mailbox.put("Sent", messages.letter(week, when), when, "S")
    mailbox.settle()
    backstop = programs.for_mailbox(mailbox, f"{work}/many")
    before = mailbox.snapshot()
    for _ in range(2):
        backstop.pass_once()
        equal(rig.contents(mailbox.snapshot())["INBOX"], rig.contents(before)["INBOX"], "the inbox")
    status = " ".join(backstop.ok("backstop", "status").split())
    for words in ("12 messages would be", "backstop list", "backstop sweep", "trust-sent = yes in [account test]"):
        assert words in status, status
    equal({row["state"] for row in backstop.entries()}, {"kept"}, "states")
    told, = sweep(backstop)
    note(told["text"])
    equal(len(folder(mailbox, "Backscatter")), 12, "messages in quarantine")
    equal(len(folder(mailbox, "INBOX")), 2, "messages left in the inbox")
    assert "trust-sent" not in backstop.ok("backstop", "status"), "the notice stays"


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.missing():
        skip_all(rig.missing())
    server, work = rig.Dovecot(), rig.workdir()
    run()
