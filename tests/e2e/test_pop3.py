"""test_pop3.py - a mailbox by POP3: the verdicts of IMAP, and each message on the server or whole in the quarantine on
this computer, where restored mail stays too."""
import contextlib
import os
import poplib
import random
import re
import signal
import ssl

import disk
import rig
import messages
import programs
from tap import case, equal, note, run, skip_all

LARGE = 3 << 20  # bytes; a message is judged by its first 256 KiB


def plain(text):
    """A program's output without its line breaks."""
    return " ".join(text.split())


class Scene:
    """A maildrop, and Backstop with a copy of the Sent folder, a Maildir, unless `sent` says otherwise (None: there is
    none)."""

    def __init__(self, name, fill=messages.fill, sent="Sent", other=None, **keys):
        self.mailbox = server.mailbox(name)
        self.inbox = fill(self.mailbox)
        self.home = os.path.join(work, name)
        if sent is not None:
            keys["sent"] = os.path.join(self.home, sent)
            self.mailbox.keep_sent(keys["sent"])
        self.keys = programs.pop3_account_of(self.mailbox, **keys)
        self.backstop = programs.Backstop(self.home, other=other, **self.keys)
        self.quarantine = os.path.join(self.backstop.data, "quarantine", "test")
        self.before = self.mailbox.on_disk()["INBOX"]

    def on_server(self):
        return sorted(row[0] for row in self.mailbox.on_disk()["INBOX"])

    def check(self, away, back=(), deleted=(), where=None):
        """Each message of the inbox is where it belongs, byte for byte, and nowhere else: those named here in
        quarantine, back in the Maildir `where`, or gone; all others on the server."""
        digests = {name: rig.digest(message) for name, message in self.inbox.items()}
        gone = {*away, *back, *deleted}
        equal(rig.in_maildir(self.quarantine), sorted(digests[name] for name in away), "messages in quarantine")
        equal(self.on_server(), sorted(digests[name] for name in digests.keys() - gone), "messages on the server")
        equal(rig.in_maildir(where or os.path.join(self.backstop.data, "restored", "test")),
              sorted(digests[name] for name in back), "messages restored")

    def configure(self, **keys):
        self.backstop.accounts["test"] = {key: value for key, value in (self.keys | keys).items() if value is not None}
        self.backstop.write_config()

    def verdicts(self):
        return sorted(row["verdict"] for row in self.backstop.entries() if row["account"] == "test")

    def wish(self, verb, number):
        """Asks for forged bounce `number` to be restored or deleted, and makes the pass that does it."""
        more = ["--for-good"] if verb == "delete" else []
        self.backstop.ok("backstop", verb, *more, str(self.entry_of(number)["id"]))
        self.backstop.pass_once()

    @contextlib.contextmanager
    def watching(self):
        """The daemon, after its first pass."""
        with self.backstop.daemon() as process:
            programs.wait_for(lambda: '"watching"' in self.backstop.run("backstop", "status", "--json").out,
                              "the first pass", 20)
            yield process

    def entry_of(self, number):
        return next(row for row in self.backstop.entries() if row["recipients"] == [f"victim{number}@remote.example"])

    def put(self, name, message):
        """New mail."""
        self.inbox[name] = message
        self.mailbox.deliver("INBOX", message, messages.NOW - messages.DAY)

    def client(self):
        """A mail program's connection, signed in."""
        client = poplib.POP3_SSL("localhost", server.pop3_port, context=ssl.create_default_context(cafile=server.cert),
                                 timeout=20)
        try:
            client.user(self.mailbox.user)
            client.pass_(rig.PASSWORD)
        except poplib.error_proto:
            client.close()
            raise
        return client

    def sessions(self):
        """(TOP, RETR, deleted, messages) of each session that has ended, by Dovecot's own count."""
        return [tuple(map(int, row)) for row in re.findall(
            rf"pop3\({self.mailbox.user}\).* top=(\d+)/\d+, retr=(\d+)/\d+, del=(\d+)/(\d+)", server.log())]


FORGED = ("forged-1", "forged-2", "forged-3")


def demo(mailbox):
    box["expected"] = messages.fill_demo(mailbox)
    return {name: message for name, (message, _) in box["expected"].items()}


@case
def verdicts():
    """The demo mailbox is filtered as its EXPECTED.tsv says; every message is on the server or whole in the
    quarantine."""
    scene = box["demo"] = Scene("demo", demo, addresses="*@example.org")
    box["twin"] = scene.mailbox.copy("demo-imap")
    scene.backstop.pass_once()
    scene.check([name for name, (_, verdict) in box["expected"].items() if verdict == "backscatter"])
    kept = {rig.digest(scene.inbox[name]) for name, (_, verdict) in box["expected"].items() if verdict != "backscatter"}
    equal(scene.mailbox.on_disk()["INBOX"], [row for row in scene.before if row[0] in kept],
          "flags and dates of what was kept")


@case
def same_as_imap():
    """The same mailbox over IMAP: the same bounces, the same verdicts, the same messages moved."""
    imap = programs.for_mailbox(box["twin"], f"{work}/demo-imap", addresses="*@example.org")
    imap.pass_once()
    over_pop3, over_imap = (
        sorted(str({key: row[key] for key in ("kind", "verdict", "state", "reporter", "recipients", "status",
                                              "diagnostic", "original")})
               for row in backstop.entries()) for backstop in (box["demo"].backstop, imap))
    equal(over_pop3, over_imap, "what was judged")
    note(f"{len(over_pop3)} bounces judged alike")
    equal(rig.in_maildir(box["demo"].quarantine), sorted(row[0] for row in box["twin"].on_disk()["Backscatter"]),
          "what was moved")


@case
def again():
    """A second pass judges and moves nothing, and asks for no message."""
    scene = box["demo"]
    listed, files, before = scene.backstop.entries(), rig.in_maildir(scene.quarantine), scene.sessions()
    scene.backstop.pass_once()
    programs.wait_for(lambda: len(scene.sessions()) > len(before), "the end of the session in Dovecot's log", 10)
    equal([row[:3] for row in scene.sessions()[len(before):]], [(0, 0, 0)],
          "TOP, RETR and deletions of a pass without news")
    equal(scene.backstop.entries(), listed, "the ledger's list")
    equal(rig.in_maildir(scene.quarantine), files, "the quarantine")


@case
def unread():
    """What is only looked at is never fetched by RETR, which would mark it as read."""
    scene = Scene("unread")
    scene.backstop.pass_once()
    programs.wait_for(lambda: len(scene.sessions()) == 2, "the end of both sessions", 10)
    note(f"TOP, RETR, deleted, messages: {scene.sessions()}")
    equal(sum(row[1] for row in scene.sessions()), len(FORGED), "messages fetched by RETR")
    scene.check(FORGED)


@case
def sent_mbox():
    """Sent mail may be an mbox."""
    scene = Scene("sentmbox")
    box = disk.Mbox(os.path.join(scene.home, "sent.mbox"))
    for name in sorted(os.listdir(os.path.join(scene.keys["sent"], "cur"))):
        box.deliver(messages.read(os.path.join(scene.keys["sent"], "cur", name)), int(name.split(".")[0]))
    scene.configure(sent=box.path)
    scene.backstop.pass_once()
    scene.check(FORGED)
    equal(scene.verdicts(), ["backscatter"] * 3 + ["genuine"] * 2, "verdicts")


@case
def sent_account():
    """Sent mail may be that of an IMAP account."""
    imap = server.mailbox("sentaccount-imap")
    messages.fill(imap, forgeries=0, others=0)
    scene = Scene("sentaccount", sent=None, other={"imap": programs.account_of(imap)}, sent_account="imap")
    scene.backstop.pass_once()
    scene.check(FORGED)
    equal(scene.verdicts(), ["backscatter"] * 3 + ["genuine"] * 2, "verdicts")


@case
def sent_recorded():
    """Sent mail may be told by `backstop record`: nothing is moved before it was, and a sweep looks again."""
    scene = Scene("recorded", sent=None, sent_recorded="yes")
    scene.mailbox.keep_sent(os.path.join(scene.home, "archive"))
    scene.backstop.pass_once()
    scene.check([])
    equal(scene.verdicts(), ["unsure"] * 5, "verdicts while nothing is recorded")
    scene.backstop.ok("backstop", "record", os.path.join(scene.home, "archive"))
    scene.backstop.ok("backstop", "sweep")
    scene.check(FORGED)
    equal(scene.verdicts(), ["backscatter"] * 3 + ["genuine"] * 2, "verdicts after the sweep")


@case
def no_sent_mail():
    """Without any sent mail nothing is moved, and the status says so and what to do."""
    scene = Scene("nosent", sent=None)
    scene.backstop.pass_once()
    scene.check([])
    equal(scene.mailbox.on_disk()["INBOX"], scene.before, "the maildrop")
    equal(scene.verdicts(), ["unsure"] * 5, "verdicts")
    said = plain(scene.backstop.ok("backstop", "status"))
    note(said)
    for words in ("only observes", "moves nothing", "set sent, sent-account or sent-recorded"):
        assert words in said, f"{said!r} does not say {words!r}"
    assert "nothing is judged" not in said, "what was judged is listed all the same"


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
    path = os.path.join(work, "tomaildir-inbox")
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
    target = disk.Mbox(os.path.join(work, "tombox-inbox"))
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
    path = os.path.join(work, "taken")
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
    away = programs.Backstop(os.path.join(work, "machines-away"), **scene.keys)
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
def sent_missing():
    """A Sent folder that is not there, or is empty, covers nothing: nothing is moved, and the message says what is
    wrong."""
    for number, make in enumerate((False, True)):
        scene = Scene(f"missing{number}", sent=None)
        path = os.path.join(scene.home, "Sent")
        for part in ("cur", "new", "tmp") if make else ():
            os.makedirs(os.path.join(path, part))
        scene.configure(sent=path)
        result = scene.backstop.run("backstopd", "--once")
        equal(result.status, programs.DONE if make else programs.CONFIGURATION, f"status ({result.err})")
        scene.check([])
        equal(scene.verdicts(), ["unsure"] * 5 if make else [], "verdicts")
        said = plain(scene.backstop.ok("backstop", "status"))
        assert ("has never held a message" if make else "there is no folder") in said, said


@case
def allowed():
    """What the owner allows is genuine in a sweep, and mail that comes later as well."""
    scene = Scene("allowed", sent=None)
    scene.backstop.pass_once()
    scene.backstop.ok("backstop", "allow", "add", "victim1@remote.example")
    scene.mailbox.keep_sent(os.path.join(scene.home, "Sent"))
    scene.configure(sent=os.path.join(scene.home, "Sent"))
    scene.backstop.ok("backstop", "sweep")
    scene.check(["forged-2", "forged-3"])
    equal(scene.entry_of(1)["verdict"], "genuine", "its verdict")
    scene.put("allowed", messages.bounce(9, messages.NOW - messages.DAY, "x@botnet.example", "victim1@remote.example",
                                         "Again", messages.NOW - 2 * messages.DAY))
    scene.backstop.pass_once()
    scene.check(["forged-2", "forged-3"])


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


@case
def large():
    """Backscatter of 3 MiB is moved whole, with lines that are long, begin with dots or From, or hold a bare CR."""
    scene = Scene("large")
    body = b"".join(b".dot\n..\n.\nFrom here\n\n" + b"x" * (number % 1200) + b"\n" for number in range(LARGE // 600))
    scene.put("large", messages.forged(8, messages.NOW - messages.DAY) + body + b"a\rbare CR\n\xff\xfe" + b"y" * 70000 +
              b"\n")
    note(f"{len(scene.inbox['large'])} bytes")
    assert len(scene.inbox["large"]) > LARGE
    scene.backstop.pass_once()
    scene.check([*FORGED, "large"])
    kept = max((os.path.join(scene.quarantine, "new", name)
                for name in os.listdir(os.path.join(scene.quarantine, "new"))),
               key=os.path.getsize)
    equal(messages.read(kept).replace(b"\r\n", b"\n") == scene.inbox["large"].replace(b"\r\n", b"\n"), True,
          "same bytes")


@case
def without_end():
    """Backscatter that does not end in a line end, and one of which nothing but a header is left, are moved as the
    server gives them."""
    scene = Scene("noend")
    scene.put("open", messages.forged(8, messages.NOW - messages.DAY).rstrip(b"\n") + b" the end")
    scene.put("short", messages.forged(9, messages.NOW - messages.DAY).partition(b"\n\n")[0] + b"\n\n")
    scene.backstop.pass_once()
    for name in ("open", "short"):
        where = [place for place,
                 digests in (("server", scene.on_server()), ("quarantine", rig.in_maildir(scene.quarantine)))
                 for form in (scene.inbox[name], scene.inbox[name] + b"\n") for digest in [rig.digest(form)]
                 if digest in digests]
        note(f"{name}: {where}")
        equal(len(where), 1, f"places of the message {name!r}")
    equal(len(scene.on_server()) + len(rig.in_maildir(scene.quarantine)), 9, "messages in all")


@case
def stls():
    """STLS on the plain port works."""
    scene = Scene("stls", security="starttls", port=server.pop3_plain)
    scene.backstop.pass_once()
    scene.check(FORGED)
    assert re.search(r"user=<stls>, .*TLS", server.log()), "the sign-in was not over TLS"


@case
def wrong_password():
    """A wrong password: status 77, the maildrop is untouched, and the account waits for its owner."""
    scene = Scene("password", password_command="echo wrong")
    result = scene.backstop.run("backstopd", "--once")
    equal(result.status, programs.SIGN_IN, f"status ({result.err})")
    note(result.complaint)
    assert "sign-in needed" in scene.backstop.ok("backstop", "status"), "the status does not say it"
    scene.check([])


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.missing():
        skip_all(rig.missing())
    server, work, box = rig.Dovecot(pop3=True), rig.workdir(), {}
    run()
