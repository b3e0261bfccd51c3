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
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from lists.addresses import canonical
from lists.models import MailingList, Suppression
from lists.models.choices import Scope, Stream
from lists.suppressing import SuppressionWish
from lists.unsuppress_risk import question_for, to_type

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
    """Asks for more than a reason, the more the lifting risks."""

    confirmed = forms.BooleanField(widget=UnfoldBooleanWidget)
    typed = forms.CharField(
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"})
    )

    def __init__(self, *args, suppressions: Sequence[Suppression], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        addresses = [row.address for row in suppressions]
        self.question = question_for([row.cause for row in suppressions])
        self._to_type = to_type(addresses, self.question.risk)
        self.fields["why"].help_text = _(
            "Such as: the person wrote from this address on Monday; the mailbox was repaired."
        )
        confirmed, typed = self.fields["confirmed"], self.fields["typed"]
        confirmed.label = self.question.confirm
        confirmed.error_messages["required"] = self.question.refused
        if not self.question.confirm:
            del self.fields["confirmed"]
        if not self._to_type:
            del self.fields["typed"]
        elif self._to_type.isdecimal():
            typed.label = _("How many are they?")
        else:
            typed.label = _("Write the address")
        typed.error_messages["required"] = _("Write it, to show that you mean it.")

    def clean_typed(self) -> str:
        typed = self.cleaned_data["typed"].strip()
        if typed.casefold() != self._to_type.casefold():
            raise ValidationError(_("It is %(right)s."), params={"right": self._to_type})
        return typed


class ReachForm(forms.Form):
    """How far something reaches: everything, a stream, or a list."""

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

    def clean(self) -> dict[str, object]:
        data = super().clean()
        if data.get("scope") == Scope.STREAM and not data.get("stream"):
            self.add_error("stream", _("Choose the stream."))
        if data.get("scope") == Scope.LIST and not data.get("mailing_list"):
            self.add_error("mailing_list", _("Choose the list."))
        return data

    def reach(self) -> dict[str, object]:
        """The fields `scope`, `stream` and `mailing_list` of a row; call it on a valid form."""
        data = self.cleaned_data
        scope = data["scope"]
        return {
            "scope": scope,
            "stream": data["stream"] if scope == Scope.STREAM else "",
            "mailing_list": data["mailing_list"] if scope == Scope.LIST else None,
        }


class SuppressForm(ReachForm, ReasonForm):
    """Addresses to keep from mail, by hand."""

    addresses = forms.CharField(
        label=_("Addresses"),
        help_text=_("One on each line, a thousand at most."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5, "spellcheck": "false"}),
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

    def wishes(self) -> list[SuppressionWish]:
        """What was asked for; call it on a valid form."""
        reach = self.reach()
        mailing_list = reach["mailing_list"]
        return [
            SuppressionWish(
                address=address,
                cause=Suppression.Cause.MANUAL,
                why=self.cleaned_data["why"],
                scope=reach["scope"],
                stream=reach["stream"],
                list_id=mailing_list.pk if mailing_list else None,
            )
            for address in self.cleaned_data["addresses"]
        ]
