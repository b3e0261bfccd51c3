"""What came back: messages as they arrived, and what they were understood to say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from bounces import raw_storage
from bounces.models.packed import PackedBinaryField
from bounces.models.webhooks import WebhookEndpoint
from lists.looking import Served
from lists.models import Campaign, MailingList


def claims_hold_since() -> datetime:
    """Claims that were made before this have run out: whoever made them is not alive any more."""
    return timezone.now() - timedelta(seconds=settings.PIPELINE_CLAIM_SECONDS)


class InboundMessageQuerySet(models.QuerySet):
    def pending(self) -> InboundMessageQuerySet:
        """Stored and not yet understood."""
        return self.filter(state=InboundMessage.State.PENDING)

    def unclaimed(self) -> InboundMessageQuerySet:
        """Those that no living worker is at."""
        return self.filter(Q(claimed_at__isnull=True) | Q(claimed_at__lt=claims_hold_since()))

    def held(self) -> InboundMessageQuerySet:
        """Held back, because their sender sent too many."""
        return self.filter(state=InboundMessage.State.HELD)

    def failed(self) -> InboundMessageQuerySet:
        """Set aside for an admin to look at."""
        return self.filter(state=InboundMessage.State.FAILED)


class InboundMessage(models.Model):
    """A message as it arrived. The row is the queue: what is `pending` is still to be done."""

    class State(models.TextChoices):
        PENDING = "pending", _("Pending")
        PROCESSED = "processed", _("Processed")
        FAILED = "failed", _("Failed")
        HELD = "held", _("Held back")

    class Source(models.TextChoices):
        FILE = "file", _("File")
        PIPE = "pipe", _("Pipe")
        MAILBOX = "mailbox", _("Mailbox")
        LISTENER = "listener", _("Listener")
        WEBHOOK = "webhook", _("Webhook")

    class ContentType(models.TextChoices):
        MAIL = "message/rfc822", _("Mail")
        # A webhook's request: the headers that are needed, a blank line, the body.
        REQUEST = "message/http", _("Webhook request")

    SERVED = (
        Served("state", but=(State.PROCESSED,)),
        Served("kind", but=("", "bounce")),
    )

    # SHA-256 of the content: the same message by two roads, or fetched twice, is one row.
    digest = models.CharField(max_length=64, unique=True, editable=False)
    content_type = models.CharField(
        _("content"), max_length=32, choices=ContentType, default=ContentType.MAIL
    )
    endpoint = models.ForeignKey(
        WebhookEndpoint,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="messages",
        verbose_name=_("webhook"),
        # Most messages are mail: `inboundmessage_of_endpoint` leaves them out.
        db_index=False,
    )
    size = models.PositiveIntegerField(_("size"), help_text=_("Bytes, as it arrived."))
    source = models.CharField(_("source"), max_length=16, choices=Source)
    source_detail = models.CharField(_("where from"), max_length=255, blank=True)
    # Key of the road it came by (`bounces.roads`): each gets its share of the workers.
    road = models.CharField(max_length=80, db_default="", default="", editable=False)
    envelope_sender = models.CharField(_("envelope sender"), max_length=320, blank=True)
    envelope_recipient = models.CharField(_("envelope recipient"), max_length=320, blank=True)
    # Whom the listener took it from by SMTP; empty for what an MTA of ours handed over.
    client_ip = models.CharField(_("client's address"), max_length=45, blank=True)
    client_helo = models.CharField(_("client's HELO"), max_length=255, blank=True)
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.PENDING)
    # When workers were told of it; the sweep tells them again of what is left some time later.
    queued_at = models.DateTimeField(default=timezone.now, editable=False)
    # Counted before each try: a message that kills its worker is set aside after a few.
    attempts = models.PositiveSmallIntegerField(_("tries"), default=0)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    processed_at = models.DateTimeField(_("processed"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=16, blank=True)
    subject = models.CharField(_("subject"), max_length=255, blank=True)
    note = models.CharField(_("note"), max_length=255, blank=True)
    error = models.TextField(_("error"), blank=True)
    # Whose storm it was held back in; it stays when the message is let through after all.
    held_sender = models.CharField(_("held back of"), max_length=320, blank=True)

    objects = InboundMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["pending", "processed", "failed", "held"]),
                name="inboundmessage_state_known",
            ),
        ]
        indexes = [
            # The sweep and the queue's length read only what is pending.
            models.Index(
                fields=["id"], condition=Q(state="pending"), name="inboundmessage_pending"
            ),
            # Workers take the oldest of each road.
            models.Index(
                fields=["road", "id"], condition=Q(state="pending"), name="inboundmessage_of_road"
            ),
            models.Index(fields=["id"], condition=Q(state="failed"), name="inboundmessage_failed"),
            models.Index(
                fields=["held_sender", "id"],
                condition=Q(state="held"),
                name="inboundmessage_held",
            ),
            models.Index(fields=["-received_at", "-id"], name="inboundmessage_newest"),
            models.Index(
                fields=["endpoint", "id"],
                condition=Q(endpoint__isnull=False),
                name="inboundmessage_of_endpoint",
            ),
            # By kind; of bounces there are so many that the newest messages are searched.
            models.Index(
                fields=["kind", "-received_at", "-id"],
                condition=Q(kind__gt="") & ~Q(kind="bounce"),
                name="inboundmessage_of_rare_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.subject or f"{self.get_source_display()} {self.pk}"

    @property
    def is_free(self) -> bool:
        """Whether it is pending, and no living worker is at it (`pending().unclaimed()`)."""
        is_claimed = self.claimed_at is not None and self.claimed_at >= claims_hold_since()
        return self.state == self.State.PENDING and not is_claimed

    @property
    def raw(self) -> bytes | None:
        """As it arrived; None once that was deleted. Of many rows: `select_related("original")`.

        What is processed may be in object storage: raises `raw_storage.UnavailableError`.
        """
        original = getattr(self, "original", None)
        return None if original is None else original.read()


class RawMessage(models.Model):
    """A message as it arrived. Apart from its row, which is written again when it is processed."""

    # Written in the transaction that writes the message: nothing needs to look for it again.
    message = models.OneToOneField(
        InboundMessage,
        models.CASCADE,
        primary_key=True,
        related_name="original",
        db_constraint=False,
    )
    content = PackedBinaryField(null=True)
    # Where in object storage it is, once it was moved there. Then there is no `content`.
    object_name = models.CharField(max_length=120, blank=True)
    # No later than the message was processed: where housekeeping stops looking.
    stored_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(content__isnull=False, object_name="")
                | (Q(content__isnull=True) & ~Q(object_name="")),
                name="rawmessage_in_one_place",
            ),
        ]
        indexes = [
            # How far the way into object storage has come; without one it is empty.
            models.Index(
                fields=["message"], condition=~Q(object_name=""), name="rawmessage_in_storage"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"

    def read(self) -> bytes:
        """The text, from wherever it is. Raises `raw_storage.UnavailableError`."""
        return raw_storage.read(self.object_name) if self.content is None else self.content


class LooseObject(models.Model):
    """An object in storage that no `RawMessage` names: not yet, or not any more.

    One that is being uploaded is loose until its row names it; one given up is deleted soon.
    """

    name = models.CharField(max_length=120, primary_key=True)
    noted_at = models.DateTimeField(default=timezone.now)
    is_given_up = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class BounceEvent(models.Model):
    """What one message says of one recipient, once, however often and by whatever road it came."""

    class Kind(models.TextChoices):
        BOUNCE = "bounce", _("Bounce")
        DELAYED = "delayed", _("Delayed")
        DELIVERED = "delivered", _("Delivered")
        AUTOREPLY = "autoreply", _("Automatic reply")
        COMPLAINT = "complaint", _("Complaint")
        UNSUBSCRIBE = "unsubscribe", _("Unsubscription")

    class Category(models.TextChoices):
        HARD = "hard", _("Hard")
        SOFT = "soft", _("Soft")
        BLOCK = "block", _("Block")

    class Trust(models.TextChoices):
        VERIFIED = "verified", _("Verified")
        UNVERIFIED = "unverified", _("Unverified")

    class Proof(models.TextChoices):
        SIGNED_RETURN_PATH = "signed", _("The signed return path holds")
        KNOWN_MESSAGE = "message-id", _("It is about a message we sent")
        WEBHOOK = "webhook", _("Your mail service says so, by an authenticated webhook")
        ORIGIN = "origin", _("The recipient's own mail servers handed it over")
        ACCEPTED = "accepted", _("The list or the campaign acts on unverified bounces")
        NONE = "", _("Nothing proves that it is about mail we sent")

    SERVED = (
        Served("address"),
        Served("campaign"),
        Served("domain"),
        Served("kind", but=(Kind.BOUNCE,)),
        Served("reason"),
        Served("mailing_list"),
    )

    # Written and deleted by who holds the message locked: it is there, and nobody has to look.
    message = models.ForeignKey(
        InboundMessage,
        models.PROTECT,
        related_name="events",
        db_constraint=False,
        verbose_name=_("message"),
    )
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    category = models.CharField(_("category"), max_length=8, choices=Category, blank=True)
    reason = models.CharField(_("reason"), max_length=32)
    status = models.CharField(_("enhanced status code"), max_length=16, blank=True)
    smtp_code = models.CharField(_("reply code"), max_length=3, blank=True)
    action = models.CharField(_("action"), max_length=16, blank=True)
    diagnostic = models.TextField(_("diagnostic"), blank=True)
    # Whom we mailed (canonical); the report may name where it was forwarded to.
    address = models.CharField(_("address"), max_length=254, blank=True)
    domain = models.CharField(_("domain"), max_length=253, blank=True)
    reported_recipient = models.CharField(_("reported recipient"), max_length=320, blank=True)
    # Of both an index below begins with it.
    campaign = models.ForeignKey(
        Campaign,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("campaign"),
    )
    mailing_list = models.ForeignKey(
        MailingList,
        models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("list"),
    )
    trust = models.CharField(_("trust"), max_length=16, choices=Trust)
    proof = models.CharField(_("because"), max_length=16, choices=Proof, blank=True)
    # In a sentence, where there is more to say of it.
    proof_note = models.CharField(_("proof"), max_length=255, blank=True)
    effect = models.CharField(_("what it did"), max_length=16, blank=True)
    remote_mta = models.CharField(_("remote MTA"), max_length=255, blank=True)
    reporting_mta = models.CharField(_("reporting MTA"), max_length=255, blank=True)
    original_message_id = models.CharField(_("original Message-ID"), max_length=255, blank=True)
    rule = models.CharField(_("rule"), max_length=120, blank=True)
    evidence = models.TextField(_("line that decided"), blank=True)
    occurred_at = models.DateTimeField(_("when"))
    # When the address made room for its pseudonym, or for nothing.
    forgotten_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("bounce event")
        verbose_name_plural = _("bounce events")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["bounce", "delayed"]) | Q(category=""),
                name="bounceevent_category_only_of_bounces",
            ),
            models.CheckConstraint(
                condition=Q(trust="unverified", proof="") | (Q(trust="verified") & ~Q(proof="")),
                name="bounceevent_trust_has_proof",
            ),
        ]
        indexes = [
            models.Index(fields=["-occurred_at", "-id"], name="bounceevent_newest"),
            models.Index(fields=["address", "-occurred_at"], name="bounceevent_of_address"),
            models.Index(fields=["campaign", "-occurred_at"], name="bounceevent_of_campaign"),
            models.Index(fields=["mailing_list", "-occurred_at"], name="bounceevent_of_list"),
            models.Index(fields=["reason", "-occurred_at"], name="bounceevent_of_reason"),
            models.Index(fields=["domain", "-occurred_at"], name="bounceevent_of_domain"),
            # By kind; of bounces there are so many that the newest events are searched.
            models.Index(
                fields=["kind", "-occurred_at", "-id"],
                condition=~Q(kind="bounce"),
                name="bounceevent_of_rare_kind",
            ),
            # Housekeeping forgets the oldest first.
            models.Index(
                fields=["occurred_at"],
                condition=Q(forgotten_at__isnull=True),
                name="bounceevent_to_forget",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address or self.reported_recipient}: {self.reason}"

    @cached_property
    def day(self) -> date:
        """The day (UTC) that it is counted on."""
        return self.occurred_at.astimezone(UTC).date()


class SeenEvent(models.Model):
    """An event was saved: what makes it the same as another, by which it counts once.

    128 bits of a digest: of what it is about, and of the number that its source has for it. Apart
    from the events, which are divided by month: a unique key cannot span the parts.
    """

    key = models.UUIDField(primary_key=True)
    # When it happened, UTC: the key goes when the events of its month do.
    day = models.DateField()

    def __str__(self) -> str:
        return str(self.key)


class SeenMessage(models.Model):
    """A message came, whose row was deleted since: should it come again, it is known.

    The first 128 bits of its digest. It stays for good.
    """

    key = models.UUIDField(primary_key=True)
    # When it was done with, UTC. Nothing reads it, as none is ever forgotten; but a key alone tells
    # nothing, and whoever must do without some of them could not tell which are the oldest.
    day = models.DateField()

    def __str__(self) -> str:
        return str(self.key)
