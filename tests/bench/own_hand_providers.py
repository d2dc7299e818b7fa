"""own_hand_providers.py - three providers of mail, and strangers' servers, by the fields that their servers write."""
from dataclasses import dataclass


class Provider:
    """What all have in common: `outside` are the fields above mail that another server hands in, `inside` those above a
    bounce that the provider itself writes, `submitted` that of the owner's own mail where he signs in."""
    owner = signer = selector = out = top = from_outside = from_inside = sign_in = ""

    def _fill(self, text, n, **more):
        return text.format(n=n, owner=self.owner, out=self.out, store=n % 9, mx=n % 4, **more)

    def outside(self, n, host, address, sender=""):
        return self._fill(self.top + self.from_outside, n, host=host, address=address, sender=sender)

    def inside(self, n):
        return self._fill(self.top + self.from_inside, n, sender="")

    def submitted(self, n):
        return self._fill(self.sign_in, n)


class Web(Provider):
    """A big provider of web mail, whose fields are those of Google."""
    owner, signer, selector, out = "olga@gee.example", "gee.example", "s2026", "mail-sor-f69.gee.example"
    top = """\
Return-Path: <{sender}>
Delivered-To: {owner}
Received: by 2002:a05:6402:1cb:b0:5d3 with SMTP id w{n}csp1;
        x
X-Received: by 2002:a17:902:d4d1 with SMTP id o{n}mr2;
        x
"""
    from_outside = """\
Received: from {host} ({host}. [{address}])
        by mx.gee.example with ESMTPS id {n}si7
        for <{owner}>
        (version=TLS1_3 cipher=X bits=256/256);
        x
"""
    from_inside = """\
Received: from {out} ({out}. [209.85.220.69])
        by mx.gee.example with SMTPS id {n}sor9
        for <{owner}>
        (Transport Security);
        x
Received: by 2002:a05:6512:3a with SMTP id d{n}mr1;
        x
"""
    sign_in = """\
Received: from [192.168.1.7] (dsl-7.line.example. [203.0.113.7])
        by smtp.gee.example with ESMTPSA id {n}wmb2;
        x
"""


class Postfix(Provider):
    """A provider with many servers: Postfix, amavisd and Dovecot."""
    owner, signer, selector, out = "olga@post.example", "post.example", "k1", "mout3.post.example"
    top = """\
Return-Path: <{sender}>
Delivered-To: {owner}
Received: from mx{mx}.post.example ([10.0.0.{mx}])
\tby store{store}.post.example with LMTP id a{n}
\t(envelope-from <{sender}>); x
Received: from localhost (localhost [127.0.0.1])
\tby mx{mx}.post.example (Postfix) with ESMTP id b{n}; x
Received: from mx{mx}.post.example ([127.0.0.1])
\tby localhost (mx{mx}.post.example [127.0.0.1]) (amavisd-new, port 10024)
\twith ESMTP id c{n}; x
"""
    from_outside = """\
Received: from {host} ({host} [{address}])
\t(using TLSv1.3 with cipher X (256/256 bits))
\tby mx{mx}.post.example (Postfix) with ESMTPS id d{n}
\tfor <{owner}>; x
"""
    from_inside = """\
Received: from {out} ({out} [198.51.100.3])
\tby mx{mx}.post.example (Postfix) with ESMTPS id d{n}; x
Received: by {out} (Postfix)
\tid e{n}; x
"""
    sign_in = """\
Received: from [10.1.2.3] (dsl-7.line.example [203.0.113.7])
\t(Authenticated sender: olga)
\tby {out} (Postfix) with ESMTPSA id f{n}; x
"""


class Exim(Provider):
    """A hoster of other people's domains, for which it signs as itself: Exim and Dovecot."""
    owner, signer, selector, out = "olga@shop.example", "hoster.example", "default", "cp7.hoster.example"
    top = """\
Return-Path: <{sender}>
Delivered-To: {owner}
Received: from {out}
\tby {out} with LMTP
\tid g{n}
\t(envelope-from <{sender}>)
\tfor <{owner}>; x
"""
    from_outside = """\
Received: from {host} ([{address}]:41234)
\tby {out} with esmtps  (TLS1.3) tls X
\t(Exim 4.96)
\tid 1h-{n}
\tfor {owner}; x
"""
    from_inside = """\
Received: from mailnull by {out} with local (Exim 4.96)
\tid 1i-{n}
\tfor {owner}; x
"""
    sign_in = """\
Received: from [203.0.113.7] (port=4711 helo=[192.168.1.7])
\tby {out} with esmtpsa  (TLS1.3) tls X
\t(Exim 4.96)
\t(envelope-from <{owner}>)
\tid 1j-{n}; x
"""


@dataclass
class Stranger:
    """The server of a recipient, or of somebody whom forged mail went to."""
    n: int

    @property
    def host(self):
        return f"mx.remote{self.n}.example"

    @property
    def address(self):
        return f"203.0.{114 + self.n // 250}.{self.n % 250 + 1}"

    def took(self, host, address):
        """The field of a message that it took from this host."""
        return (f"Received: from {host} ({host} [{address}])\n"
                f"\tby {self.host} (Postfix) with ESMTPS id k{self.n};\n\tx\n")


PROVIDERS = [Web(), Postfix(), Exim()]
