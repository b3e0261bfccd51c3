"""Pages that join several apps and so belong to no model's admin."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from bounceadmin.addresses import look_up
from bounceadmin.first_run import first_run
from lists.addresses import canonical
from lists.admin.pages import page_answer


def address(request: HttpRequest) -> HttpResponse:
    """Why is this person not getting mail? For staff; `?address=` says who."""
    if not request.user.has_perm("lists.view_subscriber"):
        raise PermissionDenied
    typed = request.GET.get("address", "").strip()
    found = canonical(typed, settings.FOLD_LOCAL_PART)
    context = {
        "title": _("Find an address"),
        "typed": typed,
        "file": look_up(found) if found else None,
    }
    return page_answer(admin.site, request, "bounceadmin/address.html", context)


def start(request: HttpRequest) -> HttpResponse:
    """What is still to be set up. For those who may."""
    if not request.user.has_perm("lists.add_mailinglist"):
        raise PermissionDenied
    context = {
        "title": _("Set up"),
        "first_run": first_run(),
    }
    return page_answer(admin.site, request, "bounceadmin/start.html", context)
