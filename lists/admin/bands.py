"""When lists and campaigns went from one band to another: to be read, newest first."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from lists.admin.suppression import ReadOnlyAdmin
from lists.counted import Counts
from lists.models import BandChange
from lists.words import band_pill, rate_text


@admin.register(BandChange)
class BandChangeAdmin(ReadOnlyAdmin):
    list_display = ["at", "mailing_list", "campaign", "from_band", "to_band", "rate"]
    list_filter = [("mailing_list", AutocompleteSelectFilter), ("after", ChoicesDropdownFilter)]
    list_filter_submit = True
    list_select_related = ["mailing_list", "campaign"]
    ordering = ["-at", "-id"]
    search_fields = ()
    search_help_text = None
    fields = ["at", "mailing_list", "campaign", "from_band", "to_band", "rate", "sent", "bounced"]
    readonly_fields = ["from_band", "to_band", "rate"]

    def get_search_results(self, request: HttpRequest, queryset, search_term: str):
        return queryset, False

    @admin.display(description=_("before"))
    def from_band(self, row: BandChange) -> str:
        return band_pill(row.before)

    @admin.display(description=_("after"))
    def to_band(self, row: BandChange) -> str:
        return band_pill(row.after)

    @admin.display(description=_("bounce rate"))
    def rate(self, row: BandChange) -> str:
        # Only their sum matters for the rate.
        return rate_text(Counts(sent=row.sent, hard=row.bounced))
