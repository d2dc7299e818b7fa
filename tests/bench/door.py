"""door.py - make bench-door: a mailbox downloaded through the door, beside the same client's direct download over TLS.

MESSAGES: how many, one in ten of them backscatter; PAIRS: how often. Once the daemon has looked at the mailbox
("seen"), and with its first look inside the client's session ("first")."""
import poplib
import ssl
import statistics

import bench
import door_clients
import door_scene
import programs
import rig


class Poplib:
    """Python's own: one command at a time, nothing written."""
    program = "poplib"

    def __init__(self, home, server):
        self.got = []

    @staticmethod
    def is_installed():
        return True

    def fetch(self, source):
        context = ssl.create_default_context(cafile=source.cert) if source.cert else None
        client = (poplib.POP3_SSL(source.host, source.port, context=context, timeout=600) if context else
                  poplib.POP3(source.host, source.port, timeout=600))
        client.user(source.user)
        client.pass_(source.password)
        self.got = [client.retr(number)[1] for number in range(1, client.stat()[0] + 1)]
        client.quit()

    def messages(self):
        return sorted(b"\n".join(lines) + b"\n" for lines in self.got)

    def forget(self):
        pass


def timed(program, source):
    return door_clients.download(program, f"{work}/client", server, source)


def provider(user):
    return door_clients.Source(server.pop3_port, user, rig.PASSWORD, server.cert)


def peak_of_worker(daemon):
    worker, = programs.children(daemon)
    with open(f"/proc/{worker}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def ratio(what, times, direct, peak):
    speed = statistics.median(direct) / statistics.median(times)
    bench.verdict(what, f"{len(wanted) / statistics.median(times):.0f} messages/s, direct "
                        f"{len(wanted) / statistics.median(direct):.0f}: "
                  f"{speed:.2f} of the speed; worker {bench.mib(peak)} at most", "at least half the speed",
                  speed >= 0.5)


def seen(program):
    """Pairs of downloads by turns; returns the times of the direct ones."""
    door, direct = [], []
    with scene.daemon() as daemon:
        for turn in range(PAIRS):
            for times, source in ((door, door_clients.Source(scene.port, bench.USER, door_scene.PASSWORD)),
                                  (direct, provider(bench.USER)))[::1 if turn % 2 == 0 else -1]:
                got, took = timed(program, source)
                assert got == wanted, f"{len(got)} of {len(wanted)} messages came, or not as they should"
                times.append(took)
        bench.say(f"  {program.program}: door {' '.join(f'{took:.2f}' for took in door)} s, direct "
                  f"{' '.join(f'{took:.2f}' for took in direct)} s")
        ratio(f"{program.program}, seen", door, direct, peak_of_worker(daemon))
    return direct


def first(program, direct):
    name = "first-" + program.program
    fresh = door_scene.Scene(server, work, name, mailbox=untouched.copy(name), trust_sent="yes")
    with fresh.backstop.daemon() as daemon:
        programs.wait_for(lambda: programs.children(daemon) and door_scene.is_open(fresh.port), "the door", 30)
        got, took = timed(program, door_clients.Source(fresh.port, name, door_scene.PASSWORD))
        assert got == wanted, f"{len(got)} of {len(wanted)} messages came, or not as they should"
        ratio(f"{program.program}, first", [took], direct, peak_of_worker(daemon))


MESSAGES, PAIRS = bench.number("MESSAGES", 5000), bench.number("PAIRS", 3)
bench.start()
server, work = rig.Dovecot(pop3=True), bench.rig_work()
scene = door_scene.Scene(server, work, bench.USER, trust_sent="yes")  # nothing else speaks for its Sent folder
wanted = sorted(message if message.endswith(b"\n") else message + b"\n" for message in scene.fill_many(MESSAGES))
timed(Poplib, provider(bench.USER))  # Dovecot knows all sizes now
untouched = scene.mailbox.copy("untouched")
bench.say(f"# {MESSAGES} messages, {MESSAGES - len(wanted)} of them backscatter; {PAIRS} pairs")
for each in door_clients.CLIENTS + (Poplib,):
    if each.is_installed():
        first(each, seen(each))
    else:
        bench.say(f"  {each.program} is not installed")
