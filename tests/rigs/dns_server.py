"""dns_server.py - a name server on loopback that answers as a test tells it to: honestly, or not.

    with DnsServer({("example.org", "A"): ["192.0.2.1"]}) as server: ...

records: (name, type) → values, written as filter/dns.h has them; CNAME: a name. How a name misbehaves is a word of
`habits`, name → word: silent (never answers), late (after `delay` seconds), truncated (UDP says so, TCP has all),
cut (the same, and TCP ends in the middle), other (answers under another name), wrong_id, garbage, flood (thousands of
records, and as many packets), refused, failed (SERVFAIL). `everything`: the habit of all names.
`asked`: what was asked, a list of (name, type).
"""
import socket
import struct
import threading
import time

NUMBERS = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28}
NAMES = {number: name for name, number in NUMBERS.items()}
TTL = 3600
FLOOD = 3000  # records, and packets


def wire_name(name):
    labels = [label.encode() for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def wire_value(kind, value):
    if kind == "A":
        return socket.inet_aton(value)
    if kind == "AAAA":
        return socket.inet_pton(socket.AF_INET6, value)
    if kind == "MX":
        preference, host = value.split(" ")
        return struct.pack(">H", int(preference)) + wire_name(host)
    if kind == "TXT":
        data = value if isinstance(value, bytes) else value.encode()
        parts = [data[at:at + 255] for at in range(0, len(data), 255)] or [b""]
        return b"".join(bytes([len(part)]) + part for part in parts)
    return wire_name(value)


def record(name, kind, value, ttl):
    data = wire_value(kind, value)
    return wire_name(name) + struct.pack(">HHIH", NUMBERS[kind], 1, ttl, len(data)) + data


def read_question(query):
    """The name and type that a query asks for, and where its question ends."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode("ascii", "replace").lower())
        at += 1 + query[at]
    number = struct.unpack(">H", query[at + 1:at + 3])[0]
    return ".".join(labels), NAMES.get(number, str(number)), at + 5


class DnsServer:
    def __init__(self, records=None, habits=None, everything=None, delay=1.0, ttl=TTL):
        self.records, self.habits, self.everything = dict(records or {}), dict(habits or {}), everything
        self.delay, self.ttl, self.asked = delay, ttl, []
        self.lock = threading.Lock()
        while True:  # the same port for both
            self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.udp.bind(("127.0.0.1", 0))
            self.port = self.udp.getsockname()[1]
            self.tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            try:
                self.tcp.bind(("127.0.0.1", self.port))
                break
            except OSError:
                self.udp.close()
                self.tcp.close()
        self.tcp.listen(50)

    @property
    def address(self):
        return f"127.0.0.1@{self.port}"

    def __enter__(self):
        for serve in (self._serve_udp, self._serve_tcp):
            threading.Thread(target=serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        for server in (self.udp, self.tcp):
            server.close()

    def questions(self):
        with self.lock:
            return list(self.asked)

    def _serve_udp(self):
        while True:
            try:
                query, peer = self.udp.recvfrom(4096)
            except OSError:
                return
            threading.Thread(target=self._answer_udp, args=(query, peer), daemon=True).start()

    def _answer_udp(self, query, peer):
        try:
            for packet in self._packets(query, tcp=False):
                self.udp.sendto(packet, peer)
        except OSError:
            pass  # the test is over

    def _serve_tcp(self):
        while True:
            try:
                client, _ = self.tcp.accept()
            except OSError:
                return
            threading.Thread(target=self._answer_tcp, args=(client,), daemon=True).start()

    def _answer_tcp(self, client):
        with client:
            try:
                length = client.recv(2, socket.MSG_WAITALL)
                query = client.recv(struct.unpack(">H", length)[0], socket.MSG_WAITALL)
                for packet in self._packets(query, tcp=True):
                    client.sendall(struct.pack(">H", len(packet)) + packet)
                if self._habit(read_question(query)[0]) == "cut":
                    client.sendall(struct.pack(">H", 500) + b"half")
            except (OSError, struct.error):
                pass  # the client has enough

    def _habit(self, name):
        return self.habits.get(name, self.everything)

    def _rows(self, name, kind):
        """The records that answer: with the way along aliases, which a loop leads in circles."""
        rows, seen = [], set()
        while (name, "CNAME") in self.records and name not in seen:
            seen.add(name)
            rows.append((name, "CNAME", self.records[name, "CNAME"][0]))
            name = self.records[name, "CNAME"][0]
        return rows + [(name, kind, value) for value in self.records.get((name, kind), [])]

    def _packets(self, query, tcp):
        name, kind, end = read_question(query)
        with self.lock:
            self.asked.append((name, kind))
        habit, number, question = self._habit(name), query[:2], query[12:end]
        if habit == "silent" or (habit == "cut" and tcp):
            return
        if habit == "late":
            time.sleep(self.delay)
        if habit == "garbage":
            yield number + b"\x81\x80" + b"\xff" * 40
            return
        rows = self._rows(name, kind)
        if habit == "flood":
            rows = [(name, "A", f"192.0.{i % 256}.{i // 256}") for i in range(FLOOD)]
        if habit == "other":
            rows = [("other.example", row[1], row[2]) for row in rows]
            question = wire_name("other.example") + query[end - 4:end]
        if habit == "wrong_id":
            number = bytes([query[0] ^ 0xff, query[1]])
        code = {"refused": 5, "failed": 2}.get(habit, 0 if rows or any(key[0] == name for key in self.records) else 3)
        flags = 0x8180 | code
        if not tcp and (habit in ("truncated", "cut") or len(rows) > 20):
            flags, rows = flags | 0x0200, []
        answers = b"".join(record(row[0], row[1], row[2], self.ttl) for row in rows)[:64000]
        soa = b"" if rows or flags & 0x0200 else self._soa(name)
        packet = number + struct.pack(">HHHHH", flags, 1, len(rows), 1 if soa else 0, 0) + question + answers + soa
        for _ in range(FLOOD if habit == "flood" and not tcp else 1):
            yield packet

    def _soa(self, name):
        """What says for how long there is none (RFC 2308)."""
        data = wire_name("ns.example") + wire_name("root.example") + struct.pack(">IIIII", 1, 2, 3, 4, self.ttl)
        return wire_name(name.split(".", 1)[-1]) + struct.pack(">HHIH", NUMBERS["SOA"], 1, self.ttl, len(data)) + data
