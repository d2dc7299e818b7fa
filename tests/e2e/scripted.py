"""scripted.py - an IMAP server that does what a test tells it, above all what no server should do.

A Script answers commands by methods named after them (on_login, on_uid_fetch); a test overrides the one it wants to go
wrong. Every byte of every connection is kept in `received`, decrypted where the connection was.
"""
import contextlib
import re
import socket
import ssl
import threading
import warnings

FIELDS = (b"From: MAILER-DAEMON@mx.remote.example\r\nSubject: Undelivered Mail\r\n"
          b"Message-ID: <b1@mx.remote.example>\r\n\r\n")


class Hangup(Exception):
    """Raised by a script to close the connection."""


class Script:
    capabilities = "IMAP4rev1 UIDPLUS MOVE SPECIAL-USE NAMESPACE"
    greeting = "* OK ready"
    folders = {"INBOX": "", "Sent": "\\Sent"}

    def __init__(self, connection):
        self.connection = connection
        self.line = ""  # the command as it came

    def send(self, line):
        self.connection.send(line.encode() + b"\r\n")

    def greet(self):
        self.send(self.greeting)

    def command(self, tag, words):
        for length in (2, 1):
            handler = getattr(self, "on_" + "_".join(words[:length]).lower().replace("-", "_"), None)
            if handler is not None and len(words) >= length:
                break
        else:
            self.send(f"{tag} BAD what?")
            return
        answer = handler(tag, words)
        if answer is not None:
            self.send(f"{tag} {answer}")

    def on_capability(self, tag, words):
        self.send(f"* CAPABILITY {self.capabilities}")
        return "OK done"

    def on_starttls(self, tag, words):
        self.send(f"{tag} OK go on")
        self.connection.secure()

    def on_login(self, tag, words):
        return "OK welcome"

    def on_authenticate(self, tag, words):
        self.send("+ ")
        self.connection.line()
        return "OK welcome"

    def on_noop(self, tag, words):
        return "OK done"

    def on_namespace(self, tag, words):
        self.send('* NAMESPACE (("" "/")) NIL NIL')
        return "OK done"

    def on_list(self, tag, words):
        pattern = words[-1].strip('"')
        for name, use in self.folders.items():
            if pattern in ("*", "%", name):
                self.send(f'* LIST ({use}) "/" {name}')
        return "OK done"

    def on_select(self, tag, words):
        count = 1 if words[1].strip('"') == "INBOX" else 0
        for line in (f"{count} EXISTS", "0 RECENT", "FLAGS (\\Seen \\Deleted)",
                     "OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] kept",
                     "OK [UIDVALIDITY 7] valid", f"OK [UIDNEXT {count + 1}] next"):
            self.send(f"* {line}")
        return "OK [READ-WRITE] open"

    def on_status(self, tag, words):
        count = 1 if words[1].strip('"') == "INBOX" else 0
        self.send(f"* STATUS {words[1]} (MESSAGES {count} UIDNEXT {count + 1} UIDVALIDITY 7)")
        return "OK done"

    def on_create(self, tag, words):
        return "OK done"

    def on_subscribe(self, tag, words):
        return "OK done"

    def on_uid_search(self, tag, words):
        self.send("* SEARCH")
        return "OK done"

    def on_uid_fetch(self, tag, words):
        fields = re.search(r"BODY(?:\.PEEK)?(\[HEADER\.FIELDS.*?\])", self.line)
        section = fields.group(1) if fields else "[]<0>"
        self.connection.send(f'* 1 FETCH (UID 1 FLAGS () RFC822.SIZE {len(FIELDS)} INTERNALDATE "01-Jan-2024 00:00:00 '
                             f'+0000" '
                             f"BODY{section} {{{len(FIELDS)}}}\r\n".encode() + FIELDS + b")\r\n")
        return "OK done"

    def on_logout(self, tag, words):
        self.send("* BYE")
        self.send(f"{tag} OK done")
        raise Hangup


class Connection:
    def __init__(self, server, sock):
        self.server, self.sock, self.buffer = server, sock, b""

    def secure(self):
        self.sock = self.server.context.wrap_socket(self.sock, server_side=True)

    def send(self, data):
        self.sock.sendall(data)

    def receive(self):
        data = self.sock.recv(65536)
        if not data:
            raise Hangup
        self.server.received += data
        self.buffer += data

    def line(self):
        while b"\r\n" not in self.buffer:
            self.receive()
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line.decode("latin-1")

    def serve(self, implicit_tls):
        if implicit_tls:
            self.secure()
        script = self.server.script(self)
        script.greet()
        while True:
            script.line = self.line()
            tag, *words = re.findall(r'"(?:[^"\\]|\\.)*"|\S+', script.line)
            script.command(tag, words)

    def close(self):
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)  # wakes a thread that reads from it
        self.sock.close()


class ScriptedServer:
    """Use as a context manager. context: an ssl.SSLContext, for implicit TLS unless `starttls`."""

    def __init__(self, script, context=None, starttls=False):
        self.script, self.context, self.implicit = script, context, context is not None and not starttls
        self.received = b""
        self.connections = 0
        self.problems = []
        self._open = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def __enter__(self):
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()
        return self

    def __exit__(self, *problem):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread, so that nobody answers at this port any more
        self._acceptor.join(10)
        self._listener.close()
        for connection in self._open:
            connection.close()

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return  # closed: the test is over
            self.connections += 1
            connection = Connection(self, sock)
            self._open.append(connection)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection):
        try:
            connection.serve(self.implicit)
        except Hangup:
            pass
        except (OSError, ValueError) as problem:  # a client that hangs up, also in the handshake
            self.problems.append(problem)
        finally:
            connection.close()


def tls_context(cert, key, old=False):
    """A server's context; old: TLS 1.0 and nothing else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    if old:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.set_ciphers("DEFAULT@SECLEVEL=0")
            context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    return context
