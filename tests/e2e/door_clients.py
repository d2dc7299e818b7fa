"""door_clients.py - mail programs that fetch mail by POP3, each with a configuration of its own in a folder of its
own."""
import os
import shutil
import subprocess
import time

import programs
import rig

LIMIT = 600  # seconds a download may take


class Missed(Exception):
    """The client has missed the end of a process of its own; try again."""


class Source:
    """A POP3 server: cert of one with TLS, None for the door."""

    def __init__(self, port, user, password, cert=None):
        self.host, self.port = "localhost" if cert else "127.0.0.1", port
        self.user, self.password, self.cert = user, password, cert


class Client:
    """A mail program that leaves all mail on the server, and adds as little as it can. fetch() downloads everything.
    Where the test is root's it runs as the user who has the server's mail: some refuse to work for root."""

    adds = b""  # before every message
    processors = None  # that it may use; None: all
    misses = None  # what it says when it has missed the end of its own child

    def __init__(self, home, server):
        self.home, self.mail = home, os.path.join(home, "mail")
        self.user, self.group = (server.user, server.group) if os.geteuid() == 0 else (None, None)
        os.makedirs(home, mode=0o700)
        for part in ("cur", "new", "tmp"):
            os.makedirs(os.path.join(self.mail, part), mode=0o700)

    @classmethod
    def is_installed(cls):
        return rig.find_program(cls.program) is not None

    def _write(self, name, text):
        path = os.path.join(self.home, name)
        with open(path, "w") as out:
            os.fchmod(out.fileno(), 0o600)
            out.write(text)
        return path

    def _begin(self):
        """In the new process."""
        rig.die_with_parent()
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:self.processors])

    def _own(self):
        for where, _, files in os.walk(self.home if self.user else ""):
            for name in [where] + [os.path.join(where, file) for file in files]:
                shutil.chown(name, self.user, self.group)

    def _run(self, *arguments):
        """Ends with the test. Whatever is said goes into a file: a full pipe would be waited for."""
        self._own()
        environment = programs.environment({"HOME": self.home, "FETCHMAILHOME": self.home, "TZ": "UTC"})
        with open(os.path.join(self.home, "said"), "w+") as out:
            done = subprocess.run([rig.find_program(self.program), *arguments], env=environment,
                                  stdin=subprocess.DEVNULL, stdout=out,
                                  stderr=out, preexec_fn=self._begin, timeout=LIMIT, check=False, user=self.user,
                                  group=self.group, extra_groups=[] if self.user else None, cwd=self.home)
            out.seek(0)
            said = out.read()
        if done.returncode != 0 and self.misses and self.misses in said:
            raise Missed
        assert done.returncode == 0, f"{self.program}: status {done.returncode}\n{said[-2000:]}"

    def messages(self):
        """What was downloaded, sorted."""
        found = []
        for part in ("cur", "new"):
            for name in os.listdir(os.path.join(self.mail, part)):
                with open(os.path.join(self.mail, part, name), "rb") as file:
                    found.append(file.read().removeprefix(self.adds))
        return sorted(found)

    def forget(self):
        shutil.rmtree(self.home)


class Mpop(Client):
    """Asks ahead (PIPELINING)."""
    program = "mpop"

    def fetch(self, source):
        tls = f"tls on\ntls_starttls off\ntls_trust_file {source.cert}" if source.cert else "tls off"
        self._run("--file", self._write("mpoprc", f"""account default
host {source.host}
port {source.port}
user {source.user}
password {source.password}
auth user
{tls}
keep on
received_header off
uidls_file {self.home}/uidls
delivery maildir {self.mail}
"""))


class Fetchmail(Client):
    """Hands every message to a program."""
    program = "fetchmail"

    def fetch(self, source):
        tls = f'ssl sslcertck sslcertfile "{source.cert}"' if source.cert else 'sslproto ""'
        self._run("--nosyslog", "--nodetach", "--pidfile", self.home + "/pid", "--fetchmailrc",
                  self._write("fetchmailrc", f"""set invisible
poll {source.host} protocol POP3 port {source.port} auth password timeout 60
  user "{source.user}" password "{source.password}" {tls}
  keep fetchall no rewrite pass8bits
  mda "exec cat >{self.mail}/new/$$"
"""))


class Getmail(Client):
    """Starts a process for every message and misses the end of one that is over before it looks (6.18): on one
    processor that hardly happens."""
    program = "getmail"
    misses = "waiting child pid"
    adds, processors = b"Return-Path: <unknown>\n", 1

    def fetch(self, source):
        kind, trust = ("SimplePOP3SSLRetriever",
                       f"ca_certs = {source.cert}") if source.cert else ("SimplePOP3Retriever", "")
        self._run("--getmaildir", self.home, "--rcfile", self._write("getmailrc", f"""[retriever]
type = {kind}
server = {source.host}
port = {source.port}
username = {source.user}
password = {source.password}
timeout = 20
{trust}
[destination]
type = Maildir
path = {self.mail}/
[options]
read_all = true
delete = false
delivered_to = false
received = false
verbose = 0
"""))


def download(program, home, server, source):
    """Has a new client download everything. Returns what came, and the seconds it took."""
    for _ in range(5):
        client = program(home, server)
        begin = time.monotonic()
        try:
            client.fetch(source)
            took = time.monotonic() - begin
            return client.messages(), took
        except Missed:
            continue
        finally:
            client.forget()
    raise AssertionError(f"{program.program} does not come to an end")


CLIENTS = (Mpop, Fetchmail, Getmail)
