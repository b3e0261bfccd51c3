"""A form field for a secret: it can be set and replaced, and is never shown."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext as _
from unfold.widgets import UnfoldAdminPasswordWidget

from bounces.sources.sealing import seal


class SecretField(forms.CharField):
    """Left empty it keeps what is set. Its form's `save` calls `sealed(new, old)`."""

    def __init__(self, **options) -> None:
        widget = UnfoldAdminPasswordWidget(
            attrs={"autocomplete": "new-password", "spellcheck": "false"}
        )
        super().__init__(**{"required": False, "strip": True, "widget": widget, **options})

    def show_is_set(self, is_set: bool) -> None:
        """Say whether there is one, without saying what it is."""
        if is_set:
            self.widget.attrs["placeholder"] = _("Set. Leave empty to keep it.")


def sealed(typed: str, before: str) -> str:
    """What to store: the sealed form of what was typed, or what was there before."""
    return seal(typed) if typed else before
