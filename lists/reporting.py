"""Reports of sends that count once, however often they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lists import tidying
from lists.models import SendReport

# How long a key is remembered, and a report kept to be looked up.
KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Taken:
    """A report, and whether it was taken before under the same key."""

    report: SendReport
    repeated: bool


class KeyReusedError(Exception):
    """The key was used for another report."""

    def __init__(self, key: str, at: datetime) -> None:
        self.at = at
        super().__init__(
            _("This key was used on %(day)s for a report that says something else.")
            % {"day": at.date().isoformat()}
        )


@transaction.atomic
def take(
    work: Callable[[], dict[str, object]],
    *,
    source: str,
    actor: str,
    digest: str,
    key: str | None = None,
    campaign_id: int | None = None,
) -> Taken:
    """Do `work` and keep the outcome that it returns, once for each `key`.

    The same key and digest again does nothing and has the same outcome; with another digest it is
    a KeyReusedError. Where `work` raises, the key stays unused.
    """
    about = {"source": source, "actor": actor, "digest": digest, "campaign_id": campaign_id}
    if key is None:
        report, fresh = SendReport.objects.create(**about), True
    else:
        # Who comes second waits here for the first to commit.
        report, fresh = SendReport.objects.get_or_create(key=key, defaults=about)
    if not fresh:
        if report.digest != digest:
            raise KeyReusedError(report.key, report.created_at)
        return Taken(report, repeated=True)
    report.outcome = work()
    report.save(update_fields=["outcome"])
    return Taken(report, repeated=False)


def delete_old_reports() -> Iterator[int]:
    """Forget reports and keys older than `KEPT`; the counts stay. Yields how many."""
    return tidying.delete(SendReport.objects.filter(created_at__lt=timezone.now() - KEPT))
