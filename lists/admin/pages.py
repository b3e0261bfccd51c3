"""Pages of the admin site that are no forms: of a row, and below it."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse


def page_answer(
    site: AdminSite, request: HttpRequest, template: str, context: dict[str, object]
) -> TemplateResponse:
    """A page in the site's frame: its menu, its header."""
    request.current_app = site.name
    return TemplateResponse(request, template, {**site.each_context(request), **context})


class Pages:
    """Goes before `ModelAdmin`: for pages of its own."""

    def page(
        self, request: HttpRequest, template: str, context: dict[str, object]
    ) -> TemplateResponse:
        """A page that belongs to this model."""
        return page_answer(self.admin_site, request, template, {"opts": self.opts, **context})

    def url_name(self, name: str) -> str:
        """How the address `name` of this model is called."""
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def url_of(self, name: str, *args: object) -> str:
        """The address `name` of this model: `changelist`, `change`, or one of its own."""
        return reverse(f"{self.admin_site.name}:{self.url_name(name)}", args=args)

    def to_page_of(self, pk: object) -> HttpResponse:
        """To the page of a row."""
        return HttpResponseRedirect(self.url_of("change", pk))

    def row_paths(self, views: dict[str, Callable[..., HttpResponse]]) -> list[URLPattern]:
        """Addresses below that of a row, by name; each view takes the request and `pk`."""
        return [
            path(f"<int:pk>/{name}/", self.admin_site.admin_view(view), name=self.url_name(name))
            for name, view in views.items()
        ]

    def seen_row(self, request: HttpRequest, object_id: str) -> Model:
        """The row that a page below its own is about, for those who may see it."""
        row = self.get_object(request, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            raise Http404
        return row

    def posted_row(self, request: HttpRequest, pk: int) -> Model:
        """The row that a button is about, for those who may press it."""
        row = self.model._default_manager.filter(pk=pk).first()
        if request.method != "POST" or row is None or not self.has_change_permission(request, row):
            raise PermissionDenied
        return row


class RowPage(Pages):
    """A row is first shown on a page rather than in a form."""

    page_template = ""

    def page_context(self, request: HttpRequest, row: Model) -> dict[str, object]:
        """What the page of `row` shows."""
        raise NotImplementedError

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context=None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return self.row_answer(request, row)

    def row_answer(self, request: HttpRequest, row: Model) -> HttpResponse:
        """The page of a row that the reader may see."""
        context = {"title": str(row), **self.page_context(request, row)}
        return self.page(request, self.page_template, context)

    def settings_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The form, where it is behind a tab of the page."""
        return super().change_view(request, str(pk), extra_context={"settings_page": True})
