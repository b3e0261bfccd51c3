"""The words of the pure rooms, which know no gettext: collected here for translators."""

from __future__ import annotations

from collections.abc import Iterator

from bounces.parsing.reasons.names import REASONS
from diagnostics.plans import PLANS, STEPS
from diagnostics.scenarios.causes import CAUSES
from lists.bands import BANDS
from lists.how_to_send import Sending, records, snippets, warnings

# Sendings that between them give rise to every warning and record.
_SENDINGS = (
    Sending("b@bounces.example.com", "n@example.com", "bounces.example.com", 1),
    Sending("n@example.com", "n@example.com", "bounces.example.com", 1),
    Sending("b@example.com", "n@example.com", "example.com", 1),
)


def pure_words() -> list[str]:
    """Every sentence that pages translate when they show it, without repeats, in order."""
    return list(dict.fromkeys(text for text in _all() if text))


def _all() -> Iterator[str]:
    for reason in REASONS.values():
        yield from (reason.sentence, reason.advice)
    for band in BANDS.values():
        yield from (band.label, band.action)
    for plan in PLANS.values():
        yield from (plan.title, plan.when)
    yield from STEPS.values()
    for cause in CAUSES:
        yield from (cause.title, cause.step)
    for sending in _SENDINGS:
        yield from (snippet.note for snippet in snippets(sending))
        yield from (record.why for record in records(sending))
        yield from warnings(sending, ["Other"])
