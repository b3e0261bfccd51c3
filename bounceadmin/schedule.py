"""What is done by itself, and when (UTC): Celery's beat announces it.

What is done at night goes in turns (`lists/tidying.py`), and may be done again at any time.
"""

from __future__ import annotations

from celery.schedules import crontab


def _every(seconds: float) -> dict[str, object]:
    # What no worker took for long is announced anew: the old ones need not pile up.
    return {"schedule": seconds, "options": {"expires": max(60.0, seconds)}}


SCHEDULE: dict[str, dict[str, object]] = {
    "watch": {"task": "bounceadmin.tasks.watch", **_every(60.0)},
    "send-password-mails": {"task": "bounceadmin.tasks.send_password_mails", **_every(60.0)},
    "sweep": {"task": "bounces.tasks.sweep", **_every(60.0)},
    "sweep-jobs": {"task": "lists.tasks.sweep_jobs", **_every(60.0)},
    "sweep-outgoing-webhooks": {"task": "lists.outgoing.tasks.sweep", **_every(30.0)},
    "delete-old-webhook-messages": {
        "task": "lists.outgoing.tasks.delete_old",
        "schedule": crontab(hour=3, minute=50),
    },
    "record-bands": {"task": "lists.tasks.record_bands", **_every(120.0)},
    "rank-domains": {"task": "lists.tasks.rank_domains", **_every(60.0)},
    "keep-counts": {
        "task": "lists.tasks.keep_counts",
        "schedule": crontab(hour=3, minute=30),
    },
    "delete-old-reports": {
        "task": "lists.tasks.delete_old_reports",
        "schedule": crontab(hour=3, minute=40),
    },
    "fetch-mailboxes": {"task": "bounces.tasks.fetch_due_mailboxes", **_every(15.0)},
    "delete-old-raw-messages": {
        "task": "bounces.tasks.delete_old_raw_messages",
        "schedule": crontab(hour=3, minute=20),
    },
    # Months ahead; every hour, since one that finds the table busy leaves it at that.
    "create-partitions": {
        "task": "bounces.tasks.create_partitions",
        "schedule": crontab(minute=7),
    },
    "forget-old-events": {
        "task": "bounces.tasks.forget_old_events",
        "schedule": crontab(hour=3, minute=50),
    },
    "delete-old-messages": {
        "task": "bounces.tasks.delete_old_messages",
        "schedule": crontab(hour=4, minute=30),
    },
    "delete-old-jobs": {
        "task": "lists.tasks.delete_old_jobs",
        "schedule": crontab(hour=4, minute=10),
    },
    "delete-old-sessions": {
        "task": "bounceadmin.tasks.delete_old_sessions",
        "schedule": crontab(hour=4, minute=20),
    },
    "sweep-diagnostics": {"task": "diagnostics.tasks.sweep", **_every(60.0)},
    "delete-old-diagnostics": {
        "task": "diagnostics.tasks.delete_old",
        "schedule": crontab(hour=3, minute=40),
    },
}

# Where texts are kept in a bucket.
ARCHIVING = {"archive-raw-messages": {"task": "bounces.tasks.archive_raw_messages", **_every(60.0)}}
