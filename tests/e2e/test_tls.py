"""test_tls.py - servers that are not who they say, or may be somebody in between: each refused before any credential is
sent, over TLS from the start and over STARTTLS."""
import ssl
import subprocess
import threading
import time
import warnings

import rig
import programs
import scripted
from tap import case, note, run, skip_all

SILENCE = 3  # seconds, the timeout key of these tests
CREDENTIALS = (b"LOGIN", b"AUTHENTICATE", b"sesame", b"owner")
issuing = threading.Lock()  # cases run side by side, and "openssl ca" counts in files of the issuer


class Plain(scripted.Script):
    capabilities = "IMAP4rev1 AUTH=PLAIN SASL-IR"


class StartTls(Plain):
    capabilities = "IMAP4rev1 STARTTLS AUTH=PLAIN SASL-IR"


def refused(what, script, words, context, starttls, ca, statuses=(programs.REFUSED,)):
    """One pass that must end before anything that helps to sign in was sent."""
    with scripted.ScriptedServer(script, context, starttls) as server:
        backstop = programs.Backstop(f"{work}/{time.monotonic_ns()}", protocol="imap", host="localhost",
                                     port=server.port, security="starttls" if starttls else "tls", ca_file=ca,
                                     user="owner", password_command=f"echo {rig.PASSWORD}", timeout=SILENCE)
        result = backstop.run("backstopd", "--once", limit=programs.LIMIT)
    assert result.status in statuses, f"{what}: status {result.status} ({result.err.strip()})"
    assert server.connections >= 1, f"{what}: nobody connected"
    for word in words:
        assert word.lower() in result.complaint.lower(), f"{what}: {result.complaint!r} does not mention {word!r}"
    for secret in CREDENTIALS:
        assert secret not in server.received, f"{what}: the server received {server.received!r}"
    note(f"{what}: {result.complaint}")


def openssl(*arguments):
    done = subprocess.run([rig.find_program("openssl"), *arguments], check=False, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, cwd=work)
    assert done.returncode == 0, f"openssl {arguments[0]}: {done.stderr}"


def issued(name, host, start="20200101000000Z", end="20991231000000Z"):
    """A certificate for host, valid from start to end, that the issuer ca.pem has signed; its paths."""
    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={host}", "-keyout", f"{name}.key", "-out",
            f"{name}.csr")
    with open(f"{work}/{name}.ext", "w") as extensions:
        extensions.write(f"subjectAltName = DNS:{host}\n")
    with issuing:
        openssl("ca", "-batch", "-config", "ca.cnf", "-in", f"{name}.csr", "-out", f"{name}.pem", "-startdate", start,
                "-enddate", end, "-notext", "-extfile", f"{name}.ext")
    return f"{work}/{name}.pem", f"{work}/{name}.key"


def make_issuer():
    """An issuer of ours: the one that a test's ca-file names."""
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=Test issuer", "-keyout",
            "ca.key", "-out", "ca.pem", "-addext", "basicConstraints=critical,CA:TRUE")
    with open(f"{work}/ca.cnf", "w") as config:
        config.write(f"[ca]\ndefault_ca = it\n[it]\ndir = {work}\ndatabase = {work}/ca.db\nnew_certs_dir = {work}\n"
                     f"certificate = {work}/ca.pem\nprivate_key = {work}/ca.key\nserial = {work}/ca.serial\n"
                     "default_md = sha256\npolicy = any\nunique_subject = no\n[any]\ncommonName = supplied\n")
    open(f"{work}/ca.db", "w").close()
    with open(f"{work}/ca.serial", "w") as serial:
        serial.write("01\n")


def only(version, pair):
    """A server's context that speaks no newer TLS than this."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
    return context


@case
def certificates():
    """Self-signed, wrong name, expired, not yet valid, unknown issuer, TLS 1.0 and 1.1: refused over both kinds of
    TLS"""
    good = issued("good", "localhost")
    lonely = rig.certificate(work, name="lonely")
    rows = [
        ("self-signed", scripted.tls_context(*lonely), ["self-signed"]),
        ("wrong name", scripted.tls_context(*issued("elsewhere", "elsewhere.example")), ["name"]),
        ("expired", scripted.tls_context(*issued("expired", "localhost", end="20200201000000Z")), ["expired"]),
        ("not yet valid", scripted.tls_context(*issued("early", "localhost", start="20980101000000Z")), ["not"]),
        ("TLS 1.0", only(ssl.TLSVersion.TLSv1, good), ["TLS"]),
        ("TLS 1.1", only(ssl.TLSVersion.TLSv1_1, good), ["TLS"]),
    ]
    for starttls in (False, True):
        kind = "STARTTLS" if starttls else "TLS"
        script = StartTls if starttls else Plain
        for what, context, words in rows:
            refused(f"{kind}, {what}", script, words, context, starttls, f"{work}/ca.pem")
        refused(f"{kind}, unknown issuer", script, ["issuer"], scripted.tls_context(*good), starttls, lonely[0])


@case
def stripped():
    """STARTTLS not offered, refused, answered without TLS, preceded by PREAUTH, followed by words in clear: refused"""
    good = scripted.tls_context(*issued("good2", "localhost"))

    class Refuses(StartTls):
        def on_starttls(self, tag, words):
            return "NO not today"

    class Pretends(StartTls):
        def on_starttls(self, tag, words):
            return "OK go on"  # and goes on in clear

    class Preauth(StartTls):
        greeting = "* PREAUTH welcome"

    class Injects(StartTls):
        def on_starttls(self, tag, words):
            self.connection.send(f"{tag} OK go on\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n".encode())
            self.connection.secure()

    class Prepends(StartTls):
        def on_starttls(self, tag, words):
            self.connection.send(f"{tag} OK go on\r\n".encode())
            self.connection.send(b"* PREAUTH you are in\r\n")
            self.connection.secure()

    for what, script in (("not offered", Plain), ("refused", Refuses), ("PREAUTH", Preauth), ("injected", Injects),
                         ("injected a moment later", Prepends)):
        refused(f"STARTTLS, {what}", script, [], good, True, f"{work}/ca.pem")
    refused("STARTTLS, pretended", Pretends, [], good, True, f"{work}/ca.pem", (programs.REFUSED, programs.UNREACHABLE))


@case
def trusted():
    """The same server with a good certificate is signed in to, over both kinds of TLS"""
    pair = issued("good3", "localhost")
    for starttls in (False, True):
        with scripted.ScriptedServer(StartTls if starttls else Plain, scripted.tls_context(*pair), starttls) as server:
            backstop = programs.Backstop(f"{work}/trusted{starttls}", protocol="imap", host="localhost",
                                         port=server.port, security="starttls" if starttls else "tls",
                                         ca_file=f"{work}/ca.pem", user="owner",
                                         password_command=f"echo {rig.PASSWORD}", timeout=SILENCE)
            backstop.run("backstopd", "--once", limit=programs.LIMIT)
        assert b"AUTHENTICATE PLAIN" in server.received, f"what the server received: {server.received!r}"


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.find_program("openssl") is None:
        skip_all("openssl not installed")
    work = rig.workdir()
    make_issuer()
    run(at_once=3)
