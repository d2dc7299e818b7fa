"""test_notices.py - notifications and their actions, against a notification service that is a mock."""
import configparser
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "e2e"))
import rig  # noqa: E402
import screen  # noqa: E402
from tap import case, equal, run, skip_all  # noqa: E402

NAME, SERVICE = "org.backstop.Tray", "org.freedesktop.Notifications"


def mock_service():
    private.start([sys.executable, "-m", "dbusmock", "--template", "notification_daemon"],
                  stdout=screen.subprocess.DEVNULL)
    screen.wait_for(lambda: bus.name_has_owner(SERVICE), "the mock notification service")
    return dbus.Interface(bus.get_object(SERVICE, "/org/freedesktop/Notifications"), dbusmock.MOCK_IFACE)


def fill(folder, entries, *more):
    screen.subprocess.run([os.path.join(rig.BUILD, "tests", "ui", "tray", "fill"), folder, str(entries), *more],
                          check=True)


def sent():
    """What was shown: a list of (title, body, actions, id)."""
    rows = []
    for _, name, arguments in service.GetCalls():
        if name == "Notify":
            rows.append((str(arguments[3]), str(arguments[4]), [str(word) for word in arguments[5]]))
    return rows


def start(folder, mode=None):
    config = os.path.join(private.home, f"config-{mode}")
    with open(config, "w") as out:
        os.fchmod(out.fileno(), 0o600)
        out.write(f"[backstop]\n{f'notifications = {mode}' if mode else ''}\n[account home]\nhost = localhost\nuser = "
                  f"me@example.org\n")
    process = private.tray("--data", folder, "--config", config, "--hidden")
    screen.wait_for(lambda: bus.name_has_owner(NAME), "the tray program")
    # The name is taken before the program begins; only its main loop answers this question, after the first look.
    bus.call_blocking(NAME, "/org/backstop/Tray", "org.gtk.Actions", "List", "", (), timeout=screen.LIMIT)
    return process


def looked(folder, newest):
    """Waits until the program has looked at the ledger up to this entry, and decided what to tell of it."""
    keys = configparser.ConfigParser()
    screen.wait_for(lambda: keys.read(os.path.join(folder, "tray")) and keys.getint("tray", "genuine") >= newest,
                    f"a look at entry {newest}")


def stop(process):
    process.terminate()
    process.wait(timeout=10)
    screen.wait_for(lambda: not bus.name_has_owner(NAME), "the end of the tray program")
    service.ClearCalls()


@case
def one_digest():
    """What comes is told once, in numbers, and not again after a restart; a click opens the window."""
    folder = screen.ledger(private, 20)
    process = start(folder)
    equal(sent(), [], "notifications at the first start")
    fill(folder, 40, "20")
    rows = screen.wait_for(sent, "the digest")
    equal(len(rows), 1, "notifications")
    title, body, actions = rows[0]
    assert "new reports wait for you" in title, title
    assert not any(word in title + body for word in ("@", "<", "&", ".test", "invoice")), body
    number = dbus.UInt32(service_number())
    service.EmitSignal(SERVICE, "ActionInvoked", "us", [number, actions[0]])
    screen.wait_for(lambda: private.windows("Backstop"), "the window that the click asks for")
    stop(process)
    process = start(folder)
    equal(sent(), [], "notifications after a restart")
    stop(process)


def service_number():
    """The id of the notification shown last."""
    mock = dbus.Interface(bus.get_object(SERVICE, "/org/freedesktop/Notifications"), SERVICE)
    return int(mock.Notify("probe", dbus.UInt32(0), "", "probe", "", [], {}, 0)) - 1


@case
def off():
    """With notifications = off there is none."""
    folder = screen.ledger(private, 5)
    process = start(folder, "off")
    fill(folder, 30, "5")
    looked(folder, 30)
    equal(sent(), [], "notifications")
    stop(process)


@case
def each():
    """With notifications = each, genuine bounces are told, too."""
    folder = screen.ledger(private, 5)
    process = start(folder, "each")
    fill(folder, 30, "5")
    screen.wait_for(lambda: len(sent()) == 2, "both notifications")
    titles = " | ".join(row[0] for row in sent())
    assert "not delivered" in titles and "wait for you" in titles, titles
    stop(process)


@case
def wave():
    """A wave is told of once, and so is the alarm about bounces of mail that was really sent."""
    folder = screen.ledger(private, 5)
    process = start(folder)
    fill(folder, 200, "5", "today")
    looked(folder, 200)
    fill(folder, 260, "200", "today")
    looked(folder, 260)
    for words in ("wave", "your account"):
        equal(len([row for row in sent() if words in row[0]]), 1, f"notices of “{words}”")
    stop(process)


if __name__ == "__main__":
    screen.exit_on_signals()
    lacking = screen.missing("xdotool") or screen.python_with("dbus", "dbusmock")
    if lacking:
        skip_all(lacking)
    import dbus
    import dbusmock
    private = screen.Screen()
    bus = dbus.bus.BusConnection(private.env["DBUS_SESSION_BUS_ADDRESS"])
    service = mock_service()
    run()
