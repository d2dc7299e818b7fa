"""test_door_clients.py - mail programs that people use download a mailbox through the door: exactly what is no
backscatter arrives, and every byte as it does from the provider."""
import messages
import rig
from door_clients import Fetchmail, Getmail, Mpop, Source, download
from door_scene import PASSWORD, Scene, odd
from tap import Skip, case, equal, note, run, skip_all

MESSAGES = 500  # make bench-door takes 5,000
ON_THE_WAY = 20  # of each kind


def downloads(program):
    if not program.is_installed():
        raise Skip(f"{program.program} is not installed")
    name = program.program
    scene = Scene(server, work, name, trust_sent="yes")
    wanted = scene.fill_many(MESSAGES)
    with scene.daemon():
        held = len(scene.quarantine())
        for number in range(MESSAGES, MESSAGES + ON_THE_WAY):
            wanted.append(odd(number, messages.NOW))
            scene.mailbox.deliver("INBOX", wanted[-1], messages.NOW)
            scene.mailbox.deliver("INBOX", messages.forged(number, messages.NOW - messages.DAY), messages.NOW)
        arrived, _ = download(program, f"{work}/client", server, Source(scene.port, name, PASSWORD))
        equal(len(scene.quarantine()) - held, ON_THE_WAY, "quarantined on the way")
    equal(len(arrived), len(wanted), "messages that arrived")
    direct, _ = download(program, f"{work}/client", server, Source(server.pop3_port, name, rig.PASSWORD, server.cert))
    assert arrived == direct, "a message came in another shape than from the provider"
    whole = sorted(message if message.endswith(b"\n") else message + b"\n" for message in wanted)
    assert arrived == whole, "a message came in another shape than it was sent"
    note(f"{len(arrived)} messages, {held + ON_THE_WAY} held back")


@case
def mpop():
    """mpop gets exactly what is no backscatter, byte for byte"""
    downloads(Mpop)


@case
def fetchmail():
    """fetchmail gets exactly what is no backscatter, byte for byte"""
    downloads(Fetchmail)


@case
def getmail():
    """getmail gets exactly what is no backscatter, byte for byte"""
    downloads(Getmail)


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.missing():
        skip_all(rig.missing())
    server, work = rig.Dovecot(pop3=True), rig.workdir()
    run()
