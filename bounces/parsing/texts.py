"""Reports for people: who failed and why, by the format's layout or, without one, in general."""

from __future__ import annotations

import itertools
import re

from bounces.parsing import addresses, hosts, layouts, replies, transcripts
from bounces.parsing.charsets import one_line, to_text
from bounces.parsing.formats import Format
from bounces.parsing.layouts import Layout
from bounces.parsing.notice import Finding, Notice

# For a report of no known format: who may stand where.
_GENERAL = Layout(
    labels=r"(?:final[ -]?|failed |intended |original )?(?:recipients?|address(?:es|ee)?|rcpt)"
    r"(?: address)?(?: to)?|RCPT TO|(?:un)?able to deliver(?: (?:message|mail))? to|"
    r"could not be delivered to|not delivered to|undeliverable to|failed to deliver to|"
    r"delivery to|unknown user|user unknown|no such user|收件人|宛先|destinataire|empfänger|"
    r"destinatario|destinatário|получатель"
)
_MOST_BEFORE_HOST = 1000
_DELIVERED = re.compile(r"successful(?:ly)? (?:delivered|relayed|delivery notification)", re.I)
_FAILED = re.compile(r"error|fail|expired|refused|reject|unknown|full\b|(?<!\d)[45]\d\d[ -]", re.I)
_REPLY = re.compile(r"[ \t]*[45]\d\d[ -][45]\.\d\.\d")
_MOST_OF_REPLY = 20
_NO_MORE = ("Service unavailable", "Service unavailable.")
"""What Sendmail adds to any reply to DATA or MAIL."""
_SAID = re.compile(r"^host \S{1,255}(?: \[\S{1,80}\])? said: ")
_OWN_ROLES = ("postmaster@", "mailer-daemon@", "support@", "abuse@", "noreply@", "no-reply@")


def extract(notice: Notice, form: Format | None, named: list[Finding]) -> list[Finding]:
    """Findings from a report's own words, which `by_layout` has `named`, and whatever else names
    the recipient."""
    found = named
    # Exim begins another field after some.
    failed = addresses.every(to_text(", ".join(notice.headers.all("x-failed-recipients"))))
    if failed:
        by_address = {finding.recipient.lower(): finding for finding in found}
        found = [by_address.get(address.lower()) or Finding(address) for address in failed]
    if not found:
        found = [Finding(address) for address in named_elsewhere(notice)]
        if form is not None and form.transcript:
            exchanges = transcripts.read(notice.lines)
            for finding in found:
                complete(finding, exchanges)
    about_all = ""
    if len(found) == 1 and not replies.reply_code_in(found[0].diagnostic):
        # The reply may stand apart, such as on a line that begins with "SMTP diagnostic".
        found[0].smtp_code = replies.reply_code_in(notice.whole_text)
        if found[0].diagnostic and (apart := _reply_apart(notice.lines)):
            found[0].diagnostic += f" {apart}"
    if len(found) == 1 and not found[0].remote_mta:
        found[0].remote_mta = hosts.named_in(found[0].diagnostic) or hosts.named_in(
            notice.whole_text, _MOST_BEFORE_HOST
        )
    for finding in found:
        if form is not None and form.virtual_domains:
            finding.recipient = addresses.without_virtual_domain(finding.recipient)
        if len(finding.diagnostic) < 8 or not finding.diagnostic.strip(" .:-"):
            about_all = about_all or notice.whole_text
            finding.diagnostic = about_all
        if form is not None and form.local and not finding.command:
            finding.command = "RCPT"
        if len(found) > 1 and not finding.remote_mta:
            finding.remote_mta = hosts.named_in(finding.diagnostic)
        finding.diagnostic = without_host(finding.diagnostic)
    return found


def _reply_apart(lines: list[str]) -> str:
    """The first paragraph that begins with a reply code and a status, on one line."""
    start = next((n for n, line in enumerate(lines) if _REPLY.match(line)), len(lines))
    paragraph = itertools.takewhile(str.strip, lines[start : start + _MOST_OF_REPLY])
    return one_line(" ".join(paragraph))


def by_layout(notice: Notice, form: Format | None) -> list[Finding]:
    """Findings where the format's layout has them, completed from the dialogue that it quotes."""
    found = layouts.read(notice.lines, form.layout) if form is not None else []
    if not found and not (form is not None and form.transcript):
        found = _without_bystanders(layouts.read(notice.lines, _GENERAL), notice)
    if form is not None and form.transcript:
        exchanges = transcripts.read(notice.lines)
        if not found:
            found = [Finding(address) for address in transcripts.addresses_in(exchanges)]
        for finding in found:
            complete(finding, exchanges)
    return found


def without_host(said: str) -> str:
    """What was said, without who said it: `host mx.example.net[192.0.2.25] said: 550 ...`."""
    return _SAID.sub("", said, count=1) if said.startswith("host ") else said


def complete(finding: Finding, exchanges: list[transcripts.Exchange]) -> None:
    """Add to `finding` what an SMTP dialogue says of its recipient."""
    outcome = transcripts.outcome_for(finding.recipient, exchanges)
    finding.command = finding.command or outcome.command
    finding.remote_mta = finding.remote_mta or outcome.host
    own = "" if outcome.reply and outcome.own.endswith(_NO_MORE) else outcome.own
    said = f"{outcome.reply} {own}".strip()
    if not said:
        return
    if finding.diagnostic and finding.action in ("delivered", "relayed"):
        return
    if not layouts.CODED.search(finding.diagnostic):
        finding.diagnostic = outcome.reply or outcome.own
        finding.context = said
    elif outcome.reply.startswith(finding.diagnostic[:40]):
        finding.diagnostic = outcome.reply


def is_success(notice: Notice, found: list[Finding]) -> bool:
    """Whether the report tells of a delivery.

    OpenSMTPD once wrote so above failures (its issue 586), so what it says of each counts too.
    """
    # Plain search finds much faster that there is none.
    if "successful" not in notice.folded:
        return False
    text = notice.whole_text
    return (
        "uccessful" in text
        and bool(_DELIVERED.search(text))
        and not any(_FAILED.search(finding.diagnostic) for finding in found)
    )


def _without_bystanders(found: list[Finding], notice: Notice) -> list[Finding]:
    """Leave out the sender of the report, its reader and whom to ask for help."""
    own = {notice.sender, *(a.lower() for a in addresses.every(notice.headers.get("to")))}
    kept = [
        finding
        for finding in found
        if finding.recipient.lower() not in own
        and not finding.recipient.lower().startswith(_OWN_ROLES)
    ]
    return kept or [f for f in found if f.recipient.lower() != notice.sender][:1]


def named_elsewhere(notice: Notice) -> list[str]:
    """Recipients from the returned message, the subject, the text, or a VERP return path."""
    headers, original = notice.headers, notice.original
    own = {notice.sender, *(a.lower() for a in addresses.every(headers.get("to")))}
    wanted = [a for name in ("x-original-to", "delivered-to", "to", "cc")
              for a in addresses.every(original.get(name), 50)]  # fmt: skip
    text = " ".join(notice.lines)[:20_000]
    named = [a for a in addresses.every_in_text(text, 50) if a.lower() not in own]
    both = [a for a in wanted if a.lower() in {b.lower() for b in named}]
    if both:
        return list(dict.fromkeys(both))
    if found := [a for a in addresses.every(notice.subject) if a.lower() not in own]:
        return found[:1]
    named = [a for a in named if not a.lower().startswith(_OWN_ROLES)]
    mailed = addresses.every(original.get("x-rcpt-to") or original.get("to"))
    # A virus may be named like an address: "Win32.Netsky.P@mm".
    if named and (addresses.is_whole(named[0]) or not mailed):
        return named[:1]
    if mailed:
        return mailed[:1]
    for name in ("to", "delivered-to", "x-original-to"):
        if address := addresses.of_return_path(headers.get(name)):
            return [address]
    return []
