"""test_cmd_status.py - backstop status: accounts, their states, coverage and gaps."""
import re
import subprocess
import time

from cli_scene import daemon, fresh, helper, ok, HELPER, LIMIT
from tap import case, equal, run


@case
def status():
    """status tells state, coverage and counts for each account."""
    data = fresh()
    text = ok("--data", data, "status").out
    for part in ("No daemon is running", "home", "knows all mail sent from 1 January 2024, 12:00 to",
                 "1 genuine, 3 backscatter, 1 unsure", "2 in quarantine, 1 restored", "not watched: no daemon runs",
                 "sign-in needed: The server refused the password; fix password-command",
                 "no Sent folder known: nothing is moved", "2 messages could not be read, and are not judged",
                 "mx.example.org, which brought 58 of 60 messages",
                 "1 report of the last 30 days tells of mail that left through this account and is not in Sent"):
        assert part in re.sub(r"\s+", " ", text), f"{part} is not in:\n{text}"
    rows = ok("--data", data, "status", "--json").json()
    equal([(row["type"], row.get("account")) for row in rows],
          [("ledger", None), ("account", "home"), ("account", "work")], "rows")
    equal((rows[0]["daemon"], rows[0]["sent"]), (False, 1), "the ledger")
    equal((rows[1]["states"]["quarantined"], rows[1]["verdicts"]["unsure"], rows[1]["coverage"][0]["folder"]),
          (2, 1, "Sent"), "home")
    equal((rows[1]["unread"], rows[2]["unread"]), (2, 0), "messages that could not be read")
    equal((rows[1]["own_server"], rows[1]["insiders"]),
          ({"name": "mx.example.org", "count": 58, "sampled": 60},
           {"day": 1, "week": 1, "month": 1, "last": rows[1]["insiders"]["last"], "alarm": False}), "who hands mail in")
    equal((rows[2]["own_server"]["name"], rows[2]["insiders"]["month"], rows[2]["insiders"]["last"]), (None, 0, None),
          "who hands mail in, of an account that was not looked at")
    equal((rows[2]["state"], rows[2]["coverage"], rows[2]["last_pass"]), ("sign-in-needed", [], None), "work")
    with daemon(data, "done", "x"):
        assert "The daemon is running" in ok("--data", data, "status").out


def clock(when):
    """A time of today or later, as status prints it."""
    same_day = time.strftime("%F", time.gmtime(when)) == time.strftime("%F", time.gmtime())
    return time.strftime("%H:%M" if same_day else "%-d %B %Y, %H:%M", time.gmtime(when))


@case
def status_states():
    """status has words for every state, with the time of the next try, the error and the lasting notice."""
    data, soon = fresh(), int(time.time()) + 3600
    table = (("connecting", "", 0, "connecting to the server (since"),
             ("indexing", "", 0, "indexing: reading the Sent folder (since"),
             ("judging", "", 0, "judging: looking at mail (since"),
             ("watching", "", 0, "watching for new mail (since"),
             ("serving", "", 0, "serving your mail program; your requests are done when it disconnects (since"),
             ("retrying", "No route.", soon, f"waiting to retry until {clock(soon)}: No route (since"),
             ("sign-in-needed", "Wrong password.", 0, "sign-in needed: Wrong password (since"),
             ("disabled", "Bad certificate.", soon, f"disabled: Bad certificate; tried again at {clock(soon)} (since"),
             ("idle", "", 0, "waiting for mail: no worker runs now (since"))
    with daemon(data, "hold", ""):
        for slug, text, until, want in table:
            helper(data, "state", slug, text, until, "It only observes.")
            shown = re.sub(r"\s+", " ", ok("--data", data, "status").out)
            assert "state " + want in shown and "note It only observes." in shown, f"{want} is not in:\n{shown}"
            row = ok("--data", data, "status", "--json").json()[1]
            equal((row["state"], row["text"], row["notice"]), (slug, text or None, "It only observes."), "as JSON")
            equal(row["until"], time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(until)) if until else None, "until")
        passing = subprocess.Popen([HELPER, data, "pass"])
        helper(data, "state", "indexing", "", 0, "")
        deadline = time.monotonic() + 10
        while "40 of 100 messages" not in (shown := ok("--data", data, "status").out) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert "40 of 100 messages" in shown, shown
        passing.wait(LIMIT)


@case
def status_of_the_dead():
    """Where a daemon was killed in its work, status says that nothing runs."""
    data = fresh()
    for slug, text, until, want in (("judging", "", 0, "state not watched: no daemon runs last"),
                                    ("watching", "", 0, "state not watched: no daemon runs last"),
                                    ("serving", "", 0, "state not watched: no daemon runs last"),
                                    ("retrying", "No route.", 4102444800,
                                     "state not watched: no daemon runs, and the last try failed: No route last"),
                                    ("disabled", "Bad.", 4102444800, "state disabled: Bad last")):
        helper(data, "state", slug, text, until, "")
        shown = re.sub(r"\s+", " ", ok("--data", data, "status").out)
        assert want in shown and "No daemon is running" in shown, f"{want} is not in:\n{shown}"
        row = ok("--data", data, "status", "--json").json()[1]
        equal((row["state"], row["until"]), ("idle" if want.endswith("no daemon runs last") else slug, None), "as JSON")


@case
def status_gaps():
    """Gaps of the last 60 days are told below the coverage, with what follows; others are not."""
    data, now = fresh(), int(time.time())
    began = now - 10 * 86400 - now % 86400 + 36120  # 10:02
    helper(data, "gap", began, began + 180, "3 messages came to it and were gone before they could be read")
    helper(data, "gap", now - 70 * 86400, now - 69 * 86400, "long ago")
    shown = re.sub(r"\s+", " ", ok("--data", data, "status").out)
    day = time.strftime("%-d %B %Y", time.gmtime(began))
    want = (f"gap: from {day}, 10:02 to 10:05, 3 messages came to it and were gone before they could be read; "
            "bounces for mail of that time are unsure")
    assert want in shown, f"{want} is not in:\n{shown}"
    assert "long ago" not in shown, shown
    row = ok("--data", data, "status", "--json").json()[1]
    iso = lambda when: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when))
    equal(row["gaps"], [{"account": "home", "folder": "Sent", "from": iso(began), "to": iso(began + 180),
                         "reason": "3 messages came to it and were gone before they could be read"}], "as JSON")


if __name__ == "__main__":
    run()
