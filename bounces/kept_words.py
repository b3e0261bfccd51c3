"""English that is kept with messages, shown in the reader's language; see `lists.kept_words`."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from lists import kept_words

CUT = gettext_noop("Cut to %(kept)s of %(size)s bytes.")
SET_ASIDE = gettext_noop("Set aside: its worker died %(n)s times while at it.")
TEXT_GONE = gettext_noop("Its raw text was deleted before it was processed.")
WEBHOOK_GONE = gettext_noop("Its webhook was deleted before it was processed.")
EVENTS_NOT_READ = gettext_noop(
    "%(bad)s of %(all)s events could not be read: %(told)s. The others were taken."
)
TOPIC_ASKED = gettext_noop("Amazon asks to confirm the topic %(topic)s.")
TOPIC_ENDED = gettext_noop("Amazon has ended the subscription of %(topic)s.")
ROUND_TRIP = gettext_noop("The bounce of a round trip of %(domain)s: it counts nowhere.")
DMARC_READ = gettext_noop(
    "A DMARC report about %(domain)s: %(passed)s of %(total)s messages passed."
)
DMARC_OF_OTHERS = gettext_noop(
    "A DMARC report about %(domain)s, which no list here uses: not kept."
)
DMARC_UNREADABLE = gettext_noop("It looks like a DMARC report but cannot be read: %(error)s.")

STORAGE_UNSET = gettext_noop("The text is in object storage, and RAW_BUCKET is not set any more.")
STORAGE_LACKS = gettext_noop("There is no such object in object storage: %(name)s")
STORAGE_DAMAGED = gettext_noop("The object %(name)s is damaged: %(error)s")
STORAGE_AWAY = gettext_noop("Object storage does not answer as it should: %(error)s")
TEMPLATES = (
    CUT,
    SET_ASIDE,
    TEXT_GONE,
    STORAGE_UNSET,
    STORAGE_LACKS,
    STORAGE_DAMAGED,
    STORAGE_AWAY,
    WEBHOOK_GONE,
    EVENTS_NOT_READ,
    TOPIC_ASKED,
    TOPIC_ENDED,
    ROUND_TRIP,
    DMARC_READ,
    DMARC_OF_OTHERS,
    DMARC_UNREADABLE,
    *kept_words.TEMPLATES,
)


class SaidError(ValueError):
    """What keeps a message from being understood, in one of the sentences above."""


def shown(text: str) -> str:
    """Kept English `text` in the reader's language, where it is of those above."""
    return kept_words.shown(text, TEMPLATES)
