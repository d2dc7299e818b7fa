"""test_menu.py - the tray's icon and menu, read and clicked over D-Bus as a panel does, with a watcher that is a
mock."""
import contextlib
import os
import sqlite3
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "e2e"))
import rig  # noqa: E402
import screen  # noqa: E402
from tap import case, equal, run, skip_all  # noqa: E402

NAME, ITEM = "org.backstop.Tray", "/org/ayatana/NotificationItem/backstop"
WATCHER = "org.kde.StatusNotifierWatcher"


def mock_watcher():
    private.start([sys.executable, "-m", "dbusmock", WATCHER, "/StatusNotifierWatcher", WATCHER],
                  stdout=screen.subprocess.DEVNULL)
    screen.wait_for(lambda: bus.name_has_owner(WATCHER), "the mock watcher")
    watcher = dbus.Interface(bus.get_object(WATCHER, "/StatusNotifierWatcher"), dbusmock.MOCK_IFACE)
    watcher.AddMethod(WATCHER, "RegisterStatusNotifierItem", "s", "", "")
    watcher.AddProperty(WATCHER, "IsStatusNotifierHostRegistered", True)
    return watcher


class Menu:
    def __init__(self):
        self.proxy = dbus.Interface(bus.get_object(NAME, ITEM + "/Menu"), "com.canonical.dbusmenu")

    def items(self):
        """Label → id of what the menu shows and can be clicked."""
        _, (_, _, rows) = self.proxy.GetLayout(0, -1, dbus.Array(signature="s"))
        shown = {}
        for number, properties, _ in rows:
            if properties.get("visible", True) and properties.get("enabled",
                                                                  True) and properties.get("type") != "separator":
                shown[str(properties.get("label", "")).replace("_", "")] = number
        return shown

    def labels(self):
        return list(self.items())

    def click(self, label):
        self.proxy.Event(self.items()[label], "clicked", dbus.String("", variant_level=1), dbus.UInt32(0))

    def wait_for(self, label):
        return screen.wait_for(lambda: [text for text in self.labels() if label in text], f"a menu entry “{label}”")[0]


def icon():
    return str(dbus.Interface(bus.get_object(NAME, ITEM), dbus.PROPERTIES_IFACE).Get("org.kde.StatusNotifierItem",
            "IconName"))


def answers():
    try:
        return Menu().labels()
    except dbus.exceptions.DBusException:
        return None


def start(folder, *arguments):
    process = private.tray("--data", folder, "--config", "/nonexistent", *arguments)
    screen.wait_for(lambda: bus.name_has_owner(NAME), "the tray program")
    screen.wait_for(lambda: watcher.GetMethodCalls("RegisterStatusNotifierItem"), "the icon")
    screen.wait_for(answers, "the menu")
    return process


def stop(process):
    process.terminate()
    process.wait(timeout=10)
    screen.wait_for(lambda: not bus.name_has_owner(NAME), "the end of the tray program")
    watcher.ClearCalls()


@case
def entries():
    """The menu tells what waits and what is wrong, and has every entry it should have."""
    process = start(ledger, "--hidden")
    menu = Menu()
    labels = menu.labels()
    for wanted in ("waiting (", "new since you looked", "The filter is not running: Start", "could not be moved…",
                   "Sign in to work…",
                   "Review…", "Check now", "Pause for an hour", "Pause until tomorrow", "Statistics…", "Preferences…",
                   "Quit"):
        assert any(wanted in label for label in labels), f"no “{wanted}” in {labels}"
    equal(icon(), "backstop-problem", "the icon")
    equal(private.windows("Backstop"), [], "windows of a hidden start")
    stop(process)


def pauses():
    """Until when the ledger says that the filter is paused: none or one."""
    with contextlib.closing(sqlite3.connect(os.path.join(ledger, "ledger.db"), timeout=20)) as rows:
        return [row[0] for row in rows.execute("SELECT until FROM pause")]


@case
def pause():
    """A click pauses the filter for an hour, and another lets it go on."""
    process = start(ledger, "--hidden")
    menu = Menu()
    menu.click("Pause for an hour")
    go_on = menu.wait_for("Paused until")
    (until,) = pauses()
    assert 3500 < until - time.time() <= 3600, "not an hour"
    assert "Pause for an hour" not in menu.labels(), "both pause and go on"
    menu.click(go_on)
    menu.wait_for("Pause for an hour")
    assert not pauses(), "the pause is still noted"
    stop(process)


@case
def window():
    """Review opens the window, after which nothing is new; closing it leaves the icon; Quit ends the program."""
    process = start(ledger, "--hidden")
    menu = Menu()
    menu.wait_for("new since you looked")
    menu.click("Review…")
    screen.wait_for(lambda: private.windows("Backstop"), "the window")
    screen.wait_for(lambda: not any("new since" in label for label in menu.labels()), "nothing new")
    private.output("xdotool", "key", "ctrl+w")
    screen.wait_for(lambda: not private.windows("Backstop"), "the window's end")
    assert process.poll() is None and menu.labels(), "the icon went with the window"
    menu.click("Quit")
    equal(process.wait(timeout=10), 0, "its exit status")
    watcher.ClearCalls()


@case
def counts():
    """The menu and the icon follow the ledger, whoever changes it."""
    folder = screen.ledger(private, 0)
    process = start(folder, "--hidden")
    menu = Menu()
    menu.wait_for("Nothing waits")
    begin = time.monotonic()
    screen.subprocess.run([os.path.join(rig.BUILD, "tests", "ui", "tray", "fill"), folder, "30"], check=True)
    menu.wait_for("waiting (")
    assert time.monotonic() - begin < 3, f"after {time.monotonic() - begin:.1f} s"
    stop(process)


@case
def no_ledger():
    """Without a ledger the menu says so, and nothing fails."""
    folder = os.path.join(private.home, "nothing")
    os.mkdir(folder, 0o700)
    process = start(folder, "--hidden")
    menu = Menu()
    menu.wait_for("Nothing is known yet")
    assert "Check now" not in menu.labels(), "it offers to check what is not there"
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
    watcher = mock_watcher()
    ledger = screen.ledger(private, 300)
    run()
