"""test_cmd_list.py - backstop list: what it lists, as a table and as JSON."""
import re

from cli_scene import fresh, fresh_empty, ok, on_terminal, HIDDEN
from tap import case, equal, run


@case
def list_waiting():
    """list shows what waits, the newest first: what is in quarantine or unsure; --all shows the rest, too."""
    data = fresh()
    rows = ok("--data", data, "list", "--json").json()
    equal([(row["verdict"], row["state"]) for row in rows],
          [("unsure", "kept"), ("backscatter", "quarantined"), ("backscatter", "quarantined")], "what waits")
    equal([row["id"] for row in rows], sorted((row["id"] for row in rows), reverse=True), "order")
    row = rows[-1]
    equal((row["account"], row["kind"], row["reporter"], row["recipients"], row["status"], row["away"], row["home"]),
          ("home", "dsn-failed", "mailer-daemon@mx.example.com", ["victim@example.com"], "5.1.1", "Backscatter",
           "INBOX"), "a row")
    equal(row["original"], {"message_id": "original-1@spam.example", "from": "Me <me@example.org>", "to": None,
                            "subject": "Cheap pills", "date": None}, "its original")
    equal(rows[0]["recipients"], [], "a list is a list")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", row["arrived"]), row["arrived"]
    equal(len(ok("--data", data, "list", "--all", "--json").json()), 5, "rows with --all")


@case
def list_choice():
    """--verdict, --state, --account and --limit choose what is listed."""
    data = fresh()
    for arguments, want in ((["--verdict", "genuine"], 1), (["--state", "restored"], 1), (["--state", "kept"], 2),
                            (["--limit", "1"], 1),
                            (["--limit", "0"], 3), (["--account", "home"], 3), (["--account", "work"], 0),
                            (["--all", "--limit", "4"], 4),
                            (["--verdict", "backscatter", "--state", "quarantined"], 2)):
        equal(len(ok("--data", data, "list", "--json", *arguments).json()), want, f"rows with {arguments}")


@case
def json_escapes():
    """JSON holds every character of a mail, and those that hide or mislead only as escapes."""
    data = fresh()
    for command in (["list", "--all"], ["show", "3"], ["explain", "3"]):
        result = ok("--data", data, *command, "--json")
        assert not set(result.out) & HIDDEN, f"hidden characters in {command}"
        subjects = [row["original"]["subject"] for row in result.json()]
        assert "Evil \033]0;title\007\033[2J\u202esub\u200bj\xadect\U000e0041\x7f" in subjects, subjects


@case
def list_table():
    """The table has a line for each, and nothing of a mail reaches the terminal raw."""
    data = fresh()
    text = ok("--data", data, "list").out
    assert text.startswith("ID "), text
    assert "Cheap pills" in text and "victim@example.com" in text and "title" in text, text
    assert not set(text) & HIDDEN, "hidden characters in the table"
    assert "Nothing waits" in ok("--data", fresh_empty(), "list").out


@case
def table_fits():
    """On a terminal of 80 columns no line of the table is longer."""
    data = fresh()
    text = on_terminal("--data", data, "list", output="stdout")
    rows = [line.rstrip("\r") for line in text.split("\n") if re.match(r"\d|ID", line)]
    equal(len(rows), 4, "lines of the table")
    assert all(len(row) <= 80 for row in rows), rows


if __name__ == "__main__":
    run()
