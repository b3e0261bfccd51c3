"""Forms that suppress and unsuppress: they check what was typed, and nothing more."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanWidget,
)

from lists.addresses import canonical
from lists.models import MailingList, Suppression
from lists.models.choices import Scope, Stream
from lists.suppressing import SuppressionWish

MAX_ADDRESSES = 1000
_WRONG_SHOWN = 5


class ReasonForm(forms.Form):
    """Asks why: the log keeps it."""

    why = forms.CharField(
        label=_("Why"),
        max_length=500,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        error_messages={"required": _("Say why: the log keeps it.")},
    )


class UnsuppressForm(ReasonForm):
    """Asks for more than a reason where a person complained."""

    complaint_confirmed = forms.BooleanField(
        label=_("This person asked to be mailed again after reporting us as spam."),
        widget=UnfoldBooleanWidget,
        error_messages={"required": _("Tick this, or leave the complaint in force.")},
    )

    def __init__(self, *args, suppressions: Sequence[Suppression], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not any(row.cause == Suppression.Cause.COMPLAINT for row in suppressions):
            del self.fields["complaint_confirmed"]
        self.fields["why"].help_text = _(
            "Such as: the person wrote from this address on Monday; the mailbox was repaired."
        )


class SuppressForm(ReasonForm):
    """Addresses to keep from mail, by hand."""

    addresses = forms.CharField(
        label=_("Addresses"),
        help_text=_("One on each line, a thousand at most."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5, "spellcheck": "false"}),
    )
    scope = forms.ChoiceField(label=_("Keep from"), choices=Scope, widget=UnfoldAdminSelectWidget)
    stream = forms.ChoiceField(
        label=_("Stream"),
        choices=[("", "—"), *Stream.choices],
        required=False,
        help_text=_("Only where it reaches one stream."),
        widget=UnfoldAdminSelectWidget,
    )
    mailing_list = forms.ModelChoiceField(
        label=_("List"),
        queryset=MailingList.objects.all(),
        required=False,
        help_text=_("Only where it reaches one list."),
        widget=UnfoldAdminSelectWidget,
    )
    field_order = ["addresses", "scope", "stream", "mailing_list", "why"]

    def clean_addresses(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["addresses"].splitlines()]
        lines = [line for line in lines if line]
        if len(lines) > MAX_ADDRESSES:
            raise ValidationError(_("A thousand at most; import the rest as a file."))
        found = {line: canonical(line, settings.FOLD_LOCAL_PART) for line in lines}
        wrong = [line for line, address in found.items() if not address]
        if wrong:
            raise ValidationError(
                _("No address: %(lines)s"), params={"lines": ", ".join(wrong[:_WRONG_SHOWN])}
            )
        return sorted(set(found.values()))

    def clean(self) -> dict[str, object]:
        data = super().clean()
        if data.get("scope") == Scope.STREAM and not data.get("stream"):
            self.add_error("stream", _("Choose the stream."))
        if data.get("scope") == Scope.LIST and not data.get("mailing_list"):
            self.add_error("mailing_list", _("Choose the list."))
        return data

    def wishes(self) -> list[SuppressionWish]:
        """What was asked for; call it on a valid form."""
        data = self.cleaned_data
        scope = data["scope"]
        return [
            SuppressionWish(
                address=address,
                cause=Suppression.Cause.MANUAL,
                why=data["why"],
                scope=scope,
                stream=data["stream"] if scope == Scope.STREAM else "",
                list_id=data["mailing_list"].pk if scope == Scope.LIST else None,
            )
            for address in data["addresses"]
        ]
