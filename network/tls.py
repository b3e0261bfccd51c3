"""How certificates of others are checked: as mail servers do, by any version of Python."""

from __future__ import annotations

import ssl


def client_context(authorities: str | None = None) -> ssl.SSLContext:
    """A context that checks certificate and name; by `authorities` alone (PEM), where given.

    Since Python 3.13 the standard library's own also asks for all that RFC 5280 wants to be in a
    certificate. Mail servers do not, and an authority of one's own rarely has it: what they trust
    would be called untrusted. It also takes an authority that another one has signed for the end
    of the chain, and so does this.
    """
    context = ssl.create_default_context(cadata=authorities)
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
