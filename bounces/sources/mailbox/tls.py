"""The TLS that mailboxes are reached by."""

from __future__ import annotations

import ssl

from django.utils.translation import gettext as _

from bounces.sources.mailbox.errors import MailboxError
from bounces.sources.mailbox.session import Account
from network.tls import client_context


def context_for(account: Account) -> ssl.SSLContext:
    """Checks certificate and name; trusts the account's own authority too."""
    context = client_context()
    if account.ca_certificate:
        try:
            context.load_verify_locations(cadata=account.ca_certificate)
        except (ssl.SSLError, ValueError) as error:
            raise MailboxError(
                "certificate",
                _("The certificate authority that was entered is no certificate in PEM."),
            ) from error
    return context
