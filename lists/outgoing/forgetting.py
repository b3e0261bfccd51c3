"""Forgetting a person in what was told to other systems."""

from __future__ import annotations

import json

from lists.outgoing.models import Delivery, Message


def forget(address: str, pseudonym: str) -> int:
    """Put the pseudonym in the place of a canonical `address` in messages; return in how many.

    What is still to be delivered keeps it: its receiver must know whom not to mail. Housekeeping
    deletes it when its time is over.
    """
    # As it stands within JSON text.
    named = json.dumps(address)[1:-1]
    waiting = Delivery.objects.filter(state=Delivery.State.PENDING).values("message")
    found = Message.objects.filter(body__contains=named).exclude(pk__in=waiting)
    messages = list(found)
    for message in messages:
        message.body = message.body.replace(named, pseudonym)
    Message.objects.bulk_update(messages, ["body"], batch_size=100)
    # An answer may quote what it answers.
    Delivery.objects.filter(message__in=messages).update(answer="")
    return len(messages)
