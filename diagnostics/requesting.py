"""Asking for a diagnosis of a list, a campaign or a bounce domain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from diagnostics.models import DiagnosticRun, RunStep
from diagnostics.plans import Plan
from diagnostics.subject import Subject
from diagnostics.waking import wake
from lists import verp
from lists.models import Campaign, MailingList
from lists.return_paths import signing_keys
from lists.sending_facts import entries, selector_and_domain

# A bounce domain that more lists than this share is judged by so many of them.
_MOST_LISTS = 50
_MOST_IPS = 50
# Whoever it is, a mail host must take the signed form of a bounce address as it takes the plain.
_SOMEBODY = "ann@example.com"


@transaction.atomic
def request_run(
    plan: Plan,
    about: MailingList | Campaign | str,
    *,
    by: AbstractBaseUser | None = None,
    reach_internal: bool = False,
) -> DiagnosticRun:
    """Write down that `plan` is to be run about a list, a campaign or a bounce domain, and wake a
    worker.

    Who asks the same while it still waits or runs gets that run: pressing twice asks once.
    `reach_internal` has an effect only where the settings allow internal networks.
    """
    campaign = about if isinstance(about, Campaign) else None
    mailing_list = about if isinstance(about, MailingList) else campaign and campaign.mailing_list
    subject = subject_of(about)
    may_reach = reach_internal and bool(settings.DIAGNOSTICS_ALLOWED_NETWORKS)
    known = DiagnosticRun.objects.unfinished().filter(
        plan_name=plan.name,
        domain=subject.domain,
        mailing_list=mailing_list,
        campaign=campaign,
        reach_internal=may_reach,
    )
    if (run := known.first()) is not None:
        return run
    run = DiagnosticRun.objects.create(
        plan_name=plan.name,
        domain=subject.domain,
        mailing_list=mailing_list,
        campaign=campaign,
        subject=subject.as_data(),
        reach_internal=may_reach,
        requested_by=by,
    )
    add_steps(run)
    wake("run_diagnosis", run.pk)
    return run


def add_steps(run: DiagnosticRun) -> None:
    """Give a new run the steps of its plan."""
    RunStep.objects.bulk_create(
        RunStep(run=run, check_name=name, position=place)
        for place, name in enumerate(run.plan.checks)
    )


def subject_of(about: MailingList | Campaign | str) -> Subject:
    """What is known of how a list, a campaign, or all lists of a bounce domain are sent.

    Of a list and a domain, the newest campaign's bounce address stands for the others.
    """
    if isinstance(about, Campaign):
        return _subject([about.mailing_list], about.mailing_list.bounce_domain, about, about.pk)
    if isinstance(about, MailingList):
        return _subject([about], about.bounce_domain, _newest([about]))
    lists = list(MailingList.objects.filter(bounce_domain=about)[:_MOST_LISTS])
    return _subject(lists, about, _newest(lists))


def _newest(lists: list[MailingList]) -> Campaign | None:
    campaigns = Campaign.objects.filter(mailing_list__in=lists).select_related("mailing_list")
    return campaigns.order_by("-started_at", "-id").first()


def _subject(
    lists: list[MailingList], domain: str, campaign: Campaign | None, campaign_id: int | None = None
) -> Subject:
    return Subject(
        domain=domain,
        bounce_addresses=_bounce_addresses(campaign, domain),
        header_from=_each_once(row.header_from_domain for row in lists),
        sending_ips=_each_once(ip for row in lists for ip in entries(row.sending_ips))[:_MOST_IPS],
        selectors=_each_once(
            selector_and_domain(entry, row.header_from_domain)
            for row in lists
            for entry in entries(row.dkim_selectors)
        ),
        blocklist_domains=_each_once(
            one for row in lists for one in entries(row.blocklist_domains)
        ),
        list_ids=tuple(row.pk for row in lists),
        campaign_id=campaign_id,
    )


def _bounce_addresses(campaign: Campaign | None, domain: str) -> tuple[str, ...]:
    """The campaign's address and a signed one, where they are at the domain."""
    if campaign is None:
        return ()
    signed = verp.make_signed(_SOMEBODY, domain, campaign.pk, signing_keys())
    plain = campaign.bounce_address or ""
    return (plain, signed) if plain.endswith(f"@{domain}") else (signed,)


def _each_once(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(value for value in values if value))
