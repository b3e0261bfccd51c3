"""How each MTA is configured, started and fed: Debian's packages at their own paths, and Haraka as
`npm install --prefix /opt/haraka Haraka` installs it."""

from __future__ import annotations

import smtplib
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from scenarios import ALIASES, MTA_DOMAIN, MTA_HOST, SENDER, Scenario, message

_ALIASES = "".join(f"{name}: {target}\n" for name, target in ALIASES.items())


def run(*command: str, given: bytes = b"") -> None:
    """Run `command`; an MTA's exit code says little, so that its output is shown instead."""
    done = subprocess.run(command, input=given, capture_output=True, timeout=60, check=False)
    output = (done.stdout + done.stderr).decode(errors="replace").strip()
    if output:
        print(f"    {command[0]}: {output[:500]}", flush=True)


def by_sendmail(scenario: Scenario) -> None:
    """Submit as local programs do."""
    notify = ("-N", scenario.notify) if scenario.notify else ()
    run("/usr/sbin/sendmail", "-i", "-f", SENDER, *notify, "--", *scenario.to,
        given=message(scenario))  # fmt: skip


def by_smtp(scenario: Scenario) -> None:
    """Submit to the MTA's own listener, or where that refuses, as local programs do."""
    with smtplib.SMTP("127.0.0.1", 25, local_hostname="app.example.com") as smtp:
        smtp.ehlo()
        options = [f"NOTIFY={scenario.notify.upper()}"] if scenario.notify else []
        mail = message(scenario).replace(b"\n", b"\r\n")
        try:
            smtp.sendmail(SENDER, list(scenario.to), mail, rcpt_options=options)
        except smtplib.SMTPRecipientsRefused:
            by_sendmail(scenario)


@dataclass(frozen=True, slots=True)
class Mta:
    """One mail transfer agent."""

    name: str
    files: dict[str, str]
    """Path -> content, written before the start."""
    start: tuple[tuple[str, ...], ...] = ()
    retry: tuple[str, ...] = ()
    """The command that makes it try its queue again at once."""
    send: Callable[[Scenario], None] = by_sendmail
    without: frozenset[str] = field(default_factory=frozenset)
    """Scenarios that it cannot play."""

    def prepare(self) -> None:
        for path, content in self.files.items():
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            Path(path).write_text(content)
        for command in self.start:
            run(*command)
        time.sleep(2)


POSTFIX = Mta(
    name="postfix",
    files={
        "/etc/aliases": _ALIASES,
        "/etc/postfix/main.cf": f"""
compatibility_level = 3.6
myhostname = {MTA_HOST}
mydomain = {MTA_DOMAIN}
mydestination = {MTA_DOMAIN}
myorigin = {MTA_DOMAIN}
inet_interfaces = all
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps = hash:/etc/aliases
alias_database = hash:/etc/aliases
local_recipient_maps =
maillog_file = /var/log/postfix.log
maximal_queue_lifetime = 4s
bounce_queue_lifetime = 1h
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
delay_warning_time = 1s
smtp_tls_security_level = none
""",
    },
    start=(
        ("postconf", "-F", "*/*/chroot = n"),
        ("postconf", "-M", "postlog/unix-dgram=postlog unix-dgram n - n - 1 postlogd"),
        ("newaliases",),
        ("postfix", "start"),
    ),
)

EXIM = Mta(
    name="exim",
    files={
        "/etc/aliases": _ALIASES,
        "/etc/exim4/exim4.conf": f"""
primary_hostname = {MTA_HOST}
qualify_domain = {MTA_DOMAIN}
domainlist local_domains = {MTA_DOMAIN}
local_interfaces = 127.0.0.1
trusted_users = root
delay_warning = 1s
disable_ipv6 = true
dsn_advertise_hosts = *
acl_smtp_rcpt = accept
keep_environment =
tls_advertise_hosts =
begin routers
remote:
  driver = dnslookup
  domains = ! +local_domains
  transport = remote_smtp
  no_more
aliases:
  driver = redirect
  data = ${{lookup{{$local_part}}lsearch{{/etc/aliases}}}}
  pipe_transport = address_pipe
  user = nobody
  group = nogroup
local:
  driver = accept
  check_local_user
  transport = mailbox
begin transports
remote_smtp:
  driver = smtp
mailbox:
  driver = appendfile
  file = /var/mail/$local_part_data
  group = mail
  mode = 0660
address_pipe:
  driver = pipe
  return_fail_output
begin retry
* * F,3s,1s
""",
    },
    start=(
        ("sh", "-c", "rm -rf /var/spool/exim4/db/* /var/spool/exim4/input/*"),
        ("sh", "-c", "exim4 -bd; :"),  # a child of process 1 would not detach
    ),
    retry=("exim4", "-qff"),
    send=by_smtp,
)

_SENDMAIL_MC = f"""
include(`/usr/share/sendmail/cf/m4/cf.m4')dnl
OSTYPE(`debian')dnl
define(`confDOMAIN_NAME', `{MTA_HOST}')dnl
define(`confTO_QUEUEWARN', `1s')dnl
define(`confTO_QUEUERETURN', `4s')dnl
define(`confTO_QUEUERETURN_DSN', `4s')dnl
define(`confMIN_QUEUE_AGE', `0')dnl
define(`confTO_IDENT', `0')dnl
define(`ALIAS_FILE', `/etc/mail/genuine/aliases')dnl
define(`confHOST_STATUS_DIRECTORY', `')dnl
define(`confDONT_BLAME_SENDMAIL', `GroupWritableDirPathSafe')dnl
FEATURE(`nouucp', `reject')dnl
LOCAL_CONFIG
Cw{MTA_DOMAIN}
MAILER(`local')dnl
MAILER(`smtp')dnl
"""

SENDMAIL = Mta(
    name="sendmail",
    files={
        "/etc/mail/genuine/aliases": _ALIASES,
        "/etc/mail/genuine/sendmail.mc": _SENDMAIL_MC,
    },
    start=(
        ("sh", "-c", "m4 /etc/mail/genuine/sendmail.mc > /etc/mail/sendmail.cf"),
        ("sh", "-c", "cd /var/spool && chown root:root mqueue && chmod 700 mqueue"),
        ("sendmail", "-bi"),
        ("sendmail", "-bd", "-ODaemonPortOptions=Name=MTA,Addr=127.0.0.1"),
    ),
    retry=("sendmail", "-q"),
    send=by_smtp,
    without=frozenset(("delivered",)),  # Debian installs no local mailer with it
)

OPENSMTPD = Mta(
    name="opensmtpd",
    files={
        "/etc/aliases": _ALIASES,
        "/etc/smtpd.conf": f"""
queue ttl 4s
bounce warn-interval 1s
table aliases file:/etc/aliases
listen on 127.0.0.1 hostname {MTA_HOST}
action "local" mbox alias <aliases>
action "out" relay helo {MTA_HOST}
match from any for domain "{MTA_DOMAIN}" action "local"
match from any for any action "out"
""",
    },
    start=(("smtpd",),),
    retry=("smtpctl", "schedule", "all"),
    send=by_smtp,
    without=frozenset(("local-unknown",)),  # refused while it is submitted
)

COURIER = Mta(
    name="courier",
    files={
        "/etc/courier/me": f"{MTA_HOST}\n",
        "/etc/courier/defaultdomain": f"{MTA_DOMAIN}\n",
        "/etc/courier/locals": f"{MTA_DOMAIN}\n",
        "/etc/courier/dsnfrom": f'"Courier mail server at {MTA_HOST}" <@>\n',
        "/etc/courier/aliases/system": _ALIASES.replace('"', "") + "postmaster: root\n",
        "/etc/courier/queuetime": "4s\n",
        "/etc/courier/warntime": "1s\n",
        "/etc/courier/retryalpha": "1s\n",
        "/etc/courier/retrybeta": "1s\n",
        "/etc/courier/retrygamma": "1s\n",
        "/etc/courier/retrymaxdelta": "1\n",
    },
    start=(
        ("makealiases",),
        ("mkdir", "-p", "/run/courier/authdaemon"),
        ("authdaemond", "start"),
        ("courier", "start"),
    ),
    retry=("courier", "flush"),
)

DMA = Mta(
    name="dma",
    files={
        "/etc/aliases": _ALIASES,
        "/etc/dma/dma.conf": "ALIASES /etc/aliases\nSPOOLDIR /var/spool/dma\n"
        f"MAILNAME {MTA_HOST}\n",
    },
    retry=("dma", "-q1"),
    # It keeps trying for five days, refuses unknown local users itself, and knows no success
    # notifications.
    without=frozenset(
        (
            "grey",
            "busy",
            "greeting",
            "null-mx",
            "refused",
            "local-unknown",
            "alias",
            "pipe",
            "relayed",
            "delivered",
        )
    ),
)

_HARAKA_CODE = "/opt/haraka/node_modules/Haraka"
_HARAKA = "/opt/haraka-genuine"

HARAKA = Mta(
    name="haraka",
    files={
        f"{_HARAKA}/config/me": f"{MTA_HOST}\n",
        f"{_HARAKA}/config/host_list": f"{MTA_DOMAIN}\n",
        f"{_HARAKA}/config/plugins": "relay\nrcpt_to.in_host_list\nqueue/discard\n",
        f"{_HARAKA}/config/relay.ini": "[relay]\nacl=true\n",
        f"{_HARAKA}/config/relay_acl_allow": "127.0.0.1/32\n",
        f"{_HARAKA}/config/smtp.ini": "listen=127.0.0.1:25\nnodes=0\n",
        f"{_HARAKA}/config/outbound.ini": "temp_fail_intervals=5s,5s\nenable_tls=false\n",
        # Its own icon has 6 KB, which say nothing more.
        f"{_HARAKA}/config/outbound.bounce_message_image": "Content-Type: image/gif\n"
        "Content-Transfer-Encoding: base64\nContent-ID: <icon.png>\n\n"
        "R0lGODlhAQABAAAAACwAAAAAAQABAAA=\n",
    },
    start=(
        ("mkdir", "-p", f"{_HARAKA}/queue", f"{_HARAKA}/plugins"),
        ("sh", "-c", f"cp -n {_HARAKA_CODE}/config/* {_HARAKA}/config/"),
        ("sh", "-c", f"{_HARAKA_CODE}/bin/haraka -c {_HARAKA} >/var/log/haraka 2>&1 &"),
        ("sleep", "3"),
    ),
    send=by_smtp,
    # It keeps no mailboxes, refuses unknown local users itself, and knows no other notifications.
    without=frozenset(("alias", "pipe", "local-unknown", "relayed", "delivered")),
)

MTAS = {mta.name: mta for mta in (POSTFIX, EXIM, SENDMAIL, OPENSMTPD, COURIER, DMA, HARAKA)}
