"""The form of a policy, with the points of soft bounces as a table of numbers."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from lists.models.policy import MOST_POINTS
from lists.policy import SOFT_POINTS


class PointsTable(forms.Widget):
    """A number for each reason of a soft bounce."""

    template_name = "bounceadmin/parts/points.html"

    def value_from_datadict(self, data, files, name: str) -> dict[str, str]:
        return {
            reason: data[f"{name}_{reason}"].strip()
            for reason in SOFT_POINTS
            if f"{name}_{reason}" in data
        }

    def value_omitted_from_data(self, data, files, name: str) -> bool:
        return not self.value_from_datadict(data, files, name)

    def render(self, name, value, attrs=None, renderer=None) -> SafeString:
        value = value or {}
        rows = [
            (reason, f"{name}_{reason}", value.get(reason, points))
            for reason, points in SOFT_POINTS.items()
        ]
        return render_to_string(self.template_name, {"rows": rows, "most": MOST_POINTS})

    def id_for_label(self, id_: str) -> str:
        return ""


class PointsField(forms.Field):
    """Reason -> points. What was not sent keeps its default."""

    widget = PointsTable

    def to_python(self, value) -> dict[str, float]:
        return {**SOFT_POINTS, **{reason: self._number(text) for reason, text in value.items()}}

    def has_changed(self, initial, data) -> bool:
        try:
            return {**SOFT_POINTS, **(initial or {})} != self.to_python(data)
        except ValidationError:
            return True

    def _number(self, text: str) -> float:
        try:
            number = float(str(text).replace(",", "."))
        except ValueError:
            number = -1
        if not 0 <= number <= MOST_POINTS:
            raise ValidationError(
                _("“%(text)s” is no number from 0 to 100."), params={"text": text[:20]}
            )
        return number


class PolicyForm(forms.ModelForm):
    """The rules of a stream or a list."""

    soft_points = PointsField(
        label=_("Points"),
        required=False,
        help_text=_("0 leaves a reason out of the score."),
    )
