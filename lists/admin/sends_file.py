"""Files of sends: hand one in, see what is in it, have it counted, see what came of it."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanWidget,
)

from lists import sending_job
from lists.admin.pages import RowPage
from lists.admin.refused_rows import refused_csv
from lists.admin.suppression import ReadOnlyAdmin
from lists.importing.shapes import UnreadableFileError
from lists.importing.storing import FileTooLargeError
from lists.kept_words import shown
from lists.models import Campaign, SendImport

_REFUSED_SHOWN = 20


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

    def job(self, actor: str) -> SendImport:
        """An unsaved job; call it on a valid form."""
        data = self.cleaned_data
        return SendImport(
            file_name=data["file"].name[:255],
            created_by=actor,
            campaign=data["campaign"],
            replace=data["mode"] == "replace",
            again=data["again"],
        )


@admin.register(SendImport)
class SendImportAdmin(RowPage, ReadOnlyAdmin):
    page_template = "bounceadmin/sends_file.html"
    list_display = ["file_name", "created_at", "created_by", "state", "rows", "sent", "refused"]
    list_select_related = ["campaign"]
    search_help_text = None
    ordering = ["-id"]

    def get_urls(self) -> list[URLPattern]:
        def page(address, view, name):
            return path(address, self.admin_site.admin_view(view), name=self.url_name(name))

        return [
            page("new/", self.upload_view, "new"),
            page("<int:pk>/refused.csv", self.refused_view, "refused"),
            *super().get_urls(),
        ]

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Takes a file, and begins to read it."""
        self._require_permission(request)
        form = SendsFileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            job = form.job(request.user.get_username())
            try:
                pieces = form.cleaned_data["file"].chunks()
                sending_job.hand_in(job, pieces, settings.MAX_IMPORT_BYTES)
            except (UnreadableFileError, FileTooLargeError) as error:
                form.add_error("file", shown(str(error)))
            except sending_job.CountedAlreadyError as error:
                form.add_error("again", str(error))
            else:
                return self.to_page_of(job.pk)
        context = {"title": _("Hand in how many were sent"), "form": form}
        return self.page(request, "bounceadmin/sends_upload.html", context)

    def row_answer(self, request: HttpRequest, row: SendImport) -> HttpResponse:
        if request.method == "POST":
            self._require_permission(request)
            self._act(request, row)
            return self.to_page_of(row.pk)
        return super().row_answer(request, row)

    def page_context(self, request: HttpRequest, row: SendImport) -> dict[str, object]:
        return {
            "job": row,
            "may_act": self._may_act(request),
            "can_go_on": row.is_half_counted and row.chunks.exists(),
            "refused": row.refused_rows.order_by("number")[:_REFUSED_SHOWN],
        }

    def refused_view(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """The rows that were refused, and why, as CSV."""
        self._require_permission(request)
        job = SendImport.objects.filter(pk=pk).first()
        if job is None:
            raise Http404
        return refused_csv(job.refused_rows, f"refused-sends-{pk}.csv")

    def _act(self, request: HttpRequest, job: SendImport) -> None:
        """Do what the pressed button says."""
        if "cancel" in request.POST:
            sending_job.cancel(job)
        elif "go_on" in request.POST:
            sending_job.go_on(job)
        elif "carry_out" in request.POST:
            try:
                sending_job.carry_out(job)
            except sending_job.CountedAlreadyError as error:
                self.message_user(request, str(error), messages.ERROR)

    def _may_act(self, request: HttpRequest) -> bool:
        return request.user.has_perm("lists.add_sendreport")

    def _require_permission(self, request: HttpRequest) -> None:
        if not self._may_act(request):
            raise PermissionDenied
