"""Reasons as people read them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bounces.parsing.reasons.names import REASONS


def reason_sentence(name: str) -> str:
    """`The mailbox does not exist.` for `userunknown`; the name itself where it is unknown."""
    return _(REASONS[name].sentence) if name in REASONS else name
