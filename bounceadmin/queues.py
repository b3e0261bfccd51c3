"""Which work waits in which queue, so that nothing slow stands in front of a bounce.

A worker takes the queues of its `-Q`, or all. The settings make Celery's tables of these.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Queue:
    """Work of one kind."""

    name: str
    what: str
    threads: int
    """How many `manage.py up` has for it."""


BOUNCES = Queue("bounces", "understanding messages: CPU and database", 1)
FETCH = Queue("fetch", "reading mailboxes, each for up to MAILBOX_RUN_SECONDS", 2)
DELIVER = Queue("deliver", "webhooks and e-mails to others", 2)
DIAGNOSE = Queue("diagnose", "asking DNS and mail hosts", 1)
LONG = Queue("long", "imports, cleanings, dry runs, deleting what is old", 1)
# Celery's own name, which all tasks of earlier releases waited under: what is left of them is done.
DEFAULT = Queue("celery", "finding what is due or left over: quick", 1)

QUEUES: tuple[Queue, ...] = (BOUNCES, FETCH, DELIVER, DIAGNOSE, LONG, DEFAULT)

# Task -> where it waits.
ROUTES: dict[str, Queue] = {
    "bounceadmin.tasks.watch": DEFAULT,
    "bounceadmin.tasks.send_alerts": DELIVER,
    "bounceadmin.tasks.send_password_mails": DELIVER,
    "bounceadmin.tasks.delete_old_sessions": LONG,
    "bounces.tasks.process_inbound": BOUNCES,
    "bounces.tasks.sweep": DEFAULT,
    "bounces.tasks.delete_old_raw_messages": LONG,
    "bounces.tasks.archive_raw_messages": LONG,
    "bounces.tasks.create_partitions": LONG,
    "bounces.tasks.fetch_due_mailboxes": DEFAULT,
    "bounces.tasks.fetch_mailbox": FETCH,
    "bounces.tasks.forget_old_events": LONG,
    "bounces.tasks.delete_old_keys": LONG,
    "bounces.tasks.delete_old_messages": LONG,
    "bounces.tasks.run_policy_dry_run": LONG,
    "bounces.tasks.confirm_topic_subscription": DELIVER,
    "lists.tasks.record_bands": DEFAULT,
    "lists.tasks.rank_domains": LONG,
    "lists.tasks.keep_counts": LONG,
    "lists.tasks.delete_old_reports": LONG,
    "lists.tasks.clean": LONG,
    "lists.tasks.run_suppression_import": LONG,
    "lists.tasks.run_send_import": LONG,
    "lists.tasks.sweep_jobs": DEFAULT,
    "lists.tasks.delete_old_jobs": LONG,
    "lists.outgoing.tasks.deliver": DELIVER,
    "lists.outgoing.tasks.sweep": DEFAULT,
    "lists.outgoing.tasks.delete_old": LONG,
    "diagnostics.tasks.run_diagnosis": DIAGNOSE,
    "diagnostics.tasks.send_probe": DIAGNOSE,
    "diagnostics.tasks.sweep": DEFAULT,
    "diagnostics.tasks.delete_old": LONG,
}
