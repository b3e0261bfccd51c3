"""Mailboxes that bounces are fetched from, the runs that did, and messages to be left alone."""

from __future__ import annotations

from datetime import timedelta

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# What was announced to workers this long ago and has not begun is announced again.
ANNOUNCED_LASTS = timedelta(minutes=5)


class MailboxQuerySet(models.QuerySet):
    def unleased(self) -> MailboxQuerySet:
        """Those that no living worker is at."""
        return self.filter(Q(lease_until__isnull=True) | Q(lease_until__lt=timezone.now()))

    def due(self) -> MailboxQuerySet:
        """Those to be fetched now, that no worker is at or was just told of."""
        now = timezone.now()
        return (
            self.unleased()
            .filter(is_active=True, next_run_at__lte=now)
            .filter(Q(announced_at__isnull=True) | Q(announced_at__lt=now - ANNOUNCED_LASTS))
        )


class Mailbox(models.Model):
    """Where bounces wait to be fetched, how to get in, and how far it has got."""

    # What `manage.py reseal` puts under a new key.
    SEALED = ("password", "client_secret", "refresh_token")

    class Protocol(models.TextChoices):
        IMAP = "imap", _("IMAP")
        POP3 = "pop3", _("POP3")
        MAILDIR = "maildir", _("Maildir on this machine")

    class Tls(models.TextChoices):
        TLS = "tls", _("TLS from the start")
        STARTTLS = "starttls", _("STARTTLS")
        NONE = "none", _("None: the password travels in clear text")

    class Login(models.TextChoices):
        PASSWORD = "password", _("Password")
        GOOGLE = "google", _("OAuth2 of Google (Gmail, Workspace)")
        MICROSOFT = "microsoft", _("OAuth2 of Microsoft 365")

    class Afterwards(models.TextChoices):
        MOVE = "move", _("Move it to another folder")
        DELETE = "delete", _("Delete it")
        LEAVE = "leave", _("Leave it, marked as read")

    name = models.CharField(_("name"), max_length=80, unique=True)
    protocol = models.CharField(_("kind"), max_length=8, choices=Protocol, default=Protocol.IMAP)
    host = models.CharField(
        _("server"), max_length=253, blank=True, help_text=_("Such as imap.example.com.")
    )
    port = models.PositiveIntegerField(
        _("port"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(65535)],
        help_text=_("Leave it empty for the usual one."),
    )
    tls = models.CharField(_("encryption"), max_length=8, choices=Tls, default=Tls.TLS)
    ca_certificate = models.TextField(
        _("own certificate authority"),
        blank=True,
        help_text=_(
            "Only where the server's certificate is of your own making: the authority's "
            "certificate, as PEM text. It is trusted for this mailbox besides the usual ones."
        ),
    )
    login = models.CharField(_("log in by"), max_length=16, choices=Login, default=Login.PASSWORD)
    username = models.CharField(_("user"), max_length=254, blank=True)
    # Sealed (see sources/sealing.py): never shown, never logged.
    password = models.TextField(editable=False, blank=True)
    client_id = models.CharField(_("client ID"), max_length=255, blank=True)
    client_secret = models.TextField(editable=False, blank=True)
    refresh_token = models.TextField(editable=False, blank=True)
    tenant = models.CharField(
        _("tenant"),
        max_length=64,
        blank=True,
        help_text=_("Microsoft's directory ID or domain. Leave it empty for any."),
    )
    folder = models.CharField(
        _("folder"),
        max_length=500,
        blank=True,
        help_text=_("The folder to read, INBOX if left empty. Of a Maildir: its path."),
    )
    afterwards = models.CharField(
        _("when a message is stored"),
        max_length=8,
        choices=Afterwards,
        default=Afterwards.MOVE,
        help_text=_("Done only once the message is safe in the database."),
    )
    move_to = models.CharField(
        _("move to"),
        max_length=250,
        blank=True,
        default="Processed",
        help_text=_("It is made if it is not there."),
    )
    every_minutes = models.PositiveIntegerField(
        _("every (minutes)"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(7 * 24 * 60)],
    )
    is_active = models.BooleanField(
        _("fetched on schedule"), default=True, help_text=_("Without it nothing is fetched.")
    )

    # How far it has got.
    uid_validity = models.BigIntegerField(null=True, editable=False)
    last_uid = models.BigIntegerField(default=0, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    next_run_at = models.DateTimeField(_("next run"), default=timezone.now, editable=False)
    announced_at = models.DateTimeField(null=True, editable=False)
    # One worker at a time: whoever holds the token until then.
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)

    objects = MailboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(afterwards="move") | Q(protocol="imap", move_to__gt=""),
                name="mailbox_moves_to_a_folder",
                violation_error_message=_("Only IMAP moves messages, and needs a folder for it."),
            ),
            models.CheckConstraint(
                condition=Q(protocol="maildir") | Q(host__gt=""), name="mailbox_has_a_host"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MailboxRun(models.Model):
    """One time that a mailbox was looked at."""

    class Outcome(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        MORE = "more", _("Goes on at once")
        FAILED = "failed", _("Failed")
        LOST = "lost", _("Cut off")

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="runs")
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome, default=Outcome.RUNNING)
    found = models.PositiveIntegerField(_("found"), default=0)
    looked_at = models.PositiveIntegerField(_("looked at"), default=0)
    stored = models.PositiveIntegerField(_("stored"), default=0)
    duplicates = models.PositiveIntegerField(_("known before"), default=0)
    unreadable = models.PositiveIntegerField(_("unreadable"), default=0)
    sentence = models.TextField(_("what happened"), blank=True)

    class Meta:
        verbose_name = _("mailbox run")
        verbose_name_plural = _("mailbox runs")
        indexes = [models.Index(fields=["mailbox", "-id"], name="mailboxrun_newest")]

    def __str__(self) -> str:
        return f"{self.mailbox} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def percent(self) -> int:
        """How much of what was found has been looked at."""
        return 100 * self.looked_at // self.found if self.found else 0


class KnownMessage(models.Model):
    """A message on the server that is not fetched (for now): unreadable, or stored and left."""

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="known_messages")
    # `UIDVALIDITY:UID` of IMAP, the UIDL of POP3, the file's name in a Maildir.
    key = models.CharField(max_length=255)
    is_stored = models.BooleanField(default=False)
    error = models.TextField(_("problem"), blank=True)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    # Empty: not tried again by itself.
    next_try_at = models.DateTimeField(_("next try"), null=True)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("message left on the server")
        verbose_name_plural = _("messages left on the server")
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "key"], name="knownmessage_once"),
        ]

    def __str__(self) -> str:
        return self.key
