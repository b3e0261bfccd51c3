"""Addresses that the listener takes mail for, besides those of campaigns and return paths."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from lists.addresses import parse_address


class BounceAddress(models.Model):
    """A plain address whose mail is taken in, such as `fbl@` or `postmaster@`."""

    address = models.CharField(
        _("address"),
        max_length=254,
        unique=True,
        help_text=_("Such as fbl@example.com. Addresses of campaigns need not be entered."),
    )
    with_details = models.BooleanField(
        _("with any +detail"),
        default=False,
        help_text=_(
            "Takes bounces+anything@ too: for return paths that another program makes. Nothing "
            "proves them, so their bounces stay unverified."
        ),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("listening address")
        verbose_name_plural = _("listening addresses")
        ordering = ["address"]

    def __str__(self) -> str:
        return self.address

    def clean(self) -> None:
        found = parse_address(self.address)
        if found is None:
            raise ValidationError({"address": _("Enter an address, local@domain.")})
        if self.with_details and "+" in found.local:
            raise ValidationError({"address": _("Leave out the + and what follows it.")})
        self.address = found.canonical()
