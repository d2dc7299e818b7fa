"""test_cmd_check.py - backstop check and backstop record: mail in files."""
import os
import subprocess
import sys

from cli_scene import backstop, bounce, fresh, ok, work, write, BACKSTOP, ENVIRONMENT, LETTER, LIMIT
from tap import case, equal, run


@case
def check_and_record():
    """check without a ledger is unsure and says why; after record the bounce is genuine."""
    data = fresh(filled=False)
    answer, letter = write("answer.eml", bounce("letter@example.org")), write("letter.eml", LETTER)
    result = backstop("--data", data, "check", answer)
    equal((result.status, result.err), (2, ""), "status")
    assert "Nothing is known of the mail you sent" in result.out and "unsure" in result.out, result.out
    assert not os.path.exists(data), "check made a ledger"
    row, = backstop("--data", data, "check", "--json", answer).json()
    equal((row["file"], row["kind"], row["verdict"], row["reporter"], row["recipients"]),
          (answer, "dsn-failed", "unsure", "mailer-daemon@mx.example.com", ["lost@example.com"]), "a row")
    equal(row["original"], {"message_ids": ["letter@example.org"], "from": "me@example.org", "to": "lost@example.com",
                            "subject": "Are you there", "date": "2020-11-20T10:00:00Z"}, "its original")
    equal(sorted(row), ["evidence", "file", "kind", "original", "recipients", "reporter", "schema", "verdict"],
          "members")
    evidence = row["evidence"]
    assert evidence and all(sorted(line) == ["args", "code", "text"] for line in evidence), evidence
    equal(ok("--data", data, "record", "--json", letter, letter).json(), [{"schema": 1, "messages": 2, "added": 1}],
          "record")
    equal(os.stat(data).st_mode & 0o777, 0o700, "mode of the data folder")
    assert "genuine" in ok("--data", data, "check", answer).out
    assert "pass" in ok("--data", data, "check", letter).out


@case
def check_kinds_of_file():
    """check reads a message, an mbox, a Maildir and standard input, in the order given; the highest status counts."""
    data = fresh(filled=False)
    ok("--data", data, "record", "-", stdin=LETTER.encode())
    texts = [LETTER, bounce("letter@example.org"), bounce("foreign@example.org", "other@example.net")]
    mbox = write("box", "".join(f"From x Thu Jan  1 00:00:00 1970\n{text}\n" for text in texts))
    maildir = os.path.join(work, "Maildir")
    for n, text in enumerate(texts):
        write(f"Maildir/cur/{n}:2,S", text)
    os.makedirs(f"{maildir}/new")
    wanted = ["pass", "genuine", "unsure"]
    for arguments, stdin in (([mbox], b""), ([maildir], b""), (["-"], open(mbox, "rb").read())):
        result = backstop("--data", data, "check", "--json", *arguments, stdin=stdin)
        equal(([row["verdict"] for row in result.json()], result.status), (wanted, 2), f"verdicts of {arguments}")
        equal({row["file"] for row in result.json()}, set(arguments), "file")
    letter, answer = write("letter.eml", LETTER), write("answer.eml", texts[1])
    equal([row["file"] for row in ok("--data", data, "check", "--json", answer, letter).json()], [answer, letter],
          "order")


@case
def odd_file_names():
    """Every byte a file name may hold gives valid JSON and a harmless line."""
    name = bytes(byte for byte in range(1, 256) if byte != ord("/"))
    path = os.path.join(os.fsencode(work), name)
    with open(path, "w") as out:
        out.write(LETTER)
    data = fresh(filled=False)
    file = ok("--data", data, "check", "--json", path).json()[0]["file"]
    equal([ord(c) for c in file[len(work) + 1:] if ord(c) < 128], [byte for byte in name if byte < 128], "file")
    text = ok("--data", data, "check", path).out
    assert not [c for c in text if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160)], repr(text)


@case
def check_errors():
    """What cannot be read or holds nothing gives one line and status 3; the other files are judged all the same."""
    data = fresh(filled=False)
    letter, nothing = write("letter.eml", LETTER), write("nothing", "")
    os.makedirs(f"{work}/plain", exist_ok=True)
    for bad in (f"{work}/absent", nothing, f"{work}/plain", "/proc/self/mem"):
        result = backstop("--data", data, "check", "--json", bad, letter)
        equal((result.status, len(result.json()), len(result.err.splitlines())), (3, 1, 1),
              f"status and lines for {bad}")
        assert bad in result.err, result.err
    equal(backstop("--data", data, "record", f"{work}/absent", letter).status, 66, "record with a missing file")
    result = backstop("--data", data, "record", write("text", "no mail\n"))
    equal(result.status, 65, "record of what is no mail")
    assert "neither an id nor a recipient" in result.err, result.err
    write("exposed", "[account a]\nhost=h\nuser=u\n", 0o644)
    equal(backstop("--config", f"{work}/exposed", "--data", data, "check", letter).status, 3,
          "with a configuration others can read")


@case
def check_is_bounded():
    """A mail with a line, a header and a body of many megabytes is judged in little memory."""
    path = os.path.join(work, "huge")
    with open(path, "w") as out:
        out.write(bounce("foreign@example.org").replace("Subject: Und",
                                                        "X-Long: " + "x" * 10_000_000 + "\nSubject: Und", 1))
        for _ in range(60):
            out.write("y" * 1_000_000)
    script = "import resource, subprocess, sys\n" \
             "status = subprocess.run(sys.argv[1:]).returncode\n" \
             "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, status)"
    told = subprocess.run([sys.executable, "-c", script, BACKSTOP, "--data", fresh(filled=False), "check", "--json",
                           path],
                          capture_output=True, text=True, timeout=LIMIT, env=ENVIRONMENT, check=True)
    memory, status = told.stdout.splitlines()[-1].split()
    assert int(status) < 3, told
    assert int(memory) < 60_000 or "asan" in subprocess.run(["ldd", BACKSTOP], capture_output=True,
                                                            text=True).stdout, memory


if __name__ == "__main__":
    run()
