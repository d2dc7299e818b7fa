"""demo.py - the story that demo.sh tells: a mailbox full of bounces, one pass of Backstop, and one message back."""
import os
import sys
import textwrap

import rig
import messages
import programs

OWNER = "anna@example.org"


def tell(text):
    print("\n" + textwrap.fill(" ".join(text.split()), 90) + "\n", flush=True)


def show_command(backstop, *arguments):
    print("  $ backstop " + " ".join(arguments))
    text = backstop.ok("backstop", *arguments)
    print(textwrap.indent(text.rstrip("\n"), "  | ", lambda line: True), flush=True)
    return text


def show_folders(mailbox, names):
    counts = {folder: len(rows) for folder, rows in mailbox.snapshot().items()}
    for name in names:
        print(f"  {name:12} {counts.get(name, 0):3} messages" if name in counts
              else f"  {name:12}   - (no such folder)")
    sys.stdout.flush()


def main():
    rig.exit_on_signals()
    if rig.missing():
        sys.exit(f"demo: {rig.missing()}")
    server, work = rig.Dovecot(trash=False), rig.workdir()
    mailbox = server.mailbox("anna")
    inbox = messages.fill_demo(mailbox)
    backstop = programs.for_mailbox(mailbox, os.path.join(work, "home"), account="home", addresses=OWNER)

    tell(f"""This is the mailbox of Anna, {OWNER}. Spammers have forged her address, and servers all over the world now
             send her bounces for mail she never wrote. Some bounces are real, though: they answer letters in her Sent
             folder. A private mail server on this machine serves it; nothing leaves this machine.""")
    show_folders(mailbox, ("INBOX", "Sent", "Backscatter"))

    tell("Backstop learns from the Sent folder what Anna wrote, and makes one pass over her inbox.")
    show_command(backstop, "once")

    tell("""Bounces that answer nothing she sent are in a folder of their own now. Real bounces, ordinary mail, and
            whatever could not be decided for sure stayed in the inbox.""")
    show_folders(mailbox, ("INBOX", "Sent", "Backscatter"))

    tell("What was moved, and what it was unsure of, is listed for Anna to look at.")
    show_command(backstop, "list")

    entry = next(row for row in backstop.entries() if row["state"] == "quarantined")
    tell("Why was that one moved? Every verdict explains itself.")
    show_command(backstop, "explain", str(entry["id"]))

    tell("Anna wants that one back. No daemon runs here, so the wish waits in the ledger for the next pass.")
    show_command(backstop, "restore", str(entry["id"]))
    show_command(backstop, "once")
    show_folders(mailbox, ("INBOX", "Sent", "Backscatter"))

    total = len(inbox)
    after = rig.contents(mailbox.snapshot())
    kept, away = len(after["INBOX"]), len(after["Backscatter"])
    expected = sum(verdict == "backscatter" for _, verdict in inbox.values())
    wanted = total - expected + 1, expected - 1
    if (kept, away) != wanted:
        sys.exit(f"demo: {kept} messages in the inbox and {away} in Backscatter; expected were {wanted[0]} and "
                 f"{wanted[1]}")
    tell("""It is back in the inbox, its flags as they were, and no later pass will touch it again. The mail server is
            stopped and the sample mailbox removed. To use Backstop with your own account, see README.md.""")


main()
