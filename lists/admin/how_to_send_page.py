"""What the page "How to send" shows of a campaign."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lists.how_to_send import ANY_HOST, Record, Sending, records, snippets, warnings
from lists.models import Campaign, MailingList
from lists.own_name import own_name
from lists.sending_facts import entries


def context_of(campaign: Campaign) -> dict[str, object]:
    """The settings, records and warnings for a campaign whose list is loaded."""
    mailing_list = campaign.mailing_list
    sending = Sending(
        bounce_address=campaign.bounce_address,
        header_from=mailing_list.header_from,
        bounce_domain=mailing_list.bounce_domain,
        campaign=campaign.pk,
        mail_host=own_name() or ANY_HOST,
        sending_ips=entries(mailing_list.sending_ips),
    )
    return {
        "section": "how_to_send",
        "sending": sending,
        "knows_host": sending.mail_host != ANY_HOST,
        "snippets": [
            {"name": s.name, "title": s.title, "code": s.code, "note": _(s.note) if s.note else ""}
            for s in snippets(sending)
        ],
        "records": [_shown(record) for record in records(sending)],
        "warnings": [_(text) for text in warnings(sending, _lists_of_other_streams(mailing_list))],
    }


def _shown(record: Record) -> dict[str, str]:
    return {
        "id": f"record-{record.type.lower()}",
        "type": record.type,
        "line": record.line,
        "why": _(record.why),
    }


def _lists_of_other_streams(mailing_list: MailingList) -> list[str]:
    others = MailingList.objects.filter(bounce_domain=mailing_list.bounce_domain)
    return list(others.exclude(stream=mailing_list.stream).values_list("name", flat=True)[:5])
