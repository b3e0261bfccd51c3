"""How many were sent: the denominators of every rate, reported and corrected."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import transaction
from django.utils import timezone

from lists import counting, kept_words, totals
from lists.addresses import domain_of
from lists.models import Campaign, CampaignDay, DomainDay, SentMessage
from lists.people import ensure_subscribers
from lists.return_paths import digest_of_message_id

TALLIES = ("sent", "delivered")
_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class SentCount:
    """Recipients sent to (and delivered to) of a campaign, a day (UTC) and a recipient domain.

    None says nothing about that number. Below zero takes back what was reported before.
    """

    campaign_id: int
    day: date
    domain: str
    """In its ASCII form; empty where the sender does not know it."""
    sent: int | None = None
    delivered: int | None = None


@dataclass(frozen=True, slots=True)
class SentMail:
    """One message that was sent."""

    campaign_id: int
    message_id: str
    address: str
    """Canonical; empty where many people got it under the same id."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """By how much the counts have changed."""

    sent: int = 0
    delivered: int = 0
    messages: int = 0
    """Message-IDs that were not known before."""

    def __add__(self, other: Recorded) -> Recorded:
        return Recorded(
            self.sent + other.sent,
            self.delivered + other.delivered,
            self.messages + other.messages,
        )


class CorrectionError(Exception):
    """What was reported cannot be changed like that; nothing of the report was recorded."""

    code = ""
    """What the API calls it."""

    def __init__(self, count: SentCount, kept: str) -> None:
        self.count = count
        self.kept = kept
        """Why, in English, to be kept."""
        super().__init__(kept_words.shown(kept))


class BelowZeroError(CorrectionError):
    """It takes back more than was reported."""

    code = "below-zero"

    def __init__(self, count: SentCount, tally: str, reported: int) -> None:
        template = kept_words.BELOW_ZERO if count.domain else kept_words.BELOW_ZERO_ANYWHERE
        about = {
            "day": count.day.isoformat(),
            "domain": count.domain,
            "reported": reported,
            "tally": tally,
            "change": -(getattr(count, tally) or 0),
        }
        super().__init__(count, template % about)


class LongAgoError(CorrectionError):
    """What was reported of the day is no longer known by domain."""

    code = "long-ago"

    def __init__(self, count: SentCount, since: date) -> None:
        about = {"day": count.day.isoformat(), "since": since.isoformat()}
        super().__init__(count, kept_words.LONG_AGO % about)


@transaction.atomic
def report_sent(campaign: Campaign, day: date, by_domain: Mapping[str, int]) -> None:
    """Add recipients sent to on `day` (UTC), by recipient domain."""
    record([SentCount(campaign.pk, day, d.lower(), number) for d, number in by_domain.items()])


@transaction.atomic
def record(
    counts: Iterable[SentCount],
    *,
    replace: bool = False,
    refuse: Callable[[CorrectionError], None] | None = None,
) -> Recorded:
    """Add `counts` to what was reported before, or put them in its place.

    In its place: of the same campaign, day and domain; other domains of the day stay. Raises
    CorrectionError, and then has changed nothing; or, with `refuse`, hands it the error and passes
    over what is said of that campaign, day and domain.
    """
    wanted = _merged(counts, replace)
    if not replace and not any(map(_takes_back, wanted)):
        return _change(wanted)
    total = Recorded()
    since = totals.kept_since(timezone.now())
    for start in range(0, len(wanted), _AT_ONCE):
        chunk = wanted[start : start + _AT_ONCE]
        reported = _locked(chunk)
        changes = []
        for count in chunk:
            try:
                changes.append(_difference(count, reported, replace, since))
            except CorrectionError as error:
                if refuse is None:
                    raise
                refuse(error)
        total += _change(changes)
    return total


@transaction.atomic
def record_messages(mails: Sequence[SentMail], *, count: bool = True) -> Recorded:
    """Remember the Message-IDs, so that bounces about them are no forgeries, and count them.

    A known id changes nothing, so that a report may come twice. What has no address belongs to
    many recipients and is not counted. `count=False` where the numbers are reported by themselves.
    """
    by_digest = {digest_of_message_id(mail.message_id): mail for mail in mails}
    # One report at a time for a campaign: else two could both count the same message as new.
    _lock_campaigns({mail.campaign_id for mail in mails})
    known = SentMessage.objects.filter(digest__in=by_digest).values_list("digest", flat=True)
    for digest in list(known):
        del by_digest[digest]
    ids = ensure_subscribers({mail.address for mail in by_digest.values()} - {""})
    SentMessage.objects.bulk_create(
        [
            SentMessage(
                digest=digest,
                campaign_id=mail.campaign_id,
                subscriber_id=ids.get(mail.address),
                sent_at=mail.at,
            )
            for digest, mail in sorted(by_digest.items())
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
    sent = Counter(
        (mail.campaign_id, mail.at.astimezone(UTC).date(), domain_of(mail.address))
        for mail in by_digest.values()
        if mail.address and count
    )
    counted = _change([SentCount(*key, number) for key, number in sent.items()])
    return counted + Recorded(messages=len(by_digest))


def _merged(counts: Iterable[SentCount], replace: bool) -> list[SentCount]:
    """One count for each campaign, day and domain: the sum, or the last that says something."""
    merged: dict[tuple[int, date, str], dict[str, int | None]] = defaultdict(
        lambda: dict.fromkeys(TALLIES)
    )
    for count in counts:
        known = merged[count.campaign_id, count.day, count.domain]
        for tally in TALLIES:
            number = getattr(count, tally)
            if number is not None:
                known[tally] = number if replace else (known[tally] or 0) + number
    return [SentCount(*key, **tallies) for key, tallies in sorted(merged.items())]


def _takes_back(count: SentCount) -> bool:
    return any((getattr(count, tally) or 0) < 0 for tally in TALLIES)


def _lock_campaigns(ids: Iterable[int]) -> None:
    rows = Campaign.objects.select_for_update(no_key=True).filter(pk__in=set(ids))
    list(rows.order_by("pk").values_list("pk"))


def _locked(counts: Sequence[SentCount]) -> dict[tuple, DomainDay]:
    """What is reported so far, kept from others, in the order in which `counting` takes rows."""
    campaigns = {count.campaign_id for count in counts}
    _lock_campaigns(campaigns)
    # Their totals are locked too, and hold what the days do, so that nothing in them gets negative.
    totals.mend(campaigns, timezone.now())
    about = {
        "campaign_id__in": campaigns,
        "day__in": {count.day for count in counts},
    }
    days = CampaignDay.objects.select_for_update(of=("self",)).filter(**about)
    list(days.order_by("campaign_id", "day").values_list("pk"))
    rows = DomainDay.objects.select_for_update(of=("self",)).filter(
        **about, domain__in={count.domain for count in counts}
    )
    ordered = rows.order_by("campaign_id", "day", "domain")
    return {(row.campaign_id, row.day, row.domain): row for row in ordered}


def _difference(
    count: SentCount, reported: Mapping[tuple, DomainDay], replace: bool, since: date | None
) -> SentCount:
    """`count` as a change of what is reported, which is known `since` then."""
    if since is not None and count.day < since and (replace or _takes_back(count)):
        raise LongAgoError(count, since)
    row = reported.get((count.campaign_id, count.day, count.domain))
    changes: dict[str, int | None] = {}
    for tally in TALLIES:
        number, there = getattr(count, tally), getattr(row, tally, 0)
        changes[tally] = number - there if replace and number is not None else number
        if there + (changes[tally] or 0) < 0:
            raise BelowZeroError(count, tally, there)
    return SentCount(count.campaign_id, count.day, count.domain, **changes)


def _change(counts: Sequence[SentCount]) -> Recorded:
    changes = [
        counting.Count(count.campaign_id, count.day, count.domain, tally, number)
        for count in counts
        for tally in TALLIES
        if (number := getattr(count, tally))
    ]
    counting.add(changes)
    sums = Counter(dict.fromkeys(TALLIES, 0))
    for change in changes:
        sums[change.tally] += change.number
    return Recorded(**sums)
