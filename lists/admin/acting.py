"""What people do on the page of a list or campaign: remarks, pauses, the clean-up."""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.admin import ModelAdmin

from lists.admin.csv_answers import csv_answer
from lists.admin.pages import RowPage
from lists.admin.read_only import ReadOnly
from lists.cleaning import candidates as who
from lists.cleaning import running
from lists.models import Cleaning, MailingList, Note
from lists.noting import note
from lists.pausing import pause, resume


def add_remark(model_admin: ModelAdmin, request: HttpRequest, row) -> HttpResponse:
    """Keep what a person wrote beside the chart of `row`."""
    _require_post(request, "lists.add_note")
    text = request.POST.get("text", "").strip()
    if not text:
        model_admin.message_user(request, _("Write something first."), messages.ERROR)
    else:
        about = {"mailing_list": row} if isinstance(row, MailingList) else {"campaign": row}
        note(Note.What.REMARK, text, request.user.get_username(), **about)
        model_admin.message_user(request, _("The note is kept."), messages.SUCCESS)
    return _page_of(model_admin, row)


def pause_campaign(model_admin: ModelAdmin, request: HttpRequest, row) -> HttpResponse:
    """Pause a campaign with a reason."""
    _require_post(request, "lists.pause_campaign")
    try:
        pause(row, request.user.get_username(), request.POST.get("why", ""))
    except ValidationError as error:
        model_admin.message_user(request, error.messages[0], messages.ERROR)
    else:
        done = _("Paused. Sending applications that ask are told; bounces go on being counted.")
        model_admin.message_user(request, done, messages.SUCCESS)
    return _page_of(model_admin, row)


def resume_campaign(model_admin: ModelAdmin, request: HttpRequest, row) -> HttpResponse:
    """Let a paused campaign go on."""
    _require_post(request, "lists.pause_campaign")
    resume(row, request.user.get_username())
    model_admin.message_user(request, _("It may be sent again."), messages.SUCCESS)
    return _page_of(model_admin, row)


def clean_list(model_admin: ModelAdmin, request: HttpRequest, row: MailingList) -> HttpResponse:
    """Who would be taken off the list; then, with POST, do it."""
    if not request.user.has_perm("lists.add_cleaning"):
        raise PermissionDenied
    chosen = request.POST.getlist("kinds") or request.GET.getlist("kinds")
    if request.method == "POST":
        try:
            cleaning = running.start(row, chosen, request.user.get_username())
        except ValidationError as error:
            model_admin.message_user(request, error.messages[0], messages.ERROR)
        else:
            return HttpResponseRedirect(reverse("admin:lists_cleaning_change", args=[cleaning.pk]))
    numbers = who.numbers(row)
    kinds = chosen or [kind.name for kind in who.KINDS if kind.advised]
    if request.GET.get("format") == "csv":
        return _candidates_csv(row, kinds)
    context = {
        "original": row,
        "title": _("Clean the list"),
        "kinds": [(kind, numbers.by_kind[kind.name], kind.name in kinds) for kind in who.KINDS],
        "nobody": numbers.is_all and not any(numbers.by_kind.values()),
        "looked_at": None if numbers.is_all else who.LOOKED_AT,
        "plus": "" if numbers.is_all else "+",
        "chosen": sum(numbers.by_kind[name] for name in kinds if name in numbers.by_kind),
        "sample": who.sample(row, kinds),
        "before": row.cleanings.all()[:5],
    }
    return model_admin.page(request, "bounceadmin/clean.html", context)


def _candidates_csv(row: MailingList, kinds: list[str]) -> HttpResponse:
    found = who.candidates(row, kinds).order_by("pk")
    rows = found.values_list(
        "subscriber__address", "kind", "hard_bounces", "soft_score", "last_bounce_at"
    )
    header = ("address", "kind", "hard bounces", "soft score", "last bounce")
    return csv_answer(f"clean-{row.pk}.csv", header, rows.iterator(chunk_size=2000))


@admin.register(Cleaning)
class CleaningAdmin(ReadOnly, RowPage, ModelAdmin):
    """A cleaning's progress, its log and its undoing."""

    page_template = "bounceadmin/cleaning.html"
    list_display = ["mailing_list", "how", "number", "created_by", "created_at", "finished_at"]
    list_select_related = ["mailing_list"]

    @admin.display(description=gettext_lazy("state"))
    def how(self, row: Cleaning) -> str:
        return row.state_in_words

    @admin.display(description=gettext_lazy("addresses removed"))
    def number(self, row: Cleaning) -> int:
        return row.removed

    def row_answer(self, request: HttpRequest, row: Cleaning) -> HttpResponse:
        if request.method == "POST":
            return self._undo(request, row)
        return super().row_answer(request, row)

    def page_context(self, request: HttpRequest, row: Cleaning) -> dict[str, object]:
        return {
            "title": _("Cleaning of %(list)s") % {"list": row.mailing_list},
            "cleaning": row,
            "kinds": [kind.label for kind in who.KINDS if kind.name in row.kinds.split(",")],
            "sample": row.cleaned.select_related("subscription__subscriber")[: who.SAMPLE],
            "can_undo": row.can_be_undone and request.user.has_perm("lists.add_cleaning"),
        }

    def _undo(self, request: HttpRequest, row: Cleaning) -> HttpResponse:
        if not request.user.has_perm("lists.add_cleaning"):
            raise PermissionDenied
        try:
            running.undo(row)
        except ValidationError as error:
            self.message_user(request, error.messages[0], messages.ERROR)
        else:
            done = ngettext(
                "%(n)d address is put back.", "%(n)d addresses are put back.", row.removed
            )
            self.message_user(request, done % {"n": row.removed}, messages.SUCCESS)
        return self.to_page_of(row.pk)


def _require_post(request: HttpRequest, permission: str) -> None:
    if request.method != "POST" or not request.user.has_perm(permission):
        raise PermissionDenied


def _page_of(model_admin: ModelAdmin, row) -> HttpResponse:
    return model_admin.to_page_of(row.pk)
