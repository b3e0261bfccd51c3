"""Lists, their campaigns, and the messages that were sent."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lists import sending_facts
from lists.addresses import (
    MAX_ADDRESS_OCTETS,
    MAX_LOCAL_OCTETS,
    domain_of,
    parse_address,
    to_ascii_domain,
)
from lists.kept_words import shown
from lists.models.choices import Stream
from lists.verp import make_for_campaign

# A return path has up to 64 octets before its `@`.
_LONGEST_DOMAIN = MAX_ADDRESS_OCTETS - MAX_LOCAL_OCTETS - 1


def validate_domain(value: str) -> None:
    """Refuse what cannot stand behind the `@` of a bounce address."""
    domain = to_ascii_domain(value)
    if not domain or "." not in value:
        raise ValidationError(_("Enter a domain name, such as bounces.example.com."))
    if len(domain) > _LONGEST_DOMAIN:
        raise ValidationError(
            _("It has %(is)d characters. With more than %(most)d no return path fits before it."),
            params={"is": len(domain), "most": _LONGEST_DOMAIN},
        )


class MailingList(models.Model):
    """A list of people who are mailed with one From address in one stream."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    stream = models.CharField(
        _("stream"), max_length=16, choices=Stream, default=Stream.MARKETING, db_index=True
    )
    header_from = models.EmailField(
        _("header From"), help_text=_("The address people see. Bounces do not go here.")
    )
    bounce_domain = models.CharField(
        _("bounce domain"),
        max_length=253,
        validators=[validate_domain],
        help_text=_("The domain of the envelope sender. SPF checks it; its MX must lead here."),
    )
    sending_ips = models.TextField(
        _("sending IP addresses"),
        blank=True,
        help_text=_(
            "Every address that the list's mail leaves from, one a line. Diagnostics ask whether "
            "SPF lets them send, whether a blocklist has them, and what they are called."
        ),
    )
    dkim_selectors = models.TextField(
        _("DKIM selectors"),
        blank=True,
        help_text=_(
            "One a line: s2026 for the header From's domain, or s2026._domainkey.example.net for "
            "another. The s= of a DKIM-Signature header tells it."
        ),
    )
    blocklist_domains = models.TextField(
        _("domains to look up in blocklists"),
        blank=True,
        help_text=_(
            "Domains of links in the mail, one a line. The bounce domain and the header From's "
            "are always looked up."
        ),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("list")
        verbose_name_plural = _("lists")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stream__in=Stream.values), name="mailinglist_stream_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        self.bounce_domain = to_ascii_domain(self.bounce_domain) or self.bounce_domain
        wrong = {}
        for name, read, hint in _SENDING_FACTS:
            try:
                setattr(self, name, sending_facts.normalised(getattr(self, name), read))
            except ValueError as error:
                wrong[name] = hint % {"why": shown(str(error))}
        if wrong:
            raise ValidationError(wrong)

    @property
    def header_from_domain(self) -> str:
        """The domain that people see."""
        return to_ascii_domain(domain_of(self.header_from))


_SENDING_FACTS = (
    (
        "sending_ips",
        sending_facts.read_ip,
        _("Enter IP addresses, such as 192.0.2.25, one a line: %(why)s."),
    ),
    (
        "dkim_selectors",
        sending_facts.read_selector,
        _("Enter selectors, such as s2026, one a line: %(why)s."),
    ),
    (
        "blocklist_domains",
        sending_facts.read_domain,
        _("Enter domain names, such as example.com, one a line: %(why)s."),
    ),
)


class Campaign(models.Model):
    """One mailing, or one kind of message, to a list. It has a bounce address of its own."""

    mailing_list = models.ForeignKey(
        MailingList, models.PROTECT, related_name="campaigns", verbose_name=_("list")
    )
    name = models.CharField(_("name"), max_length=160)
    bounce_address = models.CharField(
        _("bounce address"),
        max_length=254,
        unique=True,
        blank=True,
        null=True,
        help_text=_("The envelope sender. Leave it empty to get one made."),
    )
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    accepts_unverified = models.BooleanField(
        _("act on bounces that nothing proves"),
        default=False,
        help_text=_(
            "Risky: whatever the list's policy says, bounces to this campaign's address then do "
            "everything, as if they were proved, to subscribers of its list. Anyone who knows the "
            "address can have them suppressed. Use it only where signed return paths are "
            "impossible."
        ),
    )
    # A flag for people and sending applications: bounces of a paused campaign still count.
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        permissions = [
            ("pause_campaign", "Can pause and resume a campaign"),
            ("accept_unverified", "Can let a campaign act on unproved bounces"),
        ]
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["mailing_list", "name"], name="campaign_name_once_per_list"
            ),
            models.CheckConstraint(
                condition=models.Q(bounce_address__isnull=True) | ~models.Q(bounce_address=""),
                name="campaign_bounce_address_not_empty",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.bounce_address:
            address = parse_address(self.bounce_address)
            if address is None:
                raise ValidationError({"bounce_address": _("Enter an address, local@domain.")})
            self.bounce_address = address.canonical()

    def save(self, *args, **kwargs) -> None:
        """Give the campaign the address `bounces-campaign-ID@` its list's bounce domain."""
        self.bounce_address = self.bounce_address or None
        super().save(*args, **kwargs)
        if self.bounce_address is None:
            self.bounce_address = make_for_campaign(self.pk, self.mailing_list.bounce_domain)
            super().save(update_fields=["bounce_address"])


class SentMessage(models.Model):
    """A message that was really sent: a bounce that names its Message-ID is no forgery.

    Only the id's digest is kept, which is enough to recognise it and short enough for millions.
    """

    digest = models.CharField(max_length=32, unique=True)
    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="sent_messages")
    # Without a subscriber the id was shared by many recipients, and proves only the campaign.
    subscriber = models.ForeignKey("lists.Subscriber", models.CASCADE, null=True, blank=True)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("sent message")
        verbose_name_plural = _("sent messages")

    def __str__(self) -> str:
        return self.digest
