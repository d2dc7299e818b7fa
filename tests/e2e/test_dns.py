"""test_dns.py - the checks that ask by DNS: told of an unsure report that a stranger handed in, never decisive, cached,
and without effect where the name server is dead, lies, or the resolver is killed."""
import contextlib
import json
import os
import signal
import sys
import threading

import disk
import messages
import rig
from tap import case, equal, run, skip_all

sys.path.insert(0, os.path.join(rig.TOP, "tests", "rigs"))
from dns_server import DnsServer  # noqa: E402

if not os.path.exists(os.path.join(rig.BUILD, "backstop-resolver")):
    skip_all("built without backstop-resolver")

BY_US = b"Received: from mx.%s (mx.%s [198.51.100.%d])\n by mx.backstop.example with ESMTP id %d; x\n"
CHAIN = ("Received: from mx.reporter.example (mx.reporter.example [10.0.0.2])\n"
         " by store.reporter.example with ESMTP id 1; x\n"
         "Received: from mail.bot.example (line.example [192.0.2.{host}])\n"
         " by mx.reporter.example with SMTP id 2; x\n")
TOOLS = {"spf": "yes", "reverse-name": "yes", "blocklists": "list.example", "dnssec": "no"}


def records(host):
    """Everything speaks against this host."""
    return {("backstop.example", "TXT"): ["v=spf1 include:_spf.provider.example -all"],
            ("_spf.provider.example", "TXT"): ["v=spf1 mx:provider.example ~all"],
            ("provider.example", "MX"): ["10 mx.provider.example"], ("mx.provider.example", "A"): ["198.51.100.77"],
            (f"{host}.2.0.192.in-addr.arpa", "PTR"): ["line.example"], ("line.example", "A"): [f"192.0.2.{host}"],
            (f"{host}.2.0.192.list.example", "A"): ["127.0.0.2"]}


def from_outside(message, number):
    return BY_US % (b"partner.example", b"partner.example", number % 200, number) + message


def report(number, host):
    """An unsure report that a stranger handed in: its original is older than all mail that is known."""
    text = messages.bounce(number, messages.NOW, f"spam-{number}@botnet.example", f"victim{number}@remote.example",
                           "Cheap watches", messages.NOW - 9 * messages.DAY).decode()
    top = (BY_US % (b"reporter.example", b"reporter.example", 9, number)).decode()
    return (top + text.replace("From: Olga Owner", CHAIN.format(host=host) + "From: Olga Owner")).encode()


def prepare():
    """Mail of which the owner's server is learned, and Sent that reaches back five days."""
    mail = disk.Mail(os.path.join(work, "mail"), "maildir")
    backstop = mail.backstop(os.path.join(work, "home"), {"mode": "quarantine"}, addresses=messages.OWNER)
    mail.put("Sent", messages.letter(1, messages.NOW - 5 * messages.DAY), messages.NOW - 5 * messages.DAY, "S")
    for number in range(40):
        mail.inbox.deliver(from_outside(messages.ordinary(number, messages.NOW - messages.DAY), number),
                           messages.NOW - messages.DAY)
        if number % 10 == 9:
            backstop.pass_once()
    return mail, backstop


def configure(server, **more):
    backstop.general = {"mode": "quarantine"} | (TOOLS | {"dns-servers": server.address} if server else {}) | more
    backstop.write_config()


def judged(number):
    """The entry of a report, with the codes of its evidence."""
    row, = [row for row in backstop.entries() if f"victim{number}@remote.example" in row["recipients"]]
    explained = json.loads(backstop.run("backstop", "explain", "--json", str(row["id"])).out)
    return row["verdict"], row["state"], [line["code"] for line in explained["evidence"]]


def notice():
    return " ".join(backstop.run("backstop", "status").out.split())


def told(codes):
    return [code for code in codes if code.startswith(("spf-", "reverse-", "host-", "link-"))]


@case
def against():
    """What the name server tells stands beside the unsure verdict; the same host is not asked for again."""
    with DnsServer(records(7)) as server:
        configure(server)
        mail.inbox.deliver(report(1, 7), messages.NOW)
        backstop.pass_once()
        verdict, state, codes = judged(1)
        equal((verdict, state), ("unsure", "kept"), "verdict")
        equal(told(codes), ["spf-fail", "reverse-other", "host-listed"], f"evidence among {codes}")
        asked = server.questions()
        equal(sorted(set(asked)), sorted(name for name in [*records(7), ("mx.provider.example", "AAAA")]), "questions")
        mail.inbox.deliver(report(2, 7), messages.NOW)
        backstop.pass_once()
        equal(told(judged(2)[2]), ["spf-fail", "reverse-other", "host-listed"], "evidence of the next")
        equal(server.questions(), asked, "questions after the next")
        assert "Names are not looked up" not in notice(), notice()


@case
def off():
    """Nothing is asked, and nothing is said, where no check is switched on."""
    with DnsServer(records(8)) as server:
        configure(server, **{"spf": "no", "reverse-name": "no", "blocklists": ""})
        mail.inbox.deliver(report(3, 8), messages.NOW)
        backstop.pass_once()
        equal(told(judged(3)[2]), [], "evidence")
        equal(server.questions(), [], "questions")


@case
def decided():
    """Nothing is asked for mail that is no report, a report that is genuine, and one that came from inside."""
    with DnsServer(records(9)) as server:
        configure(server)
        mail.inbox.deliver(from_outside(messages.ordinary(90, messages.NOW), 90), messages.NOW)
        mail.inbox.deliver(from_outside(messages.genuine(1, messages.NOW), 91), messages.NOW)
        inside = report(4, 9).split(b"\n", 2)[2]
        mail.inbox.deliver(b"Received: by mx.backstop.example (Postfix) id 5; x\n" + inside, messages.NOW)
        backstop.pass_once()
        equal(judged(4)[0], "unsure", "verdict of the insider")
        equal(server.questions(), [], "questions")


@case
def dead():
    """A dead name server costs one wait: status tells it, verdicts are as before, and the names are not asked again."""
    with DnsServer(records(10), everything="silent") as server:
        configure(server)
        mail.inbox.deliver(report(5, 10), messages.NOW)
        backstop.pass_once()
        verdict, state, codes = judged(5)
        equal((verdict, state, told(codes)), ("unsure", "kept", ["spf-fail"]), "entry: SPF is known for the day")
        assert "Names are not looked up: the name servers do not answer in time" in notice(), notice()
        asked = len(server.questions())
        assert asked > 0, "nothing was asked"
        mail.inbox.deliver(report(6, 10), messages.NOW)
        backstop.pass_once()
        equal(judged(6)[0], "unsure", "verdict of the next")
        equal(len(server.questions()), asked, "questions after the next")


@case
def liars():
    """Whatever a name server answers, each verdict is as without it."""
    number, host = 20, 20
    for habit in (None, "other", "garbage", "flood", "truncated", "cut", "late", "wrong_id", "refused", "failed"):
        loops = {("backstop.example", "TXT"): ["v=spf1 include:backstop.example redirect=backstop.example"],
                 (f"{host}.2.0.192.in-addr.arpa", "CNAME"): ["loop.example"], ("loop.example", "CNAME"): [
                     f"{host}.2.0.192.in-addr.arpa"], (f"{host}.2.0.192.list.example", "A"): ["127.255.255.254"]}
        with DnsServer(records(host) | loops, everything=habit) as server:
            configure(server)
            mail.inbox.deliver(report(number, host), messages.NOW)
            backstop.pass_once()
            verdict, state, codes = judged(number)
            equal((verdict, state), ("unsure", "kept"), f"{habit}: entry")
            assert "host-listed" not in codes and "spf-pass" not in codes, f"{habit}: {codes}"
        number, host = number + 1, host + 1


@case
def killed():
    """A resolver that is killed changes nothing but that nothing is known."""
    with DnsServer(records(40), everything="silent") as server:
        configure(server)
        mail.inbox.deliver(report(40, 40), messages.NOW)
        over = threading.Event()
        killer = threading.Thread(target=kill_resolvers, args=(server.address, over))
        killer.start()
        backstop.pass_once()
        over.set()
        killer.join()
        verdict, state, codes = judged(40)
        equal((verdict, state, told(codes)), ("unsure", "kept", ["spf-fail"]), "entry: SPF is known for the day")
        assert "Names are not looked up: backstop-resolver has ended" in notice(), notice()


def kill_resolvers(address, over):
    """Kills the resolver of this test that asks at this address."""
    while not over.wait(0.01):
        for pid in filter(str.isdigit, os.listdir("/proc")):
            with contextlib.suppress(OSError):
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    words = file.read().decode().split("\0")
                if words[0].endswith("backstop-resolver") and address in words:
                    os.kill(int(pid), signal.SIGKILL)


@case
def tried():
    """`backstop check --dns` shows each check with its weight, in text and JSON; without --dns nothing is asked."""
    path = os.path.join(work, "report.eml")
    disk.write(path, report(50, 50))
    with DnsServer(records(50)) as server:
        configure(server)
        plain = backstop.run("backstop", "check", "--json", path)
        assert "dns" not in json.loads(plain.out), plain.out
        equal(server.questions(), [], "questions")
        row = json.loads(backstop.run("backstop", "check", "--dns", "--json", path).out)
        equal(row["verdict"], json.loads(plain.out)["verdict"], "verdict")
        equal([(line["check"], line["weight"]) for line in row["dns"]],
              [("spf", "against"), ("reverse-name", "against"), ("blocklists", "against"), ("link-blocklists", "none"),
               ("words", "none"), ("patterns", "none"), ("learn-words", "none")],
              "checks")
        equal(row["dns_problem"], None, "problem")
        text = backstop.run("backstop", "check", "--dns", path).out
        assert "spf (against): 192.0.2.50" in text and "link-blocklists (none)" in text, text


if __name__ == "__main__":
    rig.exit_on_signals()
    rig.obey_modes()
    work = rig.workdir()
    mail, backstop = prepare()
    run()
