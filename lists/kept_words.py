"""English that is kept in the database or said by a pure room, shown in the reader's language.

What a worker or a file brings about is kept as English text, made from one of the templates here
or taken from a sentence here as it is; `shown` finds the template again and translates that. Text
that is of neither, such as what a stranger's server said, is shown as it is. A reason is kept by
name and shown as its sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from django.utils.translation import gettext, gettext_noop

from lists import reason_words, sending_facts
from lists.outgoing import posting

WORKER_DIED = gettext_noop("Its worker died %(n)s times while at it.")

HARD_BOUNCE = gettext_noop("Hard bounce: %(reason)s.")
HARD_BOUNCE_NUMBER = gettext_noop("Hard bounce number %(n)s.")
SOFT_BOUNCES = gettext_noop("Repeated soft bounces, last: %(reason)s.")
COMPLAINED = gettext_noop("The person reported a message as spam.")

# Said by the pure rooms that read files.
_OF_FILES = (
    gettext_noop("This is no address."),
    gettext_noop("There is no address."),
    gettext_noop("The end is no date."),
    gettext_noop("It ended already."),
    gettext_noop("There is no such stream or list here."),
    gettext_noop("A quotation mark is not closed."),
    gettext_noop("The JSON breaks off or is damaged here."),
    gettext_noop("This is no JSON object."),
    gettext_noop("This is no UTF-8 text. Save the file as CSV in UTF-8."),
    gettext_noop("The file is empty."),
    gettext_noop("The first line names no columns."),
    gettext_noop("There is no list of objects in this JSON."),
    gettext_noop("The file is larger than %(n)s MiB."),
)

BELOW_ZERO = gettext_noop(
    "%(day)s at %(domain)s: %(reported)s are reported as %(tally)s, so %(change)s cannot be taken "
    "back."
)
BELOW_ZERO_ANYWHERE = gettext_noop(
    "%(day)s, unknown domain: %(reported)s are reported as %(tally)s, so %(change)s cannot be "
    "taken back."
)
LONG_AGO = gettext_noop(
    "%(day)s: what was reported by domain is kept since %(since)s. Numbers of earlier days can be "
    "added, but not replaced or taken back."
)
NO_CAMPAIGN = gettext_noop("There is no such campaign: give its number or bounce address.")
NO_DAY = gettext_noop("The day must be written as 2026-11-20, and not be to come.")
NO_SUCH_DOMAIN = gettext_noop("This is no domain, such as example.net.")
NO_NUMBER = gettext_noop("How many must be a whole number.")

TEMPLATES = (
    WORKER_DIED,
    BELOW_ZERO,
    BELOW_ZERO_ANYWHERE,
    LONG_AGO,
    NO_CAMPAIGN,
    NO_DAY,
    NO_SUCH_DOMAIN,
    NO_NUMBER,
    posting.NOT_TRUSTED,
    posting.HOST_UNKNOWN,
    posting.NO_ANSWER,
    posting.REDIRECTED,
    posting.NO_SOUND_ANSWER,
    HARD_BOUNCE_NUMBER,
    HARD_BOUNCE,
    SOFT_BOUNCES,
    COMPLAINED,
    *_OF_FILES,
    # Last, for they begin with anything.
    sending_facts.TOO_MANY,
    sending_facts.NO_IP,
    sending_facts.NO_DOMAIN,
    sending_facts.NO_SELECTOR,
    posting.NO_ADDRESS,
)

_PLACE = re.compile(r"%\((\w+)\)s")


def shown(text: str, templates: Iterable[str] = TEMPLATES) -> str:
    """Kept English `text` in the reader's language, where it was made from one of `templates`."""
    for template in templates:
        if found := _pattern(template).fullmatch(text):
            values = found.groupdict()
            if "reason" in values:
                values["reason"] = reason_words.clause(values["reason"])
            try:
                return str(gettext(template) % values)
            except (KeyError, ValueError, TypeError):  # a translation that does not fit
                return text
    return text


@lru_cache(maxsize=256)
def _pattern(template: str) -> re.Pattern[str]:
    pieces = _PLACE.split(template)
    texts, names = pieces[::2], pieces[1::2]
    pattern = re.escape(texts[0])
    for name, text in zip(names, texts[1:], strict=True):
        pattern += f"(?P<{name}>.+){re.escape(text)}"
    return re.compile(pattern, re.DOTALL)
