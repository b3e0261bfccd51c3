"""Which of our mails a message is about, and whether that is proved.

Set-based: the whole batch costs the same few queries, whatever its size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from django.conf import settings
from django.db.models import Q

from bounces.models import BounceEvent
from bounces.parsing import ParsedMessage
from lists import return_paths, verp
from lists.addresses import canonical
from lists.models import Campaign, SentMessage, Subscriber, Subscription
from lists.verp import ReturnPath

Proof = BounceEvent.Proof

# Addresses of one message that are tried as bounce addresses.
_MOST_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class Voucher:
    """What an authenticated webhook adds to what its event says: it proves it."""

    source_key: str = ""
    """The event's number at who reported it; empty where it has none."""
    known_as: tuple[str, ...] = ()
    """Ids by which we may know the mail, its Message-ID or the service's own."""
    campaigns: tuple[str, ...] = ()
    """What may name a campaign: its number, its bounce address or its name, best first."""
    campaign_id: int | None = None
    """The campaign where nothing else tells one."""
    list_id: int | None = None
    """The only list that it can speak for; None: for all."""
    counts_sent: bool = False
    """Mails that it tells of count as sent."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A parsed message and the envelope recipient it came with (empty where unknown)."""

    parsed: ParsedMessage
    envelope_recipient: str = ""
    voucher: Voucher | None = None

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
    is_known_mail: bool = False
    """We know the mail itself, by its Message-ID, as one to this recipient."""


def attribute(messages: Sequence[Arrived]) -> list[Attribution]:
    """Find for each message its campaign and recipient, in the order of `messages`.

    A signed return path decides first, then the Message-ID of a message that we sent to one
    person, then what an authenticated webhook names, then the campaign's own address, which is no
    secret and so proves nothing.
    """
    candidates = [message.candidates() for message in messages]
    keys = return_paths.signing_keys()
    paths = [_best_return_path(addresses, keys) for addresses in candidates]
    sent = _sent_messages(messages)
    named = _named_campaigns(messages)
    campaigns = _campaigns(candidates, paths, filter(None, sent), named.values(), messages)
    by_address = {campaign.bounce_address: campaign for campaign in campaigns.values()}
    recipients = _recipients_of_short_paths(paths)
    return [
        _from_return_path(path, campaigns, recipients, mail)
        or _from_message_id(message, mail, campaigns)
        or _from_webhook(message.voucher, addresses, by_address, named, campaigns)
        or _from_campaign_address(addresses, path, by_address)
        for message, addresses, path, mail in zip(messages, candidates, paths, sent, strict=True)
    ]


def subscribed(pairs: set[tuple[str, int]]) -> set[tuple[str, int]]:
    """Those (canonical address, list id) pairs that are subscriptions."""
    if not pairs:
        return set()
    rows = Subscription.objects.filter(
        subscriber__canonical__any_of={a for a, _ in pairs},
        mailing_list_id__in={m for _, m in pairs},
    )
    return pairs & set(rows.values_list("subscriber__canonical", "mailing_list_id"))


def _best_return_path(addresses: list[str], keys: Sequence[str]) -> ReturnPath | None:
    read = [path for address in addresses if (path := verp.read(address, keys))]
    return next((path for path in read if path.signed), read[0] if read else None)


def _digests(message: Arrived) -> list[str]:
    ids = message.voucher.known_as if message.voucher else (message.parsed.original_message_id,)
    return [return_paths.digest_of_message_id(known) for known in ids if known]


def _sent_messages(messages: Sequence[Arrived]) -> list[SentMessage | None]:
    """For each message the mail of ours that it names; None where we know none."""
    digests = [_digests(message) for message in messages]
    wanted = set(chain.from_iterable(digests))
    rows = SentMessage.objects.filter(digest__any_of=wanted).select_related("subscriber")
    known = {row.digest: row for row in rows} if wanted else {}
    return [next((known[one] for one in named if one in known), None) for named in digests]


def _named_campaigns(messages: Sequence[Arrived]) -> dict[str, int]:
    """The ids of the campaigns that webhooks name, by the name; one that two have is nobody's."""
    names = {name for m in messages if m.voucher for name in m.voucher.campaigns}
    if not names:
        return {}
    numbers = {int(name) for name in names if name.isascii() and name.isdigit() and len(name) < 19}
    rows = Campaign.objects.filter(
        Q(pk__in=numbers) | Q(bounce_address__in=names) | Q(name__in=names)
    ).values_list("pk", "bounce_address", "name")
    found: dict[str, set[int]] = {}
    for pk, address, name in rows:
        for known in (str(pk), address, name):
            found.setdefault(known, set()).add(pk)
    # A number is always the campaign's own, whatever another one is called.
    return {
        name: int(name) if name.isdigit() and int(name) in ids else next(iter(ids))
        for name, ids in found.items()
        if name in names and (len(ids) == 1 or name.isdigit())
    }


def _campaigns(candidates, paths, sent, named, messages) -> dict[int, Campaign]:
    """Every campaign the batch may be about, in one query."""
    ids = {path.campaign_id for path in paths if path and path.signed}
    ids |= {row.campaign_id for row in sent} | set(named)
    ids |= {m.voucher.campaign_id for m in messages if m.voucher} - {None}
    addresses = {canonical(a) for found in candidates for a in found} - {""}
    rows = Campaign.objects.select_related("mailing_list")
    # Two queries, because one with OR would use neither index.
    found = rows.in_bulk(ids) if ids else {}
    if addresses:
        found |= {c.pk: c for c in rows.filter(bounce_address__any_of=addresses)}
    return found


def _recipients_of_short_paths(paths) -> dict[int, str]:
    ids = {p.recipient_id for p in paths if p and p.signed and p.recipient_id is not None}
    if not ids:
        return {}
    return dict(Subscriber.objects.filter(pk__in=ids).values_list("pk", "canonical"))


def _from_return_path(
    path: ReturnPath | None,
    campaigns: dict[int, Campaign],
    recipients: dict[int, str],
    sent: SentMessage | None,
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
    known_to = sent.subscriber if sent and sent.campaign_id == campaign.id else None
    return Attribution(
        campaign.id,
        campaign.mailing_list_id,
        recipient,
        proof,
        is_known_mail=known_to is not None and known_to.canonical == recipient,
    )


def _from_message_id(
    message: Arrived, sent: SentMessage | None, campaigns: dict[int, Campaign]
) -> Attribution | None:
    if sent is None or sent.campaign_id not in campaigns:
        return None
    campaign = campaigns[sent.campaign_id]
    if message.voucher is not None and not _is_about(message, sent.subscriber):
        return _vouched(message.voucher, campaign)
    if sent.subscriber is None:
        # One id for many people: each of them could name it in a bounce about another.
        return Attribution(
            campaign.id,
            campaign.mailing_list_id,
        )
    return Attribution(
        campaign.id,
        campaign.mailing_list_id,
        sent.subscriber.canonical,
        Proof.KNOWN_MESSAGE,
        is_known_mail=True,
    )


def _is_about(message: Arrived, subscriber: Subscriber | None) -> bool:
    """Whether a webhook means the person we know the mail to be for, and not one in copy."""
    named = {canonical(r.recipient, settings.FOLD_LOCAL_PART) for r in message.parsed.reports}
    return subscriber is not None and named <= {subscriber.canonical, ""}


def _from_webhook(
    voucher: Voucher | None,
    addresses: list[str],
    by_address: dict[str, Campaign],
    named: dict[str, int],
    campaigns: dict[int, Campaign],
) -> Attribution | None:
    if voucher is None:
        return None
    own = [by_address[a].pk for a in map(canonical, addresses) if a in by_address]
    ids = [*own, *(named.get(name) for name in voucher.campaigns), voucher.campaign_id]
    pk = next((pk for pk in ids if pk in campaigns), None)
    if pk is not None:
        return _vouched(voucher, campaigns[pk])
    # Proved, but about no list of ours: it is kept and changes nothing.
    return Attribution(proof=Proof.WEBHOOK)


def _vouched(voucher: Voucher, campaign: Campaign) -> Attribution:
    """A webhook proves what it says, of the lists that it may speak for."""
    may = voucher.list_id in (None, campaign.mailing_list_id)
    return Attribution(
        campaign.id, campaign.mailing_list_id, proof=Proof.WEBHOOK if may else Proof.NONE
    )


def _from_campaign_address(
    addresses: list[str], path: ReturnPath | None, by_address: dict[str, Campaign]
) -> Attribution:
    for address in addresses:
        campaign = by_address.get(canonical(address))
        if campaign is not None:
            return Attribution(
                campaign.id,
                campaign.mailing_list_id,
            )
    recipient = canonical(path.recipient, settings.FOLD_LOCAL_PART) if path else ""
    return Attribution(recipient=recipient)
