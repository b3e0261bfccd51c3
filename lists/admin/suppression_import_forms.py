"""Forms for handing in a file of suppressions, and for saying how it is to be read."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from lists.admin.suppression_forms import ReachForm
from lists.importing.formats import COLUMNS, FIELDS, candidates
from lists.importing.shapes import Shape
from lists.models import SuppressionImport

_LABELS = {
    "address": _("Column with the address"),
    "cause": _("Column with the cause"),
    "since": _("Column with its date"),
    "until": _("Column with its end"),
    "note": _("Column with a note"),
}


class UploadForm(ReachForm):
    """A file, and how far its suppressions reach."""

    file = forms.FileField(
        label=_("File"),
        widget=UnfoldAdminFileFieldWidget,
        error_messages={"required": _("Choose a file.")},
        help_text=_(
            "Our own CSV, or an export of Amazon SES, SendGrid, Mailgun, Postmark, listmonk, "
            "phpList or Mailman; or any CSV with a column of addresses. Nothing is changed before "
            "you have seen what is in it."
        ),
    )
    field_order = ["file", "scope", "stream", "mailing_list"]


class ReadingForm(ReachForm):
    """How a file that was handed in is to be read."""

    format = forms.ChoiceField(label=_("Format"), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args, job: SuppressionImport, **kwargs) -> None:
        shape = Shape.from_json(job.shape)
        kwargs["initial"] = {
            "format": job.format,
            "scope": job.scope,
            "stream": job.stream,
            "mailing_list": job.mailing_list_id,
            **job.mapping,
        }
        super().__init__(*args, **kwargs)
        found = {fmt.name: fmt.title for fmt in candidates(shape)}
        self.fields["format"].choices = [
            *found.items(),
            (COLUMNS, _("Other: I say which column is which")),
        ]
        columns = [("", "—"), *zip(shape.columns, shape.titles, strict=True)]
        self.mapped = [] if shape.kind in ("lines", "mailman") else list(FIELDS)
        for name in self.mapped:
            self.fields[name] = forms.ChoiceField(
                label=_LABELS[name],
                choices=columns,
                required=False,
                widget=UnfoldAdminSelectWidget,
            )

    def mapping_fields(self) -> list[forms.BoundField]:
        """The fields that say which column is which."""
        return [self[name] for name in self.mapped]

    def other_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("format", "scope", "stream", "mailing_list")]

    def clean(self) -> dict[str, object]:
        data = super().clean()
        if data.get("format") == COLUMNS and not data.get("address"):
            name = "address" if "address" in self.mapped else "format"
            self.add_error(name, ValidationError(_("Say which column has the addresses.")))
        return data

    def reads_as(self, job: SuppressionImport) -> bool:
        """Whether the file would be read as `job` has it; call it on a valid form."""
        wanted = self.cleaned_data["format"]
        return wanted == job.format and (wanted != COLUMNS or self._mapping() == job.mapping)

    def save(self, job: SuppressionImport) -> None:
        """Keep what was said; call it on a valid form."""
        for name, value in self.reach().items():
            setattr(job, name, value)
        job.format = self.cleaned_data["format"]
        job.mapping = self._mapping()
        job.save(update_fields=["scope", "stream", "mailing_list", "format", "mapping"])

    def _mapping(self) -> dict[str, str]:
        return {name: column for name in self.mapped if (column := self.cleaned_data[name])}
