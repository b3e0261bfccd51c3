"""The message that is sent to nobody, and the same as a command line."""

from __future__ import annotations

import secrets
import shlex
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

from django.conf import settings

from lists import verp
from lists.models import Campaign
from lists.return_paths import signing_keys

# 60 bits that nobody guesses: whoever names such an address in a bounce has seen the probe.
_TOKEN_BYTES = 8


@dataclass(frozen=True, slots=True)
class Letter:
    """Who a probe goes to, and from whom."""

    recipient: str
    return_path: str
    """The signed bounce address: what comes back to it is known to be ours."""
    message_id: str


def new_letter(campaign: Campaign) -> Letter:
    """A letter of `campaign` to an address that cannot exist.

    Raises `ValueError` where `PROBE_RECIPIENT_DOMAIN` is too long for a signed bounce address.
    """
    token = secrets.token_hex(_TOKEN_BYTES)[:12]
    recipient = f"probe-{token}@{settings.PROBE_RECIPIENT_DOMAIN}"
    domain = campaign.mailing_list.bounce_domain
    path = verp.make_signed(recipient, domain, campaign.pk, signing_keys())
    return Letter(recipient, path, f"probe-{secrets.token_hex(12)}@{domain}")


def compose(letter: Letter, header_from: str, at: datetime) -> EmailMessage:
    """The message itself."""
    message = EmailMessage()
    message["From"] = header_from
    message["To"] = letter.recipient
    message["Subject"] = "Round-trip test: this message is meant to bounce"
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{letter.message_id}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        "bounceadmin sent this to an address that does not exist, to see whether its bounce\n"
        "comes back. Nobody needs to do anything.\n"
    )
    return message


def swaks_line(letter: Letter, header_from: str) -> str:
    """The same probe as a command to paste; it holds no password."""
    parts = [
        "swaks",
        "--server", settings.PROBE_RELAY_HOST or "RELAY",
        "--port", str(settings.PROBE_RELAY_PORT),
        "--from", letter.return_path,
        "--to", letter.recipient,
        "--h-From", header_from,
        # In swaks's own spelling, so that it replaces its own.
        "--header", f"Message-Id: <{letter.message_id}>",
        "--header", "Subject: Round-trip test: this message is meant to bounce",
    ]  # fmt: skip
    if settings.PROBE_RELAY_TLS == "tls":
        parts.append("--tls-on-connect")
    elif settings.PROBE_RELAY_TLS == "starttls":
        parts.append("--tls")
    if settings.PROBE_RELAY_USER:
        # swaks asks for the password.
        parts += ["--auth", "--auth-user", settings.PROBE_RELAY_USER]
    return shlex.join(parts)
