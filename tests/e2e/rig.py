"""rig.py - a private Dovecot on loopback, and mailboxes in it.

Everything lives in one folder of workdir(), which is removed when the test ends; the server dies with the test, however
it ends. Works as root (mail belongs to nobody) and as an ordinary user (all belongs to that user). """
import atexit
import contextlib
import ctypes
import grp
import hashlib
import imaplib
import os
import pwd
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

TOP = os.path.abspath(os.environ.get("top_srcdir", os.path.join(os.path.dirname(__file__), "..", "..")))
BUILD = os.path.abspath(os.environ.get("top_builddir", "."))
PASSWORD = "sesame-7351"
PR_SET_PDEATHSIG = 1
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE = 24, 1


def find_program(name):
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def missing():
    """What the rig needs and this machine lacks; None when all is there."""
    lacking = [name for name in ("dovecot", "openssl") if find_program(name) is None]
    if not os.path.exists("/usr/lib/dovecot/pop3"):
        lacking.append("dovecot-pop3d")
    return ", ".join(lacking) + " not installed" if lacking else None


def workdir(where=None):
    """A new folder that goes when the test ends."""
    path = tempfile.mkdtemp(prefix="backstop-e2e.", dir=where)
    os.chmod(path, 0o755)  # Dovecot's own users must get through it
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def exit_on_signals():
    """Lets atexit clean up when the test is told to stop."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda received, frame: sys.exit(128 + received))


def die_with_parent():
    """For preexec_fn: the kernel ends this process when the test is killed without a chance to clean up."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def obey_modes():
    """From now on the modes of files hold for programs that the test starts, even those that root starts."""
    ctypes.CDLL(None).prctl(PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, 0, 0, 0)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def certificate(folder, host="localhost", name="cert"):
    """A self-signed certificate for host; returns the paths of certificate and key."""
    cert, key = os.path.join(folder, name + ".pem"), os.path.join(folder, name + ".key")
    subprocess.run([find_program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
                    "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}", "-keyout", key, "-out", cert],
                   check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return cert, key


CONFIGURATION = """
protocols = imap{pop3}
listen = 127.0.0.1
base_dir = {root}/run
log_path = {root}/dovecot.log
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
disable_plaintext_auth = no
auth_failure_delay = 0
mail_location = maildir:~/Maildir
first_valid_uid = 1
mail_max_userip_connections = 100
imap_logout_format = in=%i out=%o
{owners}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={root}/mail/%u
}}
namespace inbox {{
  inbox = yes
  prefix = {prefix}
  separator = {separator}
{folders}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain}
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
{extra}
"""

# With the package dovecot-pop3d.
POP3 = """
pop3_lock_session = yes
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {plain}
  }}
  inet_listener pop3s {{
    port = {port}
    ssl = yes
  }}
}}
"""



# More configuration text for thousands of short sessions: processes that serve many of them, and mail that is not
# synced.
QUICK = """
mail_fsync = never
service imap-login {
  service_count = 0
  process_min_avail = 2
  client_limit = 200
}
service imap {
  service_count = 200
  process_min_avail = 4
}
"""
QUICK_POP3 = QUICK + """
service pop3-login {
  service_count = 0
  process_min_avail = 2
  client_limit = 200
}
service pop3 {
  service_count = 200
  process_min_avail = 4
}
"""


class Dovecot:
    """port: IMAPS; plain: IMAP with STARTTLS; pop3: also serve POP3, at pop3_port and (STLS) pop3_plain; cert: to be
    trusted as ca-file. sent, trash: does the server have such a folder (SPECIAL-USE)? without_move: hide the MOVE
    extension. prefix, separator: of its folders' names. extra: more configuration text."""

    def __init__(self, sent=True, trash=True, without_move=False, prefix="", separator="/", pop3=False, extra=""):
        self.root = workdir()
        self.cert, self.key = certificate(self.root)
        os.makedirs(os.path.join(self.root, "mail"))
        self.folders = "".join(f"  mailbox {name} {{\n    special_use = \\{name}\n    auto = subscribe\n  }}\n"
                               for name, wanted in (("Sent", sent), ("Trash", trash)) if wanted)
        self.prefix, self.separator, self.extra, self.pop3 = prefix, separator, extra, pop3
        if without_move:
            self.extra += ("\nprotocol imap {\n  imap_capability = IMAP4rev1 SASL-IR ID ENABLE IDLE LITERAL+ NAMESPACE "
                           "UIDPLUS LIST-EXTENDED CHILDREN SPECIAL-USE\n}\n")
        self.process = None
        atexit.register(self.stop)
        self.start()

    def start(self, same_ports=False):
        for attempt in range(3):
            if not same_ports:
                self.port, self.plain, self.pop3_port, self.pop3_plain = (free_port() for _ in range(4))
            self._configure()
            self.process = subprocess.Popen([find_program("dovecot"), "-F", "-c",
                                             os.path.join(self.root, "dovecot.conf")],
                                            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                            preexec_fn=die_with_parent)
            if self._answers():
                return
            said = self._said()
            self.stop()
        raise RuntimeError(f"Dovecot does not start:\n{said}{self.log()}")

    def _configure(self):
        if os.geteuid() == 0:
            self.user, self.group, owners = "nobody", "nogroup", ""
            shutil.chown(os.path.join(self.root, "mail"), self.user, self.group)
        else:
            self.user, self.group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
            owners = (f"default_internal_user = {self.user}\ndefault_internal_group = {self.group}\n"
                      f"default_login_user = {self.user}")
        with open(os.path.join(self.root, "dovecot.conf"), "w") as out:
            out.write(CONFIGURATION.format(root=self.root, cert=self.cert, key=self.key, owners=owners,
                                           password=PASSWORD,
                                           user=self.user, group=self.group, folders=self.folders, plain=self.plain,
                                           port=self.port, prefix=self.prefix, pop3=" pop3" if self.pop3 else "",
                                           separator=self.separator, extra=self.extra + self._pop3()))

    def _pop3(self):
        return POP3.format(plain=self.pop3_plain, port=self.pop3_port) if self.pop3 else ""

    def _answers(self):
        end = time.monotonic() + 20
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.plain), timeout=5) as greeting:
                    if greeting.recv(64).startswith(b"* OK"):
                        return True
            except OSError:
                pass
            time.sleep(0.05)
        return False

    def _said(self):
        if self.process.poll() is None:
            return ""
        return self.process.stderr.read().decode(errors="replace")

    def stop(self):
        """Ends the server and everything it started."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()
        self.process = None

    def restart(self, pause=0):
        """Ends all sessions; after `pause` seconds the server is there again, at the same ports."""
        self.stop()
        time.sleep(pause)
        self.start(same_ports=True)

    def log(self):
        try:
            with open(os.path.join(self.root, "dovecot.log"), errors="replace") as log:
                return log.read()
        except FileNotFoundError:
            return ""

    def traffic(self, user):
        """(bytes the client sent, bytes it got) of user's sessions that have ended, newest last, by Dovecot's own
        count."""
        return [(int(sent), int(got)) for sent, got in
                re.findall(rf"imap\({re.escape(user)}\).* in=(\d+) out=(\d+)", self.log())]

    def mailbox(self, user):
        return Mailbox(self, user)


class Mailbox:
    """One user's mail. put() and the other functions on files are for times when nobody is connected."""

    def __init__(self, server, user):
        self.server, self.user = server, user
        self.home = os.path.join(server.root, "mail", user)
        self.maildir = os.path.join(self.home, "Maildir")
        self._count = 0
        os.makedirs(self.maildir, mode=0o700)
        self._own()

    def _own(self):
        if os.geteuid() != 0:
            return
        for where, _, files in os.walk(self.home):
            for name in [where] + [os.path.join(where, file) for file in files]:
                shutil.chown(name, self.server.user, self.server.group)

    def _folder(self, folder):
        return self.maildir if folder == "INBOX" else os.path.join(self.maildir, "." + folder.replace("/", "."))

    def put(self, folder, message, stored, flags=""):
        """Stores a message (bytes) as if it had come at `stored` (Unix seconds). flags: Maildir letters, "S", "FS"."""
        path = self._folder(folder)
        for part in ("cur", "new", "tmp"):
            os.makedirs(os.path.join(path, part), mode=0o700, exist_ok=True)
        self._count += 1
        name = os.path.join(path, "cur", f"{int(stored)}.M{self._count}.rig:2,{''.join(sorted(flags))}")
        with open(name, "wb") as out:
            out.write(message)
        os.utime(name, (stored, stored))

    def deliver(self, folder, message, stored, flags=""):
        """put() for any time: as a mail server delivers, whoever is connected."""
        path = self._folder(folder)
        self._count += 1
        name = f"{int(stored)}.M{self._count}.rig"
        fresh = os.path.join(path, "tmp", name)
        with open(fresh, "wb") as out:
            out.write(message)
            if os.geteuid() == 0:
                shutil.chown(fresh, self.server.user, self.server.group)
        os.utime(fresh, (stored, stored))
        os.rename(fresh, os.path.join(path, "cur", f"{name}:2,{''.join(sorted(flags))}") if flags else
                  os.path.join(path, "new", name))

    def keep_sent(self, path):
        """A mail program's own copy of Sent: a Maildir at path."""
        for part in ("cur", "new", "tmp"):
            shutil.copytree(os.path.join(self._folder("Sent"), part), os.path.join(path, part))

    def on_disk(self):
        """What is in the mailbox, as its files tell: folder → sorted list of (digest(), flags, date). Without a server
        between, so that it costs little; only for times when no client changes anything."""
        folders = [name for name in os.listdir(self.maildir) if name.startswith(".") and
                   os.path.isdir(os.path.join(self.maildir, name, "cur"))]
        return {name[1:].replace(".", "/") or "INBOX": self._files(os.path.join(self.maildir, name))
                for name in folders + [""]}

    @staticmethod
    def _files(path):
        keywords = {}
        with contextlib.suppress(FileNotFoundError), open(os.path.join(path, "dovecot-keywords")) as table:
            keywords = {chr(ord("a") + int(row.split()[0])): row.split()[1] for row in table}
        messages = []
        for part in ("cur", "new"):
            for name in os.listdir(os.path.join(path, part)):
                with open(os.path.join(path, part, name), "rb") as file:
                    flags = (keywords.get(letter, letter) for letter in name.partition(":2,")[2])
                    messages.append((digest(file.read()), tuple(sorted(flags)), int(os.fstat(file.fileno()).st_mtime)))
        return sorted(messages)

    def settle(self):
        """To be called after the last put(): gives the files to the server's user."""
        self._own()
        return self

    def copy(self, user):
        """The same mailbox, UIDs and all, for another user."""
        twin = Mailbox(self.server, user)
        shutil.copytree(self.home, twin.home, dirs_exist_ok=True)
        return twin.settle()

    def new_validity(self, folder):
        """The folder gets another UIDVALIDITY, and every message another UID, as after a server's restore from
        backup."""
        path = self._folder(folder)
        with open(os.path.join(path, "dovecot-uidlist")) as uidlist:
            old = int(re.search(r" V(\d+)", uidlist.readline()).group(1))
        for name in os.listdir(path):
            if name.startswith("dovecot.index") or name == "dovecot-uidlist":
                os.unlink(os.path.join(path, name))
        with open(os.path.join(path, "dovecot-uidlist"), "w") as uidlist:
            uidlist.write(f"3 V{old + 1000} N900 G{os.urandom(16).hex()}\n")
        self._own()
        return old

    def connect(self):
        """A signed-in imaplib client."""
        context = ssl.create_default_context(cafile=self.server.cert)
        client = imaplib.IMAP4_SSL("localhost", self.server.port, ssl_context=context, timeout=30)
        client.login(self.user, PASSWORD)
        return client

    def snapshot(self):
        """What is in the mailbox: folder → sorted list of (SHA-256 of the message, flags, INTERNALDATE)."""
        client = self.connect()
        try:
            return {name: self._content(client, name) for name in self._names(client)}
        finally:
            client.logout()

    @staticmethod
    def _names(client):
        _, rows = client.list()
        return sorted(re.search(rb'"[/.]" "?([^"]+)"?$', row).group(1).decode() for row in rows
                      if b"\\Noselect" not in row)

    @staticmethod
    def _content(client, folder):
        answer, text = client.select(f'"{folder}"', readonly=True)
        assert answer == "OK", f"{folder}: {text}"
        _, rows = client.uid("FETCH", "1:*", "(FLAGS INTERNALDATE BODY.PEEK[])")
        messages = []
        for row in rows:
            if not isinstance(row, tuple):
                continue
            flags = sorted(flag.decode() for flag in imaplib.ParseFlags(row[0]) if flag != b"\\Recent")
            stored = re.search(rb'INTERNALDATE "([^"]+)"', row[0]).group(1).decode()
            messages.append((hashlib.sha256(row[1]).hexdigest(), tuple(flags), stored))
        return sorted(messages)


def in_maildir(path):
    """The messages of a Maildir, as programs that read it see them: sorted list of digest(). Empty where there is
    none."""
    found = []
    for part in ("cur", "new"):
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            for name in os.listdir(os.path.join(path, part)):
                with open(os.path.join(path, part, name), "rb") as file:
                    found.append(digest(file.read()))
    return sorted(found)


def contents(snapshot):
    """A snapshot without flags and dates: folder → sorted list of digests. Empty folders are left out."""
    return {folder: sorted(row[0] for row in rows) for folder, rows in snapshot.items() if rows}


def digest(message):
    """The digest of a message in a snapshot: as the server sends it, with CRLF."""
    return hashlib.sha256(re.sub(rb"\r?\n", b"\r\n", message)).hexdigest()
