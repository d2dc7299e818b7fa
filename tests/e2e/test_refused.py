"""test_refused.py - servers that must not be trusted, and servers that misbehave: one clear line, the right status, and
the password only for those who may have it."""
import time

import rig
import programs
import scripted
from tap import case, equal, note, run, skip_all

PATIENCE = 20  # seconds, the timeout key of these tests: a busy machine answers late
SILENCE = 4  # the same, where the server is silent on purpose


def attempt(script, status, words, context=None, starttls=False, may_sign_in=False, **keys):
    """One pass against a scripted server, which must fail with this status and one line that has these words."""
    settings = {"protocol": "imap", "host": "localhost", "security": "tls", "ca_file": cert, "user": "owner",
                "password_command": f"echo {rig.PASSWORD}", "timeout": PATIENCE} | keys
    with scripted.ScriptedServer(script, context, starttls) as server:
        backstop = programs.Backstop(f"{work}/{time.monotonic_ns()}", port=server.port, **settings)
        result = backstop.run("backstopd", "--once", limit=programs.LIMIT)
    equal(result.status, status, f"status ({result.err.strip()})")
    complaint = result.complaint
    note(complaint)
    for word in words:
        assert word.lower() in complaint.lower(), f"{complaint!r} does not mention {word!r}"
    assert rig.PASSWORD not in complaint, "the password is in the message"
    assert may_sign_in == (rig.PASSWORD.encode() in server.received), f"what the server received: {server.received!r}"
    assert server.connections >= 1, "nobody connected"
    return server


def trusted():
    return scripted.tls_context(cert, key)


def stranger():
    return scripted.tls_context(other_cert, other_key)


@case
def self_signed():
    """A self-signed certificate that the owner did not name is refused, and the password is not sent."""
    attempt(scripted.Script, programs.REFUSED, ["certificate"], trusted(), ca_file=system_roots)


@case
def wrong_host():
    """A certificate for another host name is refused, and the password is not sent."""
    attempt(scripted.Script, programs.REFUSED, ["certificate", "localhost"], stranger(), ca_file=other_cert)


@case
def old_tls():
    """A server that speaks TLS 1.0 only is refused."""
    attempt(scripted.Script, programs.REFUSED, ["TLS"], scripted.tls_context(cert, key, old=True))


@case
def wrong_host_starttls():
    """The same wrong name after STARTTLS is refused, and the password is not sent."""
    attempt(StartTls, programs.REFUSED, ["certificate"], stranger(), starttls=True, security="starttls",
            ca_file=other_cert)


class StartTls(scripted.Script):
    capabilities = "IMAP4rev1 STARTTLS"


class StartTlsRefused(StartTls):
    def on_starttls(self, tag, words):
        return "NO not today"


class Preauth(StartTls):
    greeting = "* PREAUTH welcome"


@case
def starttls_refused():
    """Where STARTTLS is refused, nobody signs in in clear text."""
    attempt(StartTlsRefused, programs.REFUSED, ["TLS"], security="starttls")


@case
def starttls_not_offered():
    """Where STARTTLS is not offered, nobody signs in in clear text."""
    attempt(scripted.Script, programs.REFUSED, ["STARTTLS"], security="starttls")


@case
def preauth():
    """PREAUTH before STARTTLS is refused: somebody may have stripped the encryption."""
    attempt(Preauth, programs.REFUSED, [], security="starttls")


class Injector(StartTls):
    def on_starttls(self, tag, words):
        self.connection.send(f"{tag} OK go on\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n".encode())
        self.connection.secure()


@case
def injection():
    """Bytes in clear text behind the answer to STARTTLS end the connection."""
    attempt(Injector, programs.REFUSED, [], trusted(), starttls=True, security="starttls")


@case
def sign_in_refused():
    """A wrong password is told as a refused sign-in."""
    class Refuses(scripted.Script):
        def on_login(self, tag, words):
            return "NO [AUTHENTICATIONFAILED] wrong"

        def on_authenticate(self, tag, words):
            return "NO [AUTHENTICATIONFAILED] wrong"

    attempt(Refuses, programs.SIGN_IN, ["password"], trusted(), may_sign_in=True)


@case
def closes_in_literal():
    """A server that closes in the middle of a literal is not reachable, and no endless loop begins."""
    class Closes(scripted.Script):
        def on_uid_fetch(self, tag, words):
            self.connection.send(b"* 1 FETCH (UID 1 BODY[HEADER.FIELDS (FROM)] {5000}\r\nFrom: MAILER")
            raise scripted.Hangup

    begin = time.monotonic()
    attempt(Closes, programs.UNREACHABLE, [], trusted(), may_sign_in=True)
    assert time.monotonic() - begin < 20, "took too long"


class Silent(scripted.Script):
    def on_select(self, tag, words):
        return None


@case
def silent():
    """A server that falls silent is given up after the configured time."""
    begin = time.monotonic()
    attempt(Silent, programs.UNREACHABLE, [], trusted(), may_sign_in=True, timeout=SILENCE)
    took = time.monotonic() - begin
    note(f"{took:.1f} s")
    assert SILENCE <= took < programs.LIMIT, f"took {took:.1f} s"


@case
def silent_greeting():
    """A server that never greets is given up after the configured time."""
    class Mute(scripted.Script):
        def greet(self):
            pass

    attempt(Mute, programs.UNREACHABLE, [], trusted(), timeout=SILENCE)


@case
def not_there():
    """A port at which nobody listens is not reachable."""
    backstop = programs.Backstop(f"{work}/nobody", protocol="imap", host="localhost", port=rig.free_port(),
                                 security="tls", ca_file=cert, user="owner",
                                 password_command=f"echo {rig.PASSWORD}", timeout=PATIENCE)
    result = backstop.run("backstopd", "--once")
    equal(result.status, programs.UNREACHABLE, "status")
    note(result.complaint)


@case
def cries_wolf():
    """A server that tells of new mail all the time, and has none, is asked less and less often, and looked at all the
    same."""
    class Wolf(scripted.Script):
        capabilities = "IMAP4rev1 UIDPLUS MOVE SPECIAL-USE NAMESPACE IDLE"
        count = 1

        def on_select(self, tag, words):
            self.count = 1
            return super().on_select(tag, words)

        def on_idle(self, tag, words):
            self.send("+ idling")
            self.count += 1
            self.send(f"* {self.count} EXISTS")
            self.connection.line()
            return "OK done"

    with scripted.ScriptedServer(Wolf, trusted()) as server:
        backstop = programs.Backstop(f"{work}/wolf", port=server.port, protocol="imap", host="localhost",
                                     security="tls", ca_file=cert, user="owner",
                                     password_command=f"echo {rig.PASSWORD}", timeout=10)
        with backstop.daemon():
            programs.wait_for(lambda: server.received.count(b" IDLE\r\n") > 10, "the first looks", 20)
            time.sleep(4)
            early = server.received.count(b" IDLE\r\n")
            time.sleep(8)
            late = server.received.count(b" IDLE\r\n")
    note(f"{early} times, then {late - early} in 8 s; {server.connections} connection")
    assert early < 25 and 1 <= late - early < 8, f"{early}, then {late - early}"
    equal(server.connections, 1, "connections")


@case
def quarantine_refused():
    """On a server that lets nobody make folders nothing is moved."""
    class NoFolders(scripted.Script):
        def on_create(self, tag, words):
            return "NO [NOPERM] no new folders"

    server = attempt(NoFolders, programs.UNMAKEABLE, ["Backscatter"], trusted(), may_sign_in=True)
    for word in (b"MOVE", b"COPY", b"STORE", b"EXPUNGE"):
        assert b"UID " + word not in server.received, f"{word} was sent"


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.find_program("openssl") is None:
        skip_all("openssl not installed")
    work = rig.workdir()
    (cert, key), (other_cert, other_key) = rig.certificate(work), rig.certificate(work, "elsewhere.example", "other")
    system_roots, _ = rig.certificate(work, "root.example", "roots")
    run(at_once=4)
