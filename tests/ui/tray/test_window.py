"""test_window.py - the real window, driven as a screen reader does, with a real daemon and Dovecot behind it."""
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "e2e"))
import rig  # noqa: E402
import messages  # noqa: E402
import programs  # noqa: E402
import screen  # noqa: E402
from tap import case, equal, run, skip_all  # noqa: E402


def everything(node):
    """A node of the accessibility tree and all below it that can be seen. GLib.Error: a node went away meanwhile."""
    yield node
    for child in [node.getChildAtIndex(i) for i in range(min(node.childCount, 200))]:
        if child is not None:
            yield from everything(child)


def find(root, name, role):
    for node in everything(root):
        if (node.name == name and node.getRoleName() in role.split("|")
                and node.getState().contains(pyatspi.STATE_SHOWING)):
            return node
    return None


def wait_for(look, what):
    """As screen.wait_for(). The window makes widgets anew while it is read: where one went away, looks again."""
    def steady():
        try:
            return look()
        except (GLib.Error, NotImplementedError):  # the latter: without an interface that it had
            return None
    return screen.wait_for(steady, what)


class Window:
    """The tray program's windows, through the accessibility bus."""

    def __init__(self, backstop):
        self.backstop = backstop
        self.process = private.tray("--config", backstop.config, "--data", backstop.data)
        self.application = wait_for(self._application, "the program on the accessibility bus")
        self.wait("Reports", "tree table|table")

    @staticmethod
    def _application():
        desktop = pyatspi.Registry.getDesktop(0)
        for i in range(desktop.childCount):
            application = desktop.getChildAtIndex(i)
            if application is not None and application.name in ("backstop-tray", "Backstop") and application.childCount:
                return application
        return None

    def wait(self, name, role):
        return wait_for(lambda: find(self.application, name, role), f"{role} “{name}”")

    def window(self, title):
        """A window by its name: a dialog, not the one behind it."""
        def look():
            for i in range(self.application.childCount):
                node = self.application.getChildAtIndex(i)
                if node is not None and title in node.name:
                    return node
            return None
        return wait_for(look, f"window “{title}”")

    def press(self, name, role="push button|button", root=None):
        def look():
            node = find(root or self.application, name, role)
            return node if node is not None and node.getState().contains(pyatspi.STATE_SENSITIVE) else None
        wait_for(look, f"{role} “{name}” that can be pressed").queryAction().doAction(0)

    def text(self):
        """All text that stands in the window."""
        return "\n".join(node.queryText().getText(0, -1) for node in everything(self.application)
                         if node.getRoleName() in ("label", "text") and node.getState().contains(pyatspi.STATE_SHOWING))

    def says(self, words):
        wait_for(lambda: words in self.text(), f"the words “{words}”")

    def choose(self, recipient):
        """Selects the row about this recipient."""
        table = self.wait("Reports", "tree table|table")

        def row():
            cells = table.queryTable()
            for i in range(cells.nRows):
                cell = cells.getAccessibleAt(i, 2)
                if cell is not None and cell.name == recipient:
                    return i + 1
            return 0
        index = wait_for(row, f"a row about {recipient}") - 1
        cells = table.queryTable()
        for i in range(cells.nRows):
            if i != index:
                cells.removeRowSelection(i)
        cells.addRowSelection(index)
        self.says(f"recipient: {recipient}")

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=10)


def scene(name, forgeries=5):
    mailbox = server.mailbox(name)
    inbox = messages.fill(mailbox, forgeries=forgeries)
    return mailbox, inbox, programs.for_mailbox(mailbox, f"{work}/{name}")


def place(mailbox, message):
    """Which folders hold this message, once for every copy."""
    wanted = rig.digest(message)
    return [folder for folder, rows in mailbox.snapshot().items() for row in rows if row[0] == wanted]


def lies_in(mailbox, message, folder):
    programs.wait_for(lambda: place(mailbox, message) == [folder], f"the message in {folder}", 15)


def victim(number):
    return f"victim{number}@remote.example"


@case
def review():
    """Restore, undo, delete and allow do in the mailbox what they say in the window."""
    mailbox, inbox, backstop = scene("review")
    backstop.pass_once()
    equal([row["state"] for row in backstop.entries()].count("quarantined"), 5, "what lies in quarantine")
    with backstop.daemon():
        window = Window(backstop)
        window.choose(victim(1))
        window.press("Restore")
        window.says("1 message will be restored.")
        window.press("Do it now")
        lies_in(mailbox, inbox["forged-1"], "INBOX")
        window.choose(victim(2))
        window.press("Delete")
        window.press("Delete", root=window.window("Delete 1 message?"))
        window.says("1 message will be deleted.")
        window.press("Undo")
        window.says("Taken back: nothing was changed.")
        equal(place(mailbox, inbox["forged-2"]), ["Backscatter"], "where the message is that was not deleted after all")
        window.choose(victim(3))
        window.press("Delete")
        window.press("Delete", root=window.window("Delete 1 message?"))
        lies_in(mailbox, inbox["forged-3"], "Trash")  # without another key, when the time for second thoughts is over
        window.choose(victim(4))
        window.press("Allow…")
        dialog = window.window("Allow")
        assert find(dialog, "everybody at remote.example", "radio button"), "no choice of the domain"
        window.says("It would have changed the verdict on 1 report so far, 1 of which lies in quarantine and is "
                    "restored.")
        window.press("Allow", root=dialog)
        window.says("1 message will be restored.")
        window.press("Do it now")
        lies_in(mailbox, inbox["forged-4"], "INBOX")
        assert victim(4) in backstop.ok("backstop", "allow", "list"), "nobody was allowed"
        equal(place(mailbox, inbox["forged-5"]), ["Backscatter"], "where the message is that nobody touched")
        window.close()


@case
def closing():
    """Closing the window takes no second from a request: the program stays until it is sent. What ends it sends it."""
    mailbox, inbox, backstop = scene("closing", 2)
    backstop.pass_once()
    with backstop.daemon():
        window = Window(backstop)
        window.choose(victim(1))
        begin = time.monotonic()
        window.press("Restore")
        window.press("Close", root=window.window("Backstop"))
        lies_in(mailbox, inbox["forged-1"], "INBOX")
        took = time.monotonic() - begin
        assert took >= 5.9, f"sent after {took:.1f} s"
        programs.wait_for(lambda: window.process.poll() is not None, "the program's end, since no panel shows it", 10)
        window = Window(backstop)
        window.choose(victim(2))
        window.press("Restore")
        window.close()  # as the session's end does
        lies_in(mailbox, inbox["forged-2"], "INBOX")


def end_daemon(backstop):
    """Ends the daemon that the window has started."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                words = file.read().split(b"\0")
        except OSError:
            continue
        if words[0].endswith(b"/backstopd") and backstop.data.encode() in words:
            os.kill(int(pid), signal.SIGTERM)
            programs.wait_for(lambda number=int(pid): not programs.runs(number), "the daemon's end", 15)


@case
def start_and_preferences():
    """Without the filter, wishes wait and Start starts it; a preference changes one line of the configuration."""
    mailbox, inbox, backstop = scene("start", 2)
    with open(backstop.config, "a") as config:
        config.write("# a comment of mine\n")
    backstop.pass_once()
    window = Window(backstop)
    try:
        window.choose(victim(1))
        window.press("Restore")
        window.press("Do it now")
        window.says("The filter is not running")
        window.press("Start")
        lies_in(mailbox, inbox["forged-1"], "INBOX")
        wait_for(lambda: "The filter is not running" not in window.text(), "the end of the warning")
        window.press("Preferences", "radio button")
        window.press("Only observe: judge and report, move nothing", "radio button")
        window.says("In force: the filter runs by what is chosen here.")
        with open(backstop.config) as config:
            text = config.read()
        assert "mode = observe" in text and text.endswith("# a comment of mine\n"), text
        equal(os.stat(backstop.config).st_mode & 0o777, 0o600, "the configuration's mode")
        with open(backstop.config, "a") as config:
            config.write("colour = red\n")
        window.says("Not in force: the filter goes on as it was set at")
    finally:
        window.close()
        end_daemon(backstop)


@case
def names():
    """Everything that can be acted on has a name, on every page."""
    mailbox, _, backstop = scene("names", 1)
    backstop.pass_once()
    window = Window(backstop)
    roles = ("push button", "button", "toggle button", "check box", "radio button", "combo box", "text", "table",
             "tree table", "list item")
    for page, words in (("Review", "Waiting"), ("Statistics", "Most reports come from"),
                        ("Preferences", "Bounces for mail you never sent"),
                        ("Accounts", "knows all mail sent from owner@backstop.example since")):
        window.press(page, "radio button")
        window.says(words)

        def nameless():
            return [node.getRoleName() for node in everything(window.application)
                    if node.getRoleName() in roles and node.getState().contains(pyatspi.STATE_SHOWING) and not node.name
                    and not (node.parent and node.parent.getRoleName() in ("combo box", "table column header",
                                                                           "tree table", "table"))]
        equal(wait_for(lambda: [nameless()], f"the page {page} at rest"), [[]], f"what has no name on the page {page}")
    window.close()


if __name__ == "__main__":
    screen.exit_on_signals()
    lacking = screen.missing() or rig.missing() or screen.python_with("gi", "pyatspi")
    if lacking:
        skip_all(lacking)
    private = screen.Screen(accessible=True)
    os.environ.update({name: private.env[name] for name in ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "XDG_RUNTIME_DIR")})
    import pyatspi
    from gi.repository import Atspi, GLib
    # libatspi gives an answer 0.8 s by itself. On a busy machine the window is later than that now and then, and then a
    # name is empty, a table has -1 rows, and an object seems to be gone.
    Atspi.set_timeout(1000 * screen.LIMIT, 1000 * screen.LIMIT)
    server, work = rig.Dovecot(), rig.workdir()
    run()
