"""proxy.py - a relay between the daemon and a server that breaks one session in a chosen way, at a chosen place.

Owns the sockets of both sides, one thread per session. It passes bytes on as they are: TLS goes through unread, so that
only places by byte exist there; on a plain connection (`security = none`, loopback) places by IMAP command do as well.
A fault is for the one session that begins next; all others are clean. """
import contextlib
import re
import select
import socket
import struct
import threading
import time

PATIENCE = 120  # seconds a session may be silent before its thread gives up
DRIP = 0.00005  # seconds between two bytes
COMMAND = re.compile(rb"([A-Za-z0-9.]+) (.*)")
LITERAL = re.compile(rb"\{(\d+)(\+?)\}$")
# What only hurts bytes on their way: by command, the first bytes of its answer.
HURTING = ("drip", "corrupt", "reorder", "truncate")


class Fault:
    """what: "close" (both ends see the end), "reset" (RST), "stall" (nothing more reaches the client, until it hangs
    up), "drip" (a byte at a time, to the end), "corrupt" (the next byte gets `flip`), "reorder" (the halves of the next
    segment are swapped), "truncate" (the rest of the segment never comes, later ones do).

    Where: after `byte` bytes of the way "server" (what the server sends) or "client"; or at the command number
    `command`, from 1: moment "before" (it never reaches the server), "unanswered" (the server has done it, nobody hears
    its answer) or "answered". fired: it has happened."""

    def __init__(self, what, byte=None, way="server", command=None, moment="before", flip=0x01):
        assert what in ("close", "reset", "stall") + HURTING and (byte is None) != (command is None), (what, byte,
                command)
        assert way in ("server", "client") and moment in ("before", "unanswered", "answered"), (way, moment)
        self.what, self.byte, self.way, self.command, self.moment, self.flip = what, byte, way, command, moment, flip
        self.fired = False

    def __str__(self):
        if self.command is not None:
            return f"{self.what} at command {self.command}, {self.moment}"
        return f"{self.what} after byte {self.byte} of the {self.way}"


class Ended(Exception):
    """The session is over."""


class Commands:
    """Finds the commands in what a client sends. feed() yields (bytes, tag, verb): tag and verb where a command begins,
    else None."""

    def __init__(self):
        self.buffer, self.literal, self.inside = b"", 0, False

    def feed(self, data):
        self.buffer += data
        while self.buffer:
            if self.literal > 0:
                part, self.buffer = self.buffer[:self.literal], self.buffer[self.literal:]
                self.literal -= len(part)
                yield part, None, None
                continue
            line, end, rest = self.buffer.partition(b"\r\n")
            if not end:
                return
            begins = None if self.inside else COMMAND.match(line)
            literal = LITERAL.search(line)
            self.literal, self.inside = int(literal.group(1)) if literal else 0, literal is not None
            self.buffer = rest
            tag, words = begins.groups() if begins else (None, None)
            yield line + end, tag, words.split()[0].upper() if words else None


class Session:
    """One connection. seen: bytes that came from each side. commands: how many the client sent, where it can be
    known."""

    def __init__(self, proxy, client, fault):
        self.proxy, self.client, self.server, self.fault = proxy, client, None, fault
        self.seen, self.commands = {"server": 0, "client": 0}, 0
        self.parser = Commands() if proxy.by_command else None
        self.silent = self.deaf = self.drips = False
        self.tag, self.verb, self.answer = None, None, b""
        self.unwanted, self.ended = threading.Event(), threading.Event()

    def run(self):
        try:
            while not self.proxy.released.wait(0.02):
                if self.unwanted.is_set():
                    return
            self.server = socket.create_connection(("127.0.0.1", self.proxy.upstream), timeout=PATIENCE)
            self.server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while self._relay():
                pass
        except (OSError, Ended):
            pass  # one side hung up: for the other it is the end as well
        finally:
            self.client.close()
            if self.server is not None:
                self.server.close()
            self.ended.set()

    def _relay(self):
        sources = [self.client, self.server] if self.server is not None else [self.client]
        ready, _, _ = select.select(sources, [], [], PATIENCE)
        for sock in ready:
            data = sock.recv(65536)
            if sock is self.server and not data and self.silent:
                self.server.close()  # the client shall not notice
                self.server = None
            elif not data:
                return False
            elif sock is self.server:
                self._from_server(data)
            else:
                self._from_client(data)
        return bool(ready)

    def _from_client(self, data):
        if self.parser is None:
            self._pass_on("client", data)
            return
        for part, tag, verb in self.parser.feed(data):
            if tag is not None:
                self.commands += 1
            fault = self.fault  # disarm() may take it away
            if tag is not None and fault is not None and self.commands == fault.command:
                self._at_command(fault, tag, verb)
            self._pass_on("client", part)

    def _at_command(self, fault, tag, verb):
        if fault.what in HURTING:
            fault.byte, fault.way = self.seen["server"], "server"
        elif fault.moment == "before":
            self.deaf = True
            self._fire(fault)
        else:
            self.tag, self.verb = tag, verb

    def _from_server(self, data):
        if self.tag is None:
            self._pass_on("server", data)
            return
        self.answer += data
        if self.verb != b"IDLE" and self.answer.startswith(b"+"):  # the client shall go on with its command
            self._pass_on("server", self.answer)
            self.answer = b""
            return
        end = re.search(rb"(?:^|\r\n)" + (rb"\+" if self.verb == b"IDLE" else re.escape(self.tag) + rb" ") + rb".*\r\n",
                        self.answer)
        if end is None:
            return
        self.tag, fault = None, self.fault
        if fault is None or fault.moment == "answered":
            self._pass_on("server", self.answer)
        if fault is not None:
            self._fire(fault)

    def _pass_on(self, way, data):
        fault = self.fault
        begin = self.seen[way]
        self.seen[way] += len(data)
        due = fault is not None and not fault.fired and fault.way == way and fault.byte is not None
        if due and fault.byte < begin + len(data):
            cut = fault.byte - begin
            self._send(way, data[:cut])
            data = self._fire(fault, data[cut:])
        self._send(way, data)
        # "after byte N" does not wait for the byte that follows
        if due and not fault.fired and fault.what not in HURTING and fault.byte == begin + len(data):
            self._fire(fault)

    def _fire(self, fault, rest=b""):
        """Makes the fault happen; returns what is to be sent of rest."""
        fault.fired = True
        what = fault.what
        if what == "reset":
            for sock in (self.client, self.server):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # close() sends RST
        if what in ("close", "reset"):
            raise Ended
        if what == "stall":
            self.silent = True
        elif what == "drip":
            self.drips = True
        elif what == "corrupt":
            return bytes([rest[0] ^ fault.flip]) + rest[1:]
        elif what == "reorder":
            return rest[len(rest) // 2:] + rest[:len(rest) // 2]
        elif what == "truncate":
            return b""
        return rest

    def _send(self, way, data):
        target = self.client if way == "server" else self.server
        if not data or target is None or (self.silent if way == "server" else self.deaf):
            return
        if not self.drips:
            target.sendall(data)
            return
        for number in range(len(data)):
            target.sendall(data[number:number + 1])
            time.sleep(DRIP)

    def hang_up(self):
        self.unwanted.set()
        for sock in (self.client, self.server):
            if sock is not None:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)  # wakes the thread, which closes


class Proxy:
    """Listens on loopback at `port`. upstream: the server's port. by_command: the connection is plain IMAP.
    Use as a context manager."""

    def __init__(self, upstream, by_command=False):
        self.upstream, self.by_command = upstream, by_command
        self.sessions = []
        self.released = threading.Event()
        self.released.set()
        self._armed = None
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *problem):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.released.set()
        self.cut()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # closed: the test is over
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                session = Session(self, client, self._armed)
                self._armed = None
                self.sessions.append(session)
            threading.Thread(target=session.run, daemon=True).start()

    def hold(self):
        """From now on a new connection gets no word from the server, until release()."""
        self.released.clear()

    def release(self):
        self.released.set()

    def arm(self, fault):
        """The fault of the session that begins next."""
        with self._lock:
            self._armed = fault

    def disarm(self):
        """A fault that has not happened will not."""
        with self._lock:
            self._armed = None
            for session in self.sessions:
                session.fault = None

    def cut(self):
        """Ends all sessions; returns when both sides have been told. Forgets them."""
        with self._lock:
            sessions, self.sessions = self.sessions, []
        for session in sessions:
            session.hang_up()
        for session in sessions:
            assert session.ended.wait(PATIENCE), "a session of the proxy does not end"
