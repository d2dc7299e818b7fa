"""server_kinds.py - how each mail server of rig_servers.py is set up, begun and asked."""
import rig

# Users that the servers want: name → number, home. The first owns the mail.
USERS = {"anna": (54321, "/var/home/anna"), "popa3d": (54322, "/var/empty"), "cyrus": (54323, "/var/lib/cyrus"),
         "courier": (54324, "/var/empty"), "spop3d": (54325, "/var/empty")}
PAM = "auth required pam_unix.so\naccount required pam_unix.so\n"


class Kind:
    """program: what is there when the server is. commands: by protocol, the shell command that serves one connection.
    setup: shell commands before that, as root. listens: the setup ends with a server that listens itself. files: by
    path, what is in its /etc; {imap}, {pop3}, {settings} stand for its ports and for what a test adds. mbox: where mail
    lies that cannot be put in over IMAP."""

    def __init__(self, program, imap=None, pop3=None, setup="", files=None, mbox=None, listens=False):
        self.program, self.setup, self.files, self.mbox, self.listens = program, setup, files or {}, mbox, listens
        self.commands = {name: command for name, command in (("imap", imap), ("pop3", pop3)) if command}


COURIER = "/usr/lib/courier/courier"
CYRUS = "/usr/lib/cyrus/bin"
KINDS = {
    "courier": Kind(
        f"{COURIER}/imaplogin",
        imap=f"set -a; . /etc/courier/imapd; exec {COURIER}/imaplogin /usr/bin/imapd Maildir",
        pop3=f"set -a; . /etc/courier/pop3d; exec {COURIER}/courierpop3login {COURIER}/courierpop3d Maildir",
        setup="""install -d -o courier -g courier /run/courier /run/courier/authdaemon
                 box=/var/home/anna/Maildir
                 [ -d $box ] || setpriv --reuid=anna --regid=anna --clear-groups maildirmake.courier $box
                 authdaemond start""",
        files={"pam.d/imap": PAM, "pam.d/pop3": PAM}),
    "cyrus": Kind(
        f"{CYRUS}/master", imap="imapd", pop3="pop3d", listens=True,
        setup=f"""install -d -o cyrus -g cyrus /run/cyrus /var/lib/cyrus /var/spool/cyrus
                  echo {rig.PASSWORD} | saslpasswd2 -f /var/lib/cyrus/sasldb2 -p -c -u "$(hostname)" anna
                  chown cyrus /var/lib/cyrus/sasldb2
                  {CYRUS}/master & wait""",
        files={"imapd.conf": """configdirectory: /var/lib/cyrus
partition-default: /var/spool/cyrus
proc_path: /run/cyrus/proc
mboxname_lockpath: /run/cyrus/lock
altnamespace: no
unixhierarchysep: no
allowplaintext: yes
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: /var/lib/cyrus/sasldb2
sasl_mech_list: PLAIN LOGIN
autocreate_quota: 0
autocreate_inbox_folders: Sent | Trash
autocreate_subscribe_folders: Sent | Trash
imapidlepoll: 5
{settings}
""", "cyrus.conf": f"""START {{{{
  recover cmd="{CYRUS}/ctl_cyrusdb -r"
}}}}
SERVICES {{{{
  imap cmd="{CYRUS}/imapd" listen="127.0.0.1:{{imap}}" proto="tcp4" prefork=0
  pop3 cmd="{CYRUS}/pop3d" listen="127.0.0.1:{{pop3}}" proto="tcp4" prefork=0
}}}}
EVENTS {{{{
}}}}
"""}),
    "mailutils": Kind(
        "/usr/sbin/imap4d", imap="exec imap4d --inetd", pop3="exec pop3d --inetd", mbox="/var/mail/anna",
        files={"pam.d/gnu-imap4d": PAM, "pam.d/gnu-pop3d": PAM}),
    "popa3d": Kind("/usr/sbin/popa3d", pop3="exec popa3d", setup="mkdir -p /var/lib/popa3d", mbox="/var/mail/anna",
                   files={"pam.d/popa3d": PAM}),
    "solid-pop3d": Kind("/usr/sbin/solid-pop3d", pop3="exec solid-pop3d",
                        setup="mkdir -p /var/lib/solid-pop3d/bulletins", mbox="/var/mail/anna",
                        files={"pam.d/solid-pop3d": PAM}),
}
