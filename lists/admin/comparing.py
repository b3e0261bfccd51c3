"""Campaigns side by side."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from lists import health
from lists.models import MailingList

MOST = 4


def compare_campaigns(
    model_admin: ModelAdmin, request: HttpRequest, row: MailingList
) -> HttpResponse:
    """Up to four campaigns of a list, named by `ids` in the query."""
    ids = [int(text) for text in request.GET.getlist("ids") if text.isdecimal()][:MOST]
    campaigns = list(row.campaigns.filter(pk__in=ids).select_related("mailing_list"))
    if len(campaigns) < 2:
        model_admin.message_user(
            request,
            _("Tick two to %(most)d campaigns to compare.") % {"most": MOST},
            messages.WARNING,
        )
        page = reverse("admin:lists_mailinglist_change", args=[row.pk])
        return HttpResponseRedirect(f"{page}#campaigns")
    context = {
        "original": row,
        "title": _("Compare campaigns"),
        "compared": health.compared(campaigns),
    }
    return model_admin.page(request, "bounceadmin/compare.html", context)
