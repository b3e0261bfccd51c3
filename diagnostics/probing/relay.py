"""Handing a message to the relay of the settings."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

from django.conf import settings

from diagnostics.checks.sentences import Sentence, say
from network.tls import client_context

_SECONDS = 20.0


class RelayError(Exception):
    """The relay did not take it; the sentence says why. `is_passing` may work a little later."""

    def __init__(self, why: Sentence, *, is_passing: bool) -> None:
        super().__init__(why)
        self.why = why
        self.is_passing = is_passing


def is_configured() -> bool:
    """Whether there is a relay to send probes with."""
    return bool(settings.PROBE_RELAY_HOST)


def hand_over(message: EmailMessage, envelope_sender: str, recipient: str) -> str:
    """Give `message` to the relay and return what it said last. Raises `RelayError`."""
    try:
        with _connected() as relay:
            _secure(relay)
            return _send(relay, message, envelope_sender, recipient)
    except RelayError:
        raise
    except smtplib.SMTPResponseException as error:
        text = error.smtp_error
        words = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
        raise RelayError(
            say("The relay refused: {code} {words}", code=error.smtp_code, words=words),
            is_passing=400 <= error.smtp_code < 500,
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        raise RelayError(
            say("The relay was not reached: {error}", error=str(error)), is_passing=True
        ) from error


def _connected() -> smtplib.SMTP:
    host, port = settings.PROBE_RELAY_HOST, settings.PROBE_RELAY_PORT
    if settings.PROBE_RELAY_TLS == "tls":
        context = client_context()
        return smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=context)
    return smtplib.SMTP(host, port, timeout=_SECONDS)


def _secure(relay: smtplib.SMTP) -> None:
    relay.ehlo_or_helo_if_needed()
    if settings.PROBE_RELAY_TLS == "starttls":
        if not relay.has_extn("starttls"):
            raise RelayError(say("The relay offers no STARTTLS."), is_passing=False)
        relay.starttls(context=client_context())
        relay.ehlo()
    if settings.PROBE_RELAY_USER:
        if settings.PROBE_RELAY_TLS == "none":
            raise RelayError(
                say("A password is not sent unencrypted: set PROBE_RELAY_TLS."), is_passing=False
            )
        relay.login(settings.PROBE_RELAY_USER, settings.PROBE_RELAY_PASSWORD)


def _send(relay: smtplib.SMTP, message: EmailMessage, envelope_sender: str, recipient: str) -> str:
    code, said = relay.mail(envelope_sender)
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, said, envelope_sender)
    code, said = relay.rcpt(recipient)
    if code not in (250, 251):
        words = said.decode(errors="replace")
        raise RelayError(
            say(
                "The relay refused the recipient at once, so no bounce will come: {code} {words}."
                " Set PROBE_RECIPIENT_DOMAIN to a domain that it takes and whose own host refuses"
                " unknown addresses.",
                code=code,
                words=words,
            ),
            is_passing=400 <= code < 500,
        )
    code, said = relay.data(message.as_bytes())
    if code != 250:
        raise smtplib.SMTPDataError(code, said)
    return f"{code} {said.decode(errors='replace')}"
