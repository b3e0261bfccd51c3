"""A part of a page that changes while something goes on; a script asks for it until the end."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path


class ProgressMixin:
    """For the admin of rows that have `is_finished`."""

    progress_template = ""

    def progress_context(self, row: Model) -> dict[str, object]:
        """What the part shows of `row`."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_progress"
        view = self.admin_site.admin_view(self.progress_view)
        return [path("<int:pk>/progress/", view, name=name), *super().get_urls()]

    def progress_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The part alone; a header tells whether the whole page is to be looked at again."""
        row = self.get_queryset(request).filter(pk=pk).first()
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404
        response = TemplateResponse(request, self.progress_template, self.progress_context(row))
        response["X-Finished"] = "yes" if row.is_finished else "no"
        response["Cache-Control"] = "no-store"
        return response
