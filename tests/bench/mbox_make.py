"""mbox_make.py FILE [COUNT] - writes a Sent mbox as Thunderbird does, of COUNT messages (100,000), several KB each.

Every message is determined by its number."""
import base64
import random
import sys
import time

WORDS = ("minutes of the meeting on Thursday about the budget the new office and the summer party please find attached "
         "what we spoke of yesterday with kind regards from all of us here who look forward to hearing from you "
         "soon").split()
NEWEST = 1764000000
BETWEEN = 1000  # seconds from one message to the next


def prose(chance, size):
    """Lines of a plain text, flowed as Thunderbird has them; now and then one that must be quoted."""
    lines = []
    while size > 0:
        line = " ".join(chance.choice(WORDS) for _ in range(chance.randrange(6, 12))) + " "
        if chance.randrange(200) == 0:
            line = ">From " + line
        lines.append(line)
        size -= len(line) + 1
    return "\n".join(lines)


def attachment(chance, bound):
    data = base64.encodebytes(chance.randbytes(chance.randrange(1000, 9000))).decode()
    return (f"{bound}\nContent-Type: application/pdf; name=\"report.pdf\"\nContent-Disposition: attachment; "
            f"filename=\"report.pdf\"\n"
            f"Content-Transfer-Encoding: base64\n\n{data}")


def message(number, count):
    chance = random.Random(number)
    when = time.gmtime(NEWEST - BETWEEN * (count - number))
    ident = (f"{chance.getrandbits(32):08x}-{chance.getrandbits(16):04x}-4{chance.getrandbits(12):03x}-"
             f"{chance.getrandbits(48):012x}")
    status = chance.choice(["0001", "0001", "0001", "0003", "1001", "0009"] if number % 50 == 0 else ["0001"])
    begin = f"From - {time.asctime(when)}" if number % 10 == 0 else "From "  # as it did once, and does today
    head = (f"{begin}\nX-Mozilla-Status: {status}\nX-Mozilla-Status2: 00800000\n"
            f"X-Mozilla-Keys: {' ' * 80}\nMessage-ID: <{ident}@owner.example>\nDate: "
            f"{time.strftime('%a, %d %b %Y %H:%M:%S +0000', when)}\n"
            f"MIME-Version: 1.0\nUser-Agent: Mozilla Thunderbird\nContent-Language: en-US\n"
            f"To: Person {number % 3000} <person{number % 3000}@firm{number % 700}.example>,\n Colleague "
            f"<colleague{number % 90}@firm{number % 700}.example>\n"
            f"From: Olga Owner <me@owner.example>\nAutocrypt: addr=me@owner.example; keydata=\n " + "\n ".join(
                base64.b64encode(random.Random(k).randbytes(48)).decode() for k in range(6)) + "\n"
            f"Subject: {chance.choice(WORDS)} {number} {chance.choice(WORDS)}\n"
            f"X-Mozilla-Draft-Info: internal/draft; vcard=0; receipt=0; DSN=0; uuencode=0;\n attachmentreminder=0; "
            f"deliveryformat=0\n"
            f"X-Identity-Key: id1\nFcc: mailbox://nobody@Local%20Folders/Sent\n")
    text = prose(chance, 800 + chance.randrange(3500))
    if number % 5:
        return (f"{head}Content-Type: text/plain; charset=UTF-8; format=flowed\n"
                f"Content-Transfer-Encoding: 7bit\n\n{text}\n\n")
    bound = f"--------------{chance.getrandbits(96):024x}"
    return (f"{head}Content-Type: multipart/mixed; boundary=\"{bound[2:]}\"\n\nThis is a multi-part message in MIME "
            f"format.\n{bound}\n"
            f"Content-Type: text/plain; charset=UTF-8; "
            f"format=flowed\n\n{text}\n{attachment(chance, bound)}{bound}--\n\n")


def write(path, count):
    with open(path, "w", encoding="ascii", buffering=1 << 20) as file:
        for number in range(count):
            file.write(message(number, count))


if __name__ == "__main__":
    write(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 100000)
