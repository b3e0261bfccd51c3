"""*Test connection*: go as far as a run would, and say where it ends."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.utils.translation import ngettext

from bounces.models import Mailbox
from bounces.sources.mailbox.errors import MailboxError
from bounces.sources.mailbox.opening import opened

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trial:
    """How it went, in a sentence."""

    works: bool
    sentence: str
    kind: str = ""
    """That of the `MailboxError`."""


def try_out(mailbox: Mailbox) -> Trial:
    """Connect, log in, open the folder, count; reads and changes no message."""
    try:
        with opened(mailbox) as session:
            number = session.count()
    except MailboxError as error:
        return Trial(False, str(error), error.kind)
    except Exception as error:
        log.exception("Mailbox %s could not be tried", mailbox.pk)
        return Trial(False, f"{type(error).__name__}: {error}", "unknown")
    said = ngettext(
        "It works: connected, logged in, and the folder holds %(n)d message.",
        "It works: connected, logged in, and the folder holds %(n)d messages.",
        number,
    )
    return Trial(True, said % {"n": number})
