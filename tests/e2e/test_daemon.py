"""test_daemon.py - the running daemon: workers that die, accounts that fail, an end that is asked for, and one that is
not."""
import os
import signal
import time

import rig
import messages
import programs
from tap import case, equal, note, run, skip_all


def scene(name, **more):
    mailbox = server.mailbox(name)
    messages.fill(mailbox)
    return mailbox, programs.for_mailbox(mailbox, f"{work}/{name}", **more)


def moved(mailbox, count):
    return lambda: len(mailbox.snapshot().get("Backscatter", [])) == count


@case
def filters():
    """The daemon filters the mailbox when it starts, and new mail when it is asked to look."""
    mailbox, backstop = scene("filters")
    with backstop.daemon():
        programs.wait_for(moved(mailbox, 3), "the first pass", 20)
        when = messages.NOW - messages.DAY
        mailbox.put("INBOX", messages.forged(7, when), when)
        mailbox.settle()
        backstop.ok("backstop", "once")
        equal(len(mailbox.snapshot()["Backscatter"]), 4, "messages in quarantine after `backstop once`")


@case
def stays_small():
    """The supervisor has nothing loaded that speaks to servers or parses mail"""
    mailbox, backstop = scene("small")
    with backstop.daemon() as daemon:
        programs.wait_for(moved(mailbox, 3), "the first pass", 20)
        with open(f"/proc/{daemon.pid}/maps") as maps:
            loaded = maps.read()
    assert "libglib" in loaded, loaded
    for library in ("libetpan", "libgnutls", "libgmime", "libgio", "libgobject"):
        assert library not in loaded, f"{library} is loaded"


@case
def worker_dies():
    """A worker that is killed is started again, and what was wished meanwhile is done."""
    mailbox, backstop = scene("worker")
    with backstop.daemon() as daemon:
        programs.wait_for(moved(mailbox, 3), "the first pass", 20)
        entry = next(row for row in backstop.entries() if row["state"] == "quarantined")
        worker, = programs.children(daemon)
        os.kill(worker, signal.SIGKILL)
        programs.wait_for(lambda: not programs.runs(worker), "the worker's end", 5)
        took = programs.wait_for(lambda: programs.children(daemon) not in ([], [worker]), "a new worker", 10)
        note(f"started again after {took:.1f} s")
        backstop.ok("backstop", "restore", str(entry["id"]))
        programs.wait_for(moved(mailbox, 2), "the wish", 10)


@case
def ends_when_told():
    """SIGTERM ends the daemon and its workers within two seconds, with status 0."""
    mailbox, backstop = scene("term")
    with backstop.daemon() as daemon:
        programs.wait_for(moved(mailbox, 3), "the first pass", 20)
        workers = programs.children(daemon)
        assert workers, "there is no worker"
        daemon.terminate()
        took = programs.wait_for(lambda: daemon.poll() is not None, "the daemon's end", 10)
        note(f"ended after {took:.2f} s")
        equal(daemon.returncode, 0, "status")
        assert took <= 2, f"took {took:.2f} s"
        programs.wait_for(lambda: not any(map(programs.runs, workers)), "the workers' end", 1)


@case
def supervisor_dies():
    """When the supervisor is killed its workers end too, and a new daemon can start at once."""
    mailbox, backstop = scene("orphans")
    with backstop.daemon() as daemon:
        programs.wait_for(moved(mailbox, 3), "the first pass", 20)
        workers = programs.children(daemon)
        os.kill(daemon.pid, signal.SIGKILL)
        programs.wait_for(lambda: not any(map(programs.runs, workers)), "the workers' end", 2)
        backstop.pass_once()


@case
def one_account_fails():
    """An account whose password is wrong does not keep another from being filtered, and says so in its state."""
    second = server.mailbox("second-good")
    messages.fill(second)
    mailbox, backstop = scene("second-bad", password_command="echo wrong", addresses="elsewhere@backstop.example",
                              other={"good": programs.account_of(second)})
    with backstop.daemon():
        programs.wait_for(moved(second, 3), "the good account's pass", 20)
        programs.wait_for(lambda: "sign-in-needed" in backstop.ok("backstop", "status", "--json"),
                          "the bad account's state", 20)
    assert "Backscatter" not in mailbox.snapshot(), "the bad account was touched"
    result = backstop.run("backstopd", "--once")
    equal(result.status, programs.SIGN_IN, "status of --once over both")
    note(result.complaint)
    equal(backstop.run("backstopd", "--once", "good").status, programs.DONE, "status of --once over the good one")


@case
def reload():
    """SIGHUP takes over a new account; a configuration that will not do is refused, and the old one stays"""
    second = server.mailbox("hup-second")
    messages.fill(second)
    mailbox, backstop = scene("hup-first")
    with backstop.daemon() as daemon:
        programs.wait_for(moved(mailbox, 3), "the first account's pass", 20)
        backstop.accounts["late"] = programs.account_of(second, addresses="late@backstop.example")
        backstop.write_config()
        daemon.send_signal(signal.SIGHUP)
        programs.wait_for(moved(second, 3), "the new account's pass", 20)
        backstop.accounts["late"]["colour"] = "red"
        backstop.write_config()
        daemon.send_signal(signal.SIGHUP)
        time.sleep(1)
        equal(daemon.poll(), None, "status of the daemon, which goes on")
        daemon.terminate()
        complaint = daemon.communicate()[1]
    assert "stays as it was" in complaint and "colour" in complaint, complaint


@case
def shared_address():
    """Where an address belongs to two accounts and one of them cannot be read, nothing is sure and nothing is moved."""
    second = server.mailbox("shared-good")
    messages.fill(second)
    _, backstop = scene("shared-bad", password_command="echo wrong", other={"good": programs.account_of(second)})
    equal(backstop.run("backstopd", "--once").status, programs.SIGN_IN, "status")
    equal(len(second.snapshot()["INBOX"]), 7, "messages in the inbox")
    equal({row["verdict"] for row in backstop.entries()}, {"genuine", "unsure"}, "verdicts")


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.missing():
        skip_all(rig.missing())
    server, work = rig.Dovecot(), rig.workdir()
    run()
