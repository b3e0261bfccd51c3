"""Imports of suppressions: hand in a file, look at what is in it, carry it out, see what came."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from lists import jobs
from lists.admin.pages import RowPage
from lists.admin.refused_rows import refused_csv
from lists.admin.suppression import ReadOnlyAdmin
from lists.admin.suppression_import_forms import ReadingForm, UploadForm
from lists.importing import running, storing
from lists.importing.entries import Entry, Refusal
from lists.importing.formats import COLUMNS, FORMATS
from lists.importing.shapes import UnreadableFileError
from lists.kept_words import shown
from lists.models import Suppression, SuppressionImport

State = SuppressionImport.State
_TITLES = {**{fmt.name: fmt.title for fmt in FORMATS}, COLUMNS: _("Columns you named")}


@admin.register(SuppressionImport)
class SuppressionImportAdmin(RowPage, ReadOnlyAdmin):
    list_display = ["file_name", "created_at", "created_by", "state", "made", "known", "refused"]
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
        """Takes a file, and begins to count it."""
        self._require_permission(request)
        form = UploadForm(request.POST or None, request.FILES or None, initial={"scope": "global"})
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            job = SuppressionImport(
                file_name=file.name[:255],
                created_by=request.user.get_username(),
                **form.reach(),
            )
            try:
                storing.store(job, file.chunks(), settings.MAX_IMPORT_BYTES)
            except (UnreadableFileError, storing.FileTooLargeError) as error:
                form.add_error("file", shown(str(error)))
            else:
                self._begin(request, job, running.count)
                return self.to_page_of(job.pk)
        context = {"title": _("Import suppressions"), "form": form}
        return self.page(request, "bounceadmin/import_upload.html", context)

    def row_answer(self, request: HttpRequest, row: SuppressionImport) -> HttpResponse:
        form = ReadingForm(request.POST or None, job=row) if row.state == State.WAITING else None
        if request.method == "POST":
            self._require_permission(request)
            if self._act(request, row, form):
                return self.to_page_of(row.pk)
        context = {
            "title": row.file_name,
            "job": row,
            "form": form,
            "format_title": _TITLES.get(row.format, row.format),
            "causes": [(Suppression.Cause(c).label, n) for c, n in sorted(row.causes.items())],
            "may_act": self._may_act(request),
            "sample": _sample(row) if form else [],
        }
        return self.page(request, "bounceadmin/import.html", context)

    def refused_view(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        """The records that were refused, and why, as CSV."""
        self._require_permission(request)
        return refused_csv(SuppressionImport(pk=pk).refused_rows, f"refused-{pk}.csv")

    def _act(self, request: HttpRequest, job: SuppressionImport, form: ReadingForm | None) -> bool:
        """Do what the pressed button says; False where the form is to be shown again."""
        if "cancel" in request.POST:
            if jobs.cancel(job):
                storing.forget_file(job)
                self.message_user(request, _("The import is cancelled."), messages.SUCCESS)
            return True
        if form is None:
            return True
        if not form.is_valid():
            return False
        counted = form.reads_as(job)
        form.save(job)
        if "carry_out" in request.POST and counted:
            return self._begin(request, job, running.carry_out)
        return self._begin(request, job, running.count)

    def _begin(self, request: HttpRequest, job: SuppressionImport, begin) -> bool:
        try:
            begin(job)
        except running.WrongFormatError as error:
            self.message_user(request, str(error), messages.WARNING)
        return True

    def _may_act(self, request: HttpRequest) -> bool:
        return request.user.has_perm("lists.change_suppression")

    def _require_permission(self, request: HttpRequest) -> None:
        if not self._may_act(request):
            raise PermissionDenied


def _sample(job: SuppressionImport) -> list[dict[str, object]]:
    """The first records for a person to look at; none where it is not clear how to read them."""
    try:
        found = running.sample(job)
    except running.WrongFormatError:
        return []
    rows = []
    for row, entry in found:
        outcome = {"number": row.number, "text": row.text[:120]}
        if isinstance(entry, Entry):
            outcome |= {
                "entry": entry,
                "cause": Suppression.Cause(entry.cause).label,
            }
        elif isinstance(entry, Refusal):
            outcome["why"] = shown(entry.why)
        rows.append(outcome)
    return rows
