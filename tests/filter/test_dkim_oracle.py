"""test_dkim_oracle.py - python3-dkim and filter/dkim.h agree on which headers verify.

Owns nothing. Skipped where python3-dkim is missing.
"""
import base64
import os
import subprocess
import sys

TOP = os.environ.get("top_srcdir", ".")
BUILD = os.environ.get("top_builddir", ".")
sys.path.insert(0, os.path.join(TOP, "tests", "e2e"))

from tap import case, equal, run, skip_all  # noqa: E402

try:
    import dkim
except ImportError:
    # Debian's package is for Debian's own python3, which may not be the first one
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", "-B"] + sys.argv)
    skip_all("python3-dkim is not installed")

TOOL = os.path.join(BUILD, "tests", "filter", "dkim_tool")

# Headers that are hard to write in one form; every one has a From and ends with a line break.
HEADERS = {
    "plain": b"From: Me <me@me.example>\r\nTo: bob@there.example\r\nSubject: Lunch\r\n",
    "folds": b"From: Me\r\n <me@me.example>\r\nTo: a@b.example,\r\n\tc@d.example  \r\nSubject:  Two\r\n   lines \t\r\n",
    "spaces": b"from:me@me.example\r\nTO:bob@there.example\r\nSubject:\tA  b\t\tc  \r\n",
    "empty values": b"From: me@me.example\r\nTo:\r\nSubject: \r\n",
    "empty folds": b"From: me@me.example\r\nTo: bob@there.example\r\nSubject:\r\n  late \r\n",
    "colons": b"From: me@me.example\r\nTo: bob@there.example\r\nSubject: Re: Re:  a:b: c\r\n",
    "bytes": b"From: M\xc3\xa9 <me@me.example>\r\nTo: bob@there.example\r\nSubject: \xe4\xf6 x\r\n",
    "repeated": b"X-Way: one\r\nX-Way: two\r\nFrom: me@me.example\r\nTo: bob@there.example\r\nSubject: x\r\n",
    "others between": b"X-A: 1\r\nFrom: me@me.example\r\nX-B: 2\r\nTo: b@there.example\r\nX-C:\r\n 3\r\nSubject: y\r\n",
}
NAMES = ["from:to:subject", "from:from:to:to:subject", "subject:to:from", "from:to:subject:x-way:x-way:x-way",
         "from:to:subject:list-id"]
FORMS = ("relaxed", "simple")


def openssl(*arguments, stdin=None):
    return subprocess.run(("openssl",) + arguments, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=True).stdout


def tool(*arguments, stdin):
    return subprocess.run((TOOL,) + arguments, input=stdin, stdout=subprocess.PIPE, check=False).stdout


def ask(record):
    return lambda name, timeout=5: record


@case
def signed_by_python():
    """What python3-dkim signs verifies here, and no more after a change."""
    private = openssl("genrsa", "-traditional", "1024")
    public = openssl("rsa", "-pubout", "-outform", "DER", stdin=private)
    record = "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode()
    for title, header in HEADERS.items():
        for names in NAMES:
            for form in FORMS:
                message = header + b"\r\n"
                signature = dkim.sign(message, b"one", b"me.example", private, identity=b"me@me.example",
                                      canonicalize=(form.encode(), b"simple"),
                                      include_headers=[name.encode() for name in names.split(":")])
                where = f"{title}, {form}, h={names}"
                equal(tool("verify", record, stdin=signature + message), b"verified\n", where)
                changed = message.replace(b"me@me", b"we@me", 1)
                equal(tool("verify", record, stdin=signature + changed), b"false\n", where + ", changed")


@case
def signed_here():
    """What is signed here verifies with python3-dkim, and no more after a change."""
    for title, header in HEADERS.items():
        for names in NAMES:
            for form in FORMS:
                answer = tool("sign", "rsa", f"d=me.example; s=one; c={form}/relaxed; h={names}", stdin=header)
                record, mail = answer.split(b"\n", 1)
                where = f"{title}, {form}, h={names}"
                equal(dkim.verify(mail + b"\r\n", dnsfunc=ask(record)), True, where)
                changed = mail.replace(b"me@me", b"we@me", 1) + b"\r\n"
                equal(dkim.verify(changed, dnsfunc=ask(record)), False, where + ", changed")


if __name__ == "__main__":
    run()
