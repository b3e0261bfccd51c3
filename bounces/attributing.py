"""Which of our mails a message is about, and whether that is proved.

Set-based: the whole batch costs the same few queries, whatever its size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from bounces.models import BounceEvent
from bounces.parsing import ParsedMessage
from lists import return_paths
from lists.addresses import canonical
from lists.models import Campaign, SentMessage, Subscriber, Subscription
from lists.verp import ReturnPath

Proof = BounceEvent.Proof

# Addresses of one message that are tried as bounce addresses.
_MOST_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class Arrived:
    """A parsed message and the envelope recipient it came with (empty where unknown)."""

    parsed: ParsedMessage
    envelope_recipient: str = ""

    def candidates(self) -> list[str]:
        """The addresses that may be our bounce address, best first."""
        found = (self.envelope_recipient, self.parsed.return_path, *self.parsed.recipients)
        return list(dict.fromkeys(a for a in found[:_MOST_CANDIDATES] if a))


@dataclass(frozen=True, slots=True)
class Attribution:
    """Our mail that a message is about; all empty where it is about none that we know."""

    campaign_id: int | None = None
    list_id: int | None = None
    recipient: str = ""
    """Whom we mailed (canonical); empty where only the report can tell."""
    proof: str = Proof.NONE


def attribute(messages: Sequence[Arrived]) -> list[Attribution]:
    """Find for each message its campaign and recipient, in the order of `messages`.

    A signed return path decides first, then the Message-ID of a message that we sent to one
    person, then the campaign's own address, which is no secret and so proves nothing.
    """
    candidates = [message.candidates() for message in messages]
    paths = [_best_return_path(addresses) for addresses in candidates]
    sent = _sent_messages(messages)
    campaigns = _campaigns(candidates, paths, sent.values())
    by_address = {campaign.bounce_address: campaign for campaign in campaigns.values()}
    recipients = _recipients_of_short_paths(paths)
    return [
        _from_return_path(path, campaigns, recipients)
        or _from_message_id(sent.get(_digest(message)), campaigns)
        or _from_campaign_address(addresses, path, by_address)
        for message, addresses, path in zip(messages, candidates, paths, strict=True)
    ]


def subscribed(pairs: set[tuple[str, int]]) -> set[tuple[str, int]]:
    """Those (canonical address, list id) pairs that are subscriptions."""
    if not pairs:
        return set()
    rows = Subscription.objects.filter(
        subscriber__canonical__in={a for a, _ in pairs},
        mailing_list_id__in={m for _, m in pairs},
    )
    return pairs & set(rows.values_list("subscriber__canonical", "mailing_list_id"))


def _best_return_path(addresses: list[str]) -> ReturnPath | None:
    read = [path for address in addresses if (path := return_paths.read(address))]
    return next((path for path in read if path.signed), read[0] if read else None)


def _digest(message: Arrived) -> str:
    message_id = message.parsed.original_message_id
    return return_paths.digest_of_message_id(message_id) if message_id else ""


def _sent_messages(messages: Sequence[Arrived]) -> dict[str, SentMessage]:
    digests = {_digest(message) for message in messages} - {""}
    if not digests:
        return {}
    rows = SentMessage.objects.filter(digest__in=digests).select_related("subscriber")
    return {row.digest: row for row in rows}


def _campaigns(candidates, paths, sent) -> dict[int, Campaign]:
    """Every campaign the batch may be about, in one query."""
    ids = {path.campaign_id for path in paths if path and path.signed}
    ids |= {row.campaign_id for row in sent}
    addresses = {canonical(a) for found in candidates for a in found} - {""}
    rows = Campaign.objects.select_related("mailing_list")
    # Two queries, because one with OR would use neither index.
    found = rows.in_bulk(ids) if ids else {}
    if addresses:
        found |= {c.pk: c for c in rows.filter(bounce_address__in=addresses)}
    return found


def _recipients_of_short_paths(paths) -> dict[int, str]:
    ids = {p.recipient_id for p in paths if p and p.signed and p.recipient_id is not None}
    if not ids:
        return {}
    return dict(Subscriber.objects.filter(pk__in=ids).values_list("pk", "canonical"))


def _from_return_path(
    path: ReturnPath | None, campaigns: dict[int, Campaign], recipients: dict[int, str]
) -> Attribution | None:
    if path is None or not path.signed or path.campaign_id not in campaigns:
        return None
    campaign = campaigns[path.campaign_id]
    recipient = (
        canonical(path.recipient, settings.FOLD_LOCAL_PART)
        if path.recipient
        else recipients.get(path.recipient_id, "")
    )
    # The subscriber of a short path may have been deleted: then nobody can be acted on.
    proof = Proof.SIGNED_RETURN_PATH if recipient else Proof.NONE
    return Attribution(campaign.pk, campaign.mailing_list_id, recipient, proof)


def _from_message_id(
    sent: SentMessage | None, campaigns: dict[int, Campaign]
) -> Attribution | None:
    if sent is None or sent.campaign_id not in campaigns:
        return None
    campaign = campaigns[sent.campaign_id]
    if sent.subscriber is None:
        # One id for many people: each of them could name it in a bounce about another.
        return Attribution(
            campaign.pk,
            campaign.mailing_list_id,
        )
    return Attribution(
        campaign.pk, campaign.mailing_list_id, sent.subscriber.canonical, Proof.KNOWN_MESSAGE
    )


def _from_campaign_address(
    addresses: list[str], path: ReturnPath | None, by_address: dict[str, Campaign]
) -> Attribution:
    for address in addresses:
        campaign = by_address.get(canonical(address))
        if campaign is not None:
            return Attribution(
                campaign.pk,
                campaign.mailing_list_id,
            )
    recipient = canonical(path.recipient, settings.FOLD_LOCAL_PART) if path else ""
    return Attribution(recipient=recipient)
