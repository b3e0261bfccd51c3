"""Who asked for a new password, and what is mailed about it: rows that last an hour or two."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bounceadmin.models.mails import Mail


class PasswordRequest(models.Model):
    """Somebody named an e-mail address. Whether it is known is for a worker to look up."""

    # As it was typed; empty once it is looked up.
    address = models.CharField(max_length=254, blank=True)
    client = models.CharField(max_length=45)
    language = models.CharField(max_length=16)
    asked_at = models.DateTimeField(default=timezone.now)
    looked_up_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        verbose_name = _("request for a new password")
        verbose_name_plural = _("requests for a new password")
        indexes = [
            models.Index(fields=["client", "asked_at"], name="passwordrequest_client"),
            models.Index(
                fields=["id"], condition=Q(looked_up_at=None), name="passwordrequest_pending"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d %H:%M}"


class PasswordMail(Mail):
    """One e-mail to the owner of an account about its password."""

    class About(models.TextChoices):
        LINK = "link", _("A link to set a new one")
        CHANGED = "changed", _("It was changed by a link")
        CHANGED_BY_OWNER = "changed_by_owner", _("It was changed by its owner")
        CHANGED_BY_ADMIN = "changed_by_admin", _("It was changed by an administrator")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    about = models.CharField(max_length=16, choices=About)
    # Who asked or changed it, from where and when, and in which language.
    client = models.CharField(max_length=45)
    language = models.CharField(max_length=16)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        verbose_name = _("e-mail about a password")
        verbose_name_plural = _("e-mails about passwords")
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state="pending"), name="passwordmail_pending"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_about_display()} → {self.user}"
