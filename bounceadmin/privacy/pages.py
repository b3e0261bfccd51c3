"""The pages that give out and erase one person's data. For admins."""

from __future__ import annotations

import tempfile

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanWidget

from bounceadmin.privacy import person
from bounces.kept_words import shown
from bounces.raw_storage import UnavailableError
from lists.addresses import canonical
from lists.admin.pages import page_answer
from lists.admin.suppression_forms import ReasonForm

PERMISSION = "lists.delete_subscriber"
_IN_MEMORY = 8 * 1024 * 1024


class EraseForm(ReasonForm):
    """Asks for a reason and for the address again."""

    keep_from_mail = forms.BooleanField(
        label=gettext_lazy("Never mail this address again, whoever adds it"),
        required=False,
        initial=True,
        widget=UnfoldBooleanWidget,
    )
    typed = forms.CharField(
        label=gettext_lazy("Write the address"),
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Write it, to show that you mean it.")},
    )

    def __init__(self, *args, address: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self._address = address

    def clean_typed(self) -> str:
        typed = self.cleaned_data["typed"]
        if canonical(typed, settings.FOLD_LOCAL_PART) != self._address:
            raise ValidationError(_("It is %(right)s."), params={"right": self._address})
        return typed


def export(request: HttpRequest) -> HttpResponse | FileResponse:
    """Everything about `?address=` as a zip."""
    address = _asked_about(request)
    # FileResponse closes it.
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
    try:
        person.write_zip(address, file)
    except UnavailableError as error:
        # All of it or nothing: whoever has the zip takes it for complete.
        file.close()
        return HttpResponse(shown(str(error)), content_type="text/plain", status=503)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename="person.zip")


def erase(request: HttpRequest) -> HttpResponse:
    """Asks why, and for the address again, then forgets `?address=`."""
    address = _asked_about(request)
    form = EraseForm(request.POST or None, address=address)
    if request.method == "POST" and form.is_valid():
        try:
            person.erase(
                address,
                request.user.get_username(),
                form.cleaned_data["why"],
                keep_from_mail=form.cleaned_data["keep_from_mail"],
            )
        except ValidationError as error:
            form.add_error("why", error)
        else:
            messages.success(request, _("The person's data is erased."))
            return HttpResponseRedirect(reverse("address"))
    context = {
        "title": _("Erase a person's data"),
        "address": address,
        "form": form,
    }
    return page_answer(admin.site, request, "bounceadmin/erase.html", context)


def _asked_about(request: HttpRequest) -> str:
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    address = canonical(request.GET.get("address", ""), settings.FOLD_LOCAL_PART)
    if not address:
        raise Http404
    return address
