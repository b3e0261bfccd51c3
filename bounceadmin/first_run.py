"""What an installation still needs before it works for somebody, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from bounces import roads
from bounces.models import InboundMessage
from diagnostics.models import DiagnosticRun, Probe
from diagnostics.plans import PLANS
from lists.admin.how_to_send_page import context_of
from lists.models import Campaign, CampaignTotal, MailingList


@dataclass(frozen=True, slots=True)
class Link:
    """Where a step is done."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and whether it is done."""

    name: str
    title: str
    text: str
    done: bool
    needed: bool = True
    """Without it nothing works; the others make it better."""
    news: str = ""
    """How it stands, in a sentence."""
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class FirstRun:
    """All steps, and what the step about DNS needs to show."""

    steps: tuple[Step, ...]
    campaign: Campaign | None
    records: Sequence[dict[str, str]]
    check: DiagnosticRun | None

    @property
    def done(self) -> int:
        return sum(step.done for step in self.steps)

    @property
    def next(self) -> Step | None:
        """The first that is not done."""
        return next((step for step in self.steps if not step.done), None)

    @property
    def lacks(self) -> Step | None:
        """The first of what is needed that is not done."""
        return next((step for step in self.steps if step.needed and not step.done), None)

    @property
    def works(self) -> bool:
        """Everything that is needed is done."""
        return self.lacks is None


def first_run() -> FirstRun:
    """Look how far the installation has come, in eight small queries."""
    mailing_list = MailingList.objects.order_by("pk").first()
    campaign = None
    if mailing_list is not None:
        campaign = mailing_list.campaigns.select_related("mailing_list").order_by("-pk").first()
    check = _last_check(mailing_list)
    return FirstRun(
        steps=(
            _list_step(mailing_list),
            _campaign_step(mailing_list, campaign),
            _dns_step(check),
            _road_step(),
            _sends_step(),
            _round_trip_step(campaign),
        ),
        campaign=campaign,
        records=context_of(campaign)["records"] if campaign else (),
        check=check,
    )


def _list_step(mailing_list: MailingList | None) -> Step:
    return Step(
        "list",
        _("Add a list"),
        _(
            "Its From address is what people see. Its bounce domain is where bounces go: a "
            "subdomain that has no other mail, such as bounces.example.com."
        ),
        done=mailing_list is not None,
        news=str(mailing_list or ""),
        links=(
            Link(
                _("Add another list") if mailing_list else _("Add the first list"),
                reverse("admin:lists_mailinglist_add"),
            ),
        ),
    )


def _campaign_step(mailing_list: MailingList | None, campaign: Campaign | None) -> Step:
    add = reverse("admin:lists_campaign_add")
    if mailing_list is not None:
        add = f"{add}?mailing_list={mailing_list.pk}"
    links = [Link(_("Add a campaign"), add)]
    if campaign is not None:
        page = reverse("admin:lists_campaign_how_to_send", args=[campaign.pk])
        links = [Link(_("See how to send with it"), page)]
    return Step(
        "campaign",
        _("Add a campaign and send with its bounce address"),
        _(
            "A campaign is one mailing, or one kind of message. It gets a bounce address of its "
            "own, which your mailer uses as the envelope sender."
        ),
        done=campaign is not None,
        news=campaign.bounce_address if campaign else "",
        links=tuple(links),
    )


def _dns_step(check: DiagnosticRun | None) -> Step:
    ended = check is not None and check.state == DiagnosticRun.State.DONE
    good = ended and check.worst in ("ok", "warning")
    news = ""
    if ended:
        news = _("The check is content.") if good else _("The check found something to mend.")
    elif check is not None:
        news = _("The check is running.")
    return Step(
        "dns",
        _("Publish the DNS records of the bounce domain"),
        _("The MX record brings bounces here; SPF lets your servers send with this address."),
        done=good,
        needed=False,
        news=news,
    )


def _road_step() -> Step:
    worked = next((road for road in roads.states() if road.last_success_at), None)
    newest = InboundMessage.objects.order_by("-received_at", "-id")
    last: datetime | None = newest.values_list("received_at", flat=True).first()
    news = ""
    if worked is not None:
        news = _("%(road)s works.") % {"road": worked.name}
    elif last is not None:
        news = _("Messages have arrived.")
    links = [Link(_("Read a mailbox"), _url("admin:bounces_mailbox_add"))]
    links += [Link(_("Take an ESP's webhooks"), _url("admin:bounces_webhookendpoint_add"))]
    return Step(
        "road",
        _("Let the bounces in"),
        _(
            "Any of: a mailbox that is read by IMAP or POP3, the built-in listener "
            "(manage.py listen), a pipe of your mail server (manage.py ingest -), or webhooks."
        ),
        done=worked is not None or last is not None,
        news=news,
        links=tuple(link for link in links if link.url),
    )


def _sends_step() -> Step:
    return Step(
        "sends",
        _("Report how many were sent"),
        _(
            "A bounce rate needs a denominator. Your sending application reports it by the API, "
            "an ESP by webhooks, or you upload a CSV file."
        ),
        done=CampaignTotal.objects.filter(sent__gt=0).exists(),
        links=tuple(
            link
            for link in (
                Link(_("Make an API token"), _url("admin:api_apitoken_add")),
                Link(_("Upload a CSV file"), _url("admin:lists_sendupload_add")),
            )
            if link.url
        ),
    )


def _round_trip_step(campaign: Campaign | None) -> Step:
    last = Probe.objects.order_by("-pk").first()
    text = _(
        "A probe goes to an address that cannot exist, and its bounce must find the way back here."
    )
    if not settings.PROBE_RELAY_HOST:
        text += " " + _("It needs a relay to send through: set PROBE_RELAY_HOST.")
    links = ()
    if campaign is not None:
        page = reverse("admin:lists_campaign_change", args=[campaign.pk])
        links = (Link(_("To the campaign"), page),)
    return Step(
        "round-trip",
        _("Try a round trip"),
        text,
        done=last is not None and last.state == Probe.State.RETURNED,
        needed=False,
        news=last.get_state_display() if last else "",
        links=links,
    )


def _last_check(mailing_list: MailingList | None) -> DiagnosticRun | None:
    if mailing_list is None:
        return None
    runs = DiagnosticRun.objects.filter(
        domain=mailing_list.bounce_domain, plan_name=PLANS["checkup"].name
    )
    return runs.order_by("-pk").first()


def _url(name: str) -> str:
    """The address of a page, empty where this installation does not have it."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
