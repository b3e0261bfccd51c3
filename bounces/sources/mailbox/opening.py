"""From a `Mailbox` row to an open session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from bounces.models import Mailbox
from bounces.sources.mailbox import oauth
from bounces.sources.mailbox.errors import MailboxError
from bounces.sources.mailbox.imap import ImapSession
from bounces.sources.mailbox.maildir import MaildirSession
from bounces.sources.mailbox.pop3 import Pop3Session
from bounces.sources.mailbox.session import Account, Session
from bounces.sources.sealing import UnsealableError, seal, unseal

_SESSIONS = {"imap": ImapSession, "pop3": Pop3Session, "maildir": MaildirSession}
# IANA's ports (RFC 8314 3).
USUAL_PORTS = {
    ("imap", "tls"): 993,
    ("imap", "starttls"): 143,
    ("imap", "none"): 143,
    ("pop3", "tls"): 995,
    ("pop3", "starttls"): 110,
    ("pop3", "none"): 110,
}


@contextmanager
def opened(mailbox: Mailbox) -> Iterator[Session]:
    """A session that is closed afterwards. Raises MailboxError."""
    session = open_session(mailbox)
    try:
        yield session
    finally:
        session.close()


def open_session(mailbox: Mailbox) -> Session:
    """Connect, log in, select the folder. Raises MailboxError."""
    if mailbox.protocol == Mailbox.Protocol.MAILDIR and not is_allowed(mailbox.folder):
        raise MailboxError(
            "settings",
            _("%(path)s is below none of MAILDIR_ROOTS, so it is not read.")
            % {"path": mailbox.folder},
        )
    return _SESSIONS[mailbox.protocol](account_of(mailbox))


def account_of(mailbox: Mailbox) -> Account:
    """The account with its secrets unsealed, and with an access token where it logs in by one."""
    password = access_token = ""
    if mailbox.protocol != Mailbox.Protocol.MAILDIR:
        try:
            if mailbox.login == Mailbox.Login.PASSWORD:
                password = unseal(mailbox.password)
            else:
                access_token = _access_token(mailbox)
        except UnsealableError as error:
            raise MailboxError("secret", str(error)) from error
    return Account(
        protocol=mailbox.protocol,
        host=mailbox.host,
        port=port_of(mailbox),
        tls=mailbox.tls,
        ca_certificate=mailbox.ca_certificate,
        username=mailbox.username,
        password=password,
        access_token=access_token,
        folder=mailbox.folder or "INBOX",
        afterwards=mailbox.afterwards,
        move_to=mailbox.move_to,
    )


def port_of(mailbox: Mailbox) -> int:
    """The port that was set, else the usual one; 0 where there is none."""
    return mailbox.port or USUAL_PORTS.get((mailbox.protocol, mailbox.tls), 0)


def is_allowed(path: str) -> bool:
    """Whether a Maildir may be read: whoever runs this machine says below which folders."""
    if not Path(path).is_absolute():
        return False
    real = Path(path).resolve()
    return any(real.is_relative_to(Path(root).resolve()) for root in settings.MAILDIR_ROOTS)


def _access_token(mailbox: Mailbox) -> str:
    tokens = oauth.refresh(
        oauth.Grant(
            provider=mailbox.login,
            protocol=mailbox.protocol,
            client_id=mailbox.client_id,
            client_secret=unseal(mailbox.client_secret),
            refresh_token=unseal(mailbox.refresh_token),
            tenant=mailbox.tenant,
        )
    )
    if tokens.refresh_token:
        # Microsoft replaces it at each use; the old one ends some day.
        mailbox.refresh_token = seal(tokens.refresh_token)
        Mailbox.objects.filter(pk=mailbox.pk).update(refresh_token=mailbox.refresh_token)
    return tokens.access_token
