"""Reports of sends: what was reported by whom, and a file handed in."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanWidget,
)

from lists import sending_csv
from lists.admin.pages import RowPage
from lists.admin.suppression import ReadOnlyAdmin
from lists.importing.shapes import UnreadableFileError
from lists.models import Campaign, SendReport
from lists.sending import BelowZeroError

# A request takes seconds with so many; the command takes any number.
MOST_ROWS = 50_000


class SendsFileForm(forms.Form):
    """A file, and how it is to be counted."""

    file = forms.FileField(
        label=_("CSV file"),
        widget=UnfoldAdminFileFieldWidget,
        error_messages={"required": _("Choose a file.")},
        help_text=_(
            "With the columns campaign (its number or bounce address), day (2026-11-20, UTC), "
            "domain, sent, delivered. Domain and delivered may be left out."
        ),
    )
    campaign = forms.IntegerField(
        label=_("Campaign"),
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("For a file that names none: the campaign's number, as its address has it."),
    )
    mode = forms.ChoiceField(
        label=_("The numbers"),
        choices=[
            ("add", _("are added to what was reported before")),
            ("replace", _("replace what was reported for the same campaign, day and domain")),
        ],
        widget=UnfoldAdminSelectWidget,
    )
    again = forms.BooleanField(
        label=_("Count it although the same file was counted before"),
        required=False,
        widget=UnfoldBooleanWidget,
    )

    def clean_campaign(self) -> Campaign | None:
        number = self.cleaned_data["campaign"]
        found = Campaign.objects.filter(pk=number).first() if number else None
        if number and found is None:
            raise forms.ValidationError(_("There is no campaign with this number."))
        return found

    def options(self, actor: str) -> sending_csv.Options:
        """How to take the file; call it on a valid form."""
        data = self.cleaned_data
        return sending_csv.Options(
            actor, data["campaign"], data["mode"] == "replace", data["again"], MOST_ROWS
        )


@admin.register(SendReport)
class SendReportAdmin(RowPage, ReadOnlyAdmin):
    page_template = "bounceadmin/sends.html"
    list_display = ["created_at", "source", "actor", "campaign", "sent", "delivered", "refused"]
    list_filter = [("source", ChoicesDropdownFilter)]
    list_select_related = ["campaign"]
    search_help_text = None
    ordering = ["-created_at", "-id"]
    actions_list = ["hand_in"]

    def _number(self, row: SendReport, name: str) -> str:
        number = row.outcome.get(name)
        return "–" if number is None else f"{number:+,}"

    @admin.display(description=_("sent"))
    def sent(self, row: SendReport) -> str:
        return self._number(row, "sent")

    @admin.display(description=_("delivered"))
    def delivered(self, row: SendReport) -> str:
        return self._number(row, "delivered")

    @admin.display(description=_("refused rows"))
    def refused(self, row: SendReport) -> str:
        number = row.outcome.get("refused")
        return "–" if number is None else f"{number:,}"

    def has_report_permission(self, request: HttpRequest) -> bool:
        """Who may say how many were sent."""
        return request.user.has_perm("lists.add_sendreport")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.upload_view)
        return [path("new/", view, name="lists_sendreport_new"), *super().get_urls()]

    @action(description=_("Hand in a file"), permissions=["report"], url_path="hand-in")
    def hand_in(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(self.url_of("new"))

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Takes a file and counts it."""
        if not self.has_report_permission(request):
            raise PermissionDenied
        form = SendsFileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            report = self._take(request, form)
            if report is not None:
                return self.to_page_of(report.pk)
        context = {"title": _("Hand in how many were sent"), "form": form}
        return self.page(request, "bounceadmin/sends_upload.html", context)

    def page_context(self, request: HttpRequest, row: SendReport) -> dict[str, object]:
        return {"report": row}

    def _take(self, request: HttpRequest, form: SendsFileForm) -> SendReport | None:
        """The report that came of the form's file; None where the form now says what is wrong."""
        try:
            taken = sending_csv.take(
                form.cleaned_data["file"].file, form.options(request.user.get_username())
            )
        except (UnreadableFileError, sending_csv.TooManyRowsError, BelowZeroError) as error:
            form.add_error("file", _now(str(error)))
            return None
        if taken.repeated:
            said = _now("This file was counted already, by %(who)s: nothing is counted twice.")
            form.add_error("again", said % {"who": taken.report.actor})
            return None
        self.message_user(request, _now("The file is counted."), messages.SUCCESS)
        return taken.report
