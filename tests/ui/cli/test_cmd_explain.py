"""test_cmd_explain.py - backstop explain and backstop show: all that is known of one message."""
from cli_scene import backstop, fresh, ok, HIDDEN
from tap import case, equal, run


@case
def show():
    """show prints what is known of a message; a message that is not there ends it with status 66."""
    data = fresh()
    row = next(row for row in ok("--data", data, "list", "--json").json()
               if row["recipients"] == ["victim@example.com"])
    text = ok("--data", data, "show", str(row["id"])).out
    for part in ("Cheap pills", "victim@example.com", "in quarantine", "Backscatter", "backscatter",
                 "original-1@spam.example"):
        assert part in text, f"{part} is not shown:\n{text}"
    shown = ok("--data", data, "show", "--json", str(row["id"])).json()[0]
    equal({key: shown[key] for key in row}, row, "the members that list has, too")
    equal(shown["message_id"], "bounce-1@mx.example.com", "message_id")
    equal([line["code"] for line in shown["evidence"]], ["recognised", "id-foreign"], "evidence")
    assert "4711" in backstop("--data", data, "show", "4711").complaint(66)


@case
def explain():
    """explain tells verdict, evidence with the deciding line, and where it looked."""
    data = fresh()
    rows = {tuple(row["recipients"]): row["id"] for row in ok("--data", data, "list", "--all", "--json").json()}
    text = ok("--data", data, "explain", str(rows["victim@example.com",])).out
    for part in ("it answers mail that you did not send", "– It is a delivery report.", "✗ No id it shows",
                 "(This decided.)", "“Sent”",
                 "1 January 2024, 12:00", "backstop restore", "allow add victim@example.com"):
        assert part in text, f"{part} is not in:\n{text}"
    equal(text.count("(This decided.)"), 1, "deciding lines")
    assert "✓ The message it speaks of is one you sent." in ok("--data", data, "explain",
                                                               str(rows["friend@example.net",])).out
    hostile = ok("--data", data, "explain", str(rows["other@example.com",])).out
    assert not set(hostile) & HIDDEN, "hidden characters in an explanation"
    printed = ok("--data", data, "show", str(rows["other@example.com",])).out
    assert not set(printed) & HIDDEN, "hidden characters in what show prints"
    told = ok("--data", data, "explain", "--json", str(rows["victim@example.com",])).json()[0]
    equal((told["verdict"], told["decided"], told["coverage"][0]["from"]), ("backscatter", 1, "2024-01-01T12:00:00Z"),
          "as JSON")
    equal(sorted(told["evidence"][0]), ["args", "code", "text"], "members of evidence")
    backstop("--data", data, "explain", "4711").complaint(66)


if __name__ == "__main__":
    run()
