"""test_door.py - the POP3 server on loopback, between a mail program and the provider: what it shows, what it keeps
back, and that whatever goes wrong nobody loses or misses a message."""
import contextlib
import os
import poplib
import signal
import socket
import tempfile
import threading
import time

import messages
import programs
import rig
from door_scene import PASSWORD, Scene, all_of, as_sent, is_open, odd
from proxy import Fault, Proxy
from tap import case, equal, note, run, skip_all

OLD = messages.NOW - messages.DAY
FIRST_WORDS = 20000  # bytes of the ledger that a daemon may write, so that it starts


def refused(scene, code, **more):
    """A client that is not let in is told so, with this code; returns all it was told."""
    try:
        scene.knock(**more).close()
    except poplib.error_proto as problem:
        said = problem.args[0].decode()
        assert said.startswith(f"-ERR [{code}] "), said
        return said
    raise AssertionError("the client was let in")


def sees(scene, wanted):
    """A client at the door gets exactly these messages, byte for byte."""
    client = scene.knock()
    got = all_of(client)
    client.quit()
    equal(len(got), len(wanted), "messages at the door")
    assert got == sorted(map(as_sent, wanted)), "a message came in another shape"


def holds(scene, kept):
    """The provider has exactly these messages, once it has ended its session."""
    wanted = sorted(map(rig.digest, kept))

    def same():
        with contextlib.suppress(FileNotFoundError):  # it renames files while it is at them
            return rig.contents(scene.mailbox.on_disk()).get("INBOX", []) == wanted
    programs.wait_for(same, "what the provider shall have", 10)


def dialogue(client):
    """All that a maildrop tells of its messages: unique-id → (size, whole, head and three lines)."""
    rows = {}
    sizes = {int(number): int(size) for number, size in map(bytes.split, client.list()[1])}
    uids = {int(number): uid for number, uid in map(bytes.split, client.uidl()[1])}
    equal(set(sizes), set(uids), "numbers in LIST and in UIDL")
    equal(client.stat(), (len(sizes), sum(sizes.values())), "STAT beside LIST")
    for number, uid in uids.items():
        equal(client.list(number), b"+OK %d %d" % (number, sizes[number]), "LIST of one")
        equal(client.uidl(number), b"+OK %d %s" % (number, uid), "UIDL of one")
        rows[uid] = sizes[number], client.retr(number)[1], client.top(number, 3)[1]
    equal(len(rows), len(sizes), "unique-ids")
    return rows


@case
def shows_the_maildrop():
    """The door tells of each message what the provider tells of it, byte for byte, and of backscatter nothing."""
    scene = Scene(server, work, "maildrop")
    wanted, forged = scene.fill()
    client = scene.direct()
    before = dialogue(client)
    client.quit()
    equal(len(before), len(wanted) + len(forged), "messages at the provider")
    with scene.daemon():
        client = scene.knock()
        now = dialogue(client)
        client.quit()
        equal(len(now), len(wanted), "messages at the door")
        equal(now, {uid: before[uid] for uid in now}, "what the door tells")
        sees(scene, wanted)
        client = scene.direct()  # at once: nothing holds the maildrop
        equal(client.stat()[0], len(wanted), "messages left at the provider")
        client.quit()
    equal(scene.quarantine(), sorted(as_sent(message).replace(b"\r\n", b"\n") for message in forged), "quarantine")


@case
def filters_on_the_way():
    """What arrives just before the client is filtered on the way; a fresh one is not shown before its second look."""
    scene = Scene(server, work, "on-the-way")
    wanted, _ = scene.fill()
    with scene.daemon():
        equal(len(scene.quarantine()), 3, "in quarantine after the first pass")
        fresh = messages.forged(8, messages.NOW)
        more = [messages.genuine(3, messages.NOW - messages.DAY), messages.ordinary(4, messages.NOW),
                odd(77, messages.NOW)]
        for message in [messages.forged(7, OLD), fresh] + more:
            scene.mailbox.deliver("INBOX", message, messages.NOW)
        sees(scene, wanted + more)
        equal(len(scene.quarantine()), 4, "in quarantine after the visit")
        equal(scene.status()["states"]["waiting"], 1, "bounces that wait")
        holds(scene, wanted + more + [fresh])
        sees(scene, wanted + more)


@case
def observes():
    """With mode = observe the client sees everything."""
    scene = Scene(server, work, "observes", general={"mode": "observe"})
    wanted, forged = scene.fill()
    with scene.daemon():
        sees(scene, wanted + forged)


@case
def deletes_at_quit_only():
    """What the client deletes is gone from the provider after QUIT, and still there when the connection just ends."""
    scene = Scene(server, work, "deletes")
    wanted, _ = scene.fill()
    with scene.daemon():
        client = scene.knock()
        for number in (1, 3):
            client.dele(number)
        equal(client.stat()[0], len(wanted) - 2, "STAT after DELE")
        client.close()
        sees(scene, wanted)
        client = scene.knock()
        gone = [b"\r\n".join(client.retr(number)[1]) + b"\r\n" for number in (1, 3)]
        for number in (1, 3):
            client.dele(number)
        client.quit()
        left = [message for message in wanted if as_sent(message) not in gone]
        holds(scene, left)
        sees(scene, left)


@case
def deletes_many():
    """A client that has fetched many messages and deletes them gets its answer soon."""
    scene = Scene(server, work, "deletes-many", trust_sent="yes")
    wanted = scene.fill_many(200)
    with scene.daemon():
        client = scene.knock()
        for number in range(1, len(wanted) + 1):
            client.dele(number)
        equal(client.quit()[:3], b"+OK", "answer to QUIT")
        holds(scene, [])
        sees(scene, [])


@case
def keeps_others_out():
    """A wrong password, a wrong user and no password are refused; a second client is told [IN-USE]."""
    scene = Scene(server, work, "others")
    wanted, _ = scene.fill()
    with scene.daemon():
        refused(scene, "AUTH", password="guess")
        refused(scene, "AUTH", password=rig.PASSWORD)
        refused(scene, "AUTH", password="")
        client = scene.knock()
        refused(scene, "IN-USE")
        equal(client.stat()[0], len(wanted), "what the first client sees meanwhile")
        client.quit()
        sees(scene, wanted)


@case
def is_on_loopback_only():
    """The door listens on loopback and nowhere else, and its password can be seen nowhere."""
    scene = Scene(server, work, "loopback")
    scene.fill()
    with tempfile.TemporaryFile("w+") as log, scene.daemon(stderr=log) as daemon:
        client = scene.knock()
        listening = []
        for table in ("tcp", "tcp6"):
            with contextlib.suppress(FileNotFoundError), open(f"/proc/net/{table}") as rows:
                listening += [row.split()[1] for row in rows if row.split()[3] == "0A"]
        addresses = {place.split(":")[0] for place in listening if int(place.split(":")[1], 16) == scene.port}
        assert addresses and addresses <= {"0100007F", "00000000000000000000000001000000"}, addresses
        for pid in [daemon.pid] + programs.children(daemon):
            arguments = programs.seen(pid)
            assert PASSWORD.encode() not in arguments and rig.PASSWORD.encode() not in arguments, "a password in ps"
        client.quit()
        refused(scene, "AUTH", password=PASSWORD + "x")
        log.seek(0)
        assert PASSWORD not in log.read(), "the password is in the log"
    for where, _, files in os.walk(scene.backstop.data):
        for name in files:
            assert PASSWORD.encode() not in messages.read(os.path.join(where, name)), f"the password is in {name}"


@case
def goes_on_afterwards():
    """While a client is connected status tells it and wishes wait; afterwards both are as without a door."""
    scene = Scene(server, work, "afterwards")
    scene.fill()
    with scene.daemon():
        client = scene.knock()
        told = scene.status()
        equal(told["state"], "serving", "state while a client is connected")
        entry = next(row for row in scene.backstop.entries() if row["state"] == "quarantined")
        wish = threading.Thread(target=scene.backstop.ok, args=("backstop", "restore", str(entry["id"])))
        wish.start()
        client.noop()
        client.quit()
        wish.join()
        equal(scene.status()["states"]["restored"], 1, "restored after the client has left")
        scene.wait_for_state("watching")
        scene.mailbox.deliver("INBOX", messages.forged(7, OLD), OLD)
        scene.backstop.ok("backstop", "once")
        equal(scene.status()["states"]["quarantined"], 3, "in quarantine after `backstop once`")


@case
def provider_gone():
    """With the provider out of reach a client is told [SYS/TEMP], and let in when it is back."""
    own = rig.Dovecot(pop3=True)
    scene = Scene(own, work, "gone")
    wanted, _ = scene.fill()
    with scene.daemon():
        sees(scene, wanted)
        own.stop()
        for _ in range(5):
            note(refused(scene, "SYS/TEMP"))
        equal(scene.status()["state"], "retrying", "state")
        own.start(same_ports=True)
        programs.wait_for(lambda: lets_in(scene), "a client that is let in again", 30)
        sees(scene, wanted)
        equal(scene.status()["state"], "watching", "state then")
    own.stop()


def lets_in(scene):
    """What a mail program does that comes every second."""
    time.sleep(1)
    with contextlib.suppress(poplib.error_proto):
        scene.knock().quit()
        return True
    return False


@case
def provider_hangs_up():
    """A message that breaks off at the provider does not look whole to the client, and nothing is deleted."""
    proxy = Proxy(server.pop3_port)
    scene = Scene(server, work, "hangs-up", port=proxy.port)
    wanted, _ = scene.fill(forgeries=0)
    large = odd(500, OLD, size=2 << 20)
    with proxy, scene.daemon():
        scene.mailbox.deliver("INBOX", large, OLD)
        sees(scene, wanted + [large])
        proxy.arm(Fault("close", byte=200_000))
        client = scene.knock()
        client.dele(1)
        number = next(int(row.split()[0]) for row in client.list()[1] if int(row.split()[1]) > 1 << 20)
        try:
            client.retr(number)
            raise AssertionError("the message came whole")
        except (poplib.error_proto, OSError) as problem:
            note(problem)
        client.close()
        holds(scene, wanted + [large])
        sees(scene, wanted + [large])


@case
def wrong_password_of_the_provider():
    """Where the provider refuses the password, clients that poll do not make Backstop ask it again."""
    scene = Scene(server, work, "refused", password_command="echo wrong")
    wanted, _ = scene.fill()
    with scene.backstop.daemon():
        scene.wait_for_state("sign-in-needed")
        told, tried = scene.status(), attempts("refused")
        for _ in range(5):
            note(refused(scene, "SYS/TEMP"))
        equal(attempts("refused"), tried, "times the provider was asked")
        equal(scene.status(), told, "what status tells")
        scene.backstop.accounts["test"]["password_command"] = f"echo {rig.PASSWORD}"
    scene.backstop.write_config()
    with scene.daemon():
        sees(scene, wanted)


def attempts(user):
    """How often the provider was given a wrong password."""
    return sum("auth failed" in line and f"user=<{user}>" in line for line in server.log().splitlines())


@case
def maildrop_locked():
    """While another program holds the maildrop a client is told [SYS/TEMP], and let in afterwards."""
    scene = Scene(server, work, "locked")
    wanted, _ = scene.fill()
    with scene.daemon():
        client = scene.direct()
        note(refused(scene, "SYS/TEMP"))
        client.quit()
        scene.backstop.ok("backstop", "once")
        sees(scene, wanted)


@case
def sent_folder_missing():
    """A pass that cannot judge, as without the Sent folder, keeps nobody from his mail."""
    scene = Scene(server, work, "no-sent")
    wanted, _ = scene.fill()
    with scene.daemon():
        os.rename(scene.sent, scene.sent + ".away")
        new = messages.forged(7, OLD)
        scene.mailbox.deliver("INBOX", new, OLD)
        sees(scene, wanted + [new])
        os.rename(scene.sent + ".away", scene.sent)
        scene.backstop.ok("backstop", "once")
        sees(scene, wanted)


@case
def ledger_full():
    """With the ledger's disk full a client gets all its mail, and what was held back before stays so."""
    scene = Scene(server, work, "full")
    wanted, _ = scene.fill()
    with scene.daemon():
        waits = messages.forged(8, messages.NOW)
        scene.mailbox.deliver("INBOX", waits, messages.NOW)
        scene.backstop.ok("backstop", "once")
        sees(scene, wanted)
    new = messages.ordinary(4, messages.NOW)
    scene.mailbox.deliver("INBOX", new, messages.NOW)
    with tempfile.TemporaryFile("w+") as log:
        with scene.backstop.daemon(stderr=log, env=programs.with_fault(ENOSPC_AFTER=FIRST_WORDS)):
            programs.wait_for(lambda: is_open(scene.port), "the door", 20)
            sees(scene, wanted + [new])
            sees(scene, wanted + [new])
        log.seek(0)
        complaints = log.read()
        assert "full" in complaints, complaints
    with scene.daemon():
        sees(scene, wanted + [new])


@case
def port_taken():
    """Where another program has the door's port, status tells, mail is filtered, and the door opens when it is free."""
    scene = Scene(server, work, "taken")
    wanted, _ = scene.fill()
    with socket.create_server(("127.0.0.1", scene.port)) as other, scene.daemon():
        programs.wait_for(lambda: str(scene.port) in (scene.status()["notice"] or ""), "what status tells", 20)
        note(scene.status()["notice"])
        equal(len(scene.quarantine()), 3, "in quarantine")
        other.close()
        took = programs.wait_for(lambda: is_open(scene.port), "the door", 60)
        note(f"open {took:.0f} s after the port was free")
        sees(scene, wanted)
        equal(scene.status()["notice"], None, "what status tells then")


@case
def reload():
    """SIGHUP while a client is connected ends its session without a deletion, and the next one gets everything."""
    scene = Scene(server, work, "reload")
    wanted, _ = scene.fill()
    with scene.daemon() as daemon:
        client = scene.knock()
        client.dele(1)
        workers = programs.children(daemon)
        daemon.send_signal(signal.SIGHUP)
        programs.wait_for(lambda: programs.children(daemon) not in (workers, []), "a new worker", 10)
        try:
            client.quit()
            raise AssertionError("the old session goes on")
        except (poplib.error_proto, OSError) as problem:
            note(problem)
        client.close()
        programs.wait_for(lambda: is_open(scene.port), "the door", 10)
        holds(scene, wanted)
        sees(scene, wanted)


@case
def worker_killed():
    """A worker that is killed while a client downloads leaves the provider's mailbox as it was, and the next one
    serves."""
    scene = Scene(server, work, "killed")
    wanted, _ = scene.fill()
    large = odd(500, OLD, size=4 << 20)
    with scene.daemon() as daemon:
        scene.mailbox.deliver("INBOX", large, OLD)
        client = scene.knock()
        client.dele(1)
        client._putcmd(f"RETR {client.stat()[0]}")
        equal(client._getresp()[:3], b"+OK", "answer to RETR")
        worker, = programs.children(daemon)
        os.kill(worker, signal.SIGKILL)
        programs.wait_for(lambda: programs.children(daemon) not in ([worker], []), "a new worker", 10)
        client.close()
        programs.wait_for(lambda: is_open(scene.port), "the door", 10)
        holds(scene, wanted + [large])
        sees(scene, wanted + [large])


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.missing():
        skip_all(rig.missing())
    server, work = rig.Dovecot(pop3=True, extra="mail_max_lock_timeout = 1 s\n"), rig.workdir()
    run()
