"""What can go wrong with a mailbox, each with a sentence that says what to do."""

from __future__ import annotations

import imaplib
import poplib
import socket
import ssl

from django.utils.translation import gettext as _

from bounces.sources.mailbox.session import Account

# As much of a server's own words as is quoted.
_MOST_QUOTED = 200


class MailboxError(Exception):
    """The mailbox cannot be read; the text is a sentence for an admin.

    `kind` is one of `name refused unreachable timeout certificate tls login oauth secret folder
    settings lost protocol`.
    """

    def __init__(self, kind: str, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class ConnectionLost(MailboxError):
    """The connection broke while something was read: another one may do better."""

    def __init__(self, account: Account) -> None:
        super().__init__(
            "lost", _("%(host)s closed the connection. It is tried again.") % {"host": account.host}
        )


def quoted(error: object) -> str:
    """What a server said, on one line and not too long."""
    text = error.decode("utf-8", "replace") if isinstance(error, bytes) else str(error)
    if text.startswith(("b'", 'b"')):
        text = text[2:-1]
    return " ".join(text.split())[:_MOST_QUOTED].rstrip(".")


def of_connecting(error: Exception, account: Account) -> MailboxError:
    """What an exception while connecting means."""
    place = {"host": account.host, "port": account.port}
    if isinstance(error, socket.gaierror):
        return MailboxError(
            "name",
            _("The name %(host)s was not found. Look for a typing error in the server's name.")
            % place,
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return MailboxError(
            "certificate",
            _(
                "The certificate of %(host)s is not trusted: %(why)s. Check the server's name; if "
                "the certificate is of your own making, enter its authority."
            )
            % {**place, "why": error.verify_message or quoted(error)},
        )
    if isinstance(error, ssl.SSLError):
        return MailboxError(
            "tls",
            _(
                "%(host)s does not speak TLS from the start on port %(port)s (%(why)s). Choose "
                "STARTTLS, or the port for TLS."
            )
            % {**place, "why": quoted(error.reason or error)},
        )
    if isinstance(error, ConnectionRefusedError):
        return MailboxError(
            "refused",
            _(
                "%(host)s refuses connections on port %(port)s: nothing listens there. Check the "
                "port and that the service runs."
            )
            % place,
        )
    if isinstance(error, TimeoutError):
        return MailboxError(
            "timeout",
            _(
                "%(host)s did not answer on port %(port)s in time. A firewall may be in the way, "
                "or the port speaks TLS from the start."
            )
            % place,
        )
    if isinstance(error, imaplib.IMAP4.error | poplib.error_proto):
        return MailboxError(
            "protocol",
            _("%(host)s does not greet as a mailbox server on port %(port)s: %(why)s")
            % {**place, "why": quoted(error)},
        )
    return MailboxError(
        "unreachable",
        _("%(host)s cannot be reached on port %(port)s: %(why)s.")
        % {**place, "why": quoted(getattr(error, "strerror", None) or error)},
    )


def of_starttls(error: Exception, account: Account) -> MailboxError:
    """What an exception while switching to TLS means."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return of_connecting(error, account)
    return MailboxError(
        "tls",
        _("%(host)s does not offer STARTTLS on port %(port)s (%(why)s). Choose another encryption.")
        % {"host": account.host, "port": account.port, "why": quoted(error)},
    )


def of_login(error: Exception, account: Account) -> MailboxError:
    """What a refused login means."""
    if account.access_token:
        sentence = _(
            "%(host)s refused the access token of %(user)s: %(why)s. Check that the token was "
            "given for this user and that IMAP or POP is switched on for the mailbox."
        )
    else:
        sentence = _(
            "%(host)s refused the login of %(user)s: %(why)s. Check user and password; some "
            "providers want an app password."
        )
    names = {"host": account.host, "user": account.username, "why": quoted(error)}
    return MailboxError("login", sentence % names)


def of_folder(folder: str, error: object) -> MailboxError:
    """What it means that a folder cannot be used."""
    return MailboxError(
        "folder",
        _("The folder %(folder)s cannot be opened: %(why)s. Check its name; it is case-sensitive.")
        % {"folder": folder, "why": quoted(error)},
    )
