"""All that is known of one person, as a zip, and erasing it."""

from __future__ import annotations

import json
import zipfile
from typing import IO

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from bounces import privacy as bounces_privacy
from lists import privacy as lists_privacy


def write_zip(address: str, out: IO[bytes]) -> None:
    """Write what is known of a canonical `address`: `data.json`, and messages about it alone."""
    data = {
        "address": address,
        "written at": timezone.now(),
        **lists_privacy.data_of(address),
        **bounces_privacy.data_of(address),
    }
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "data.json", json.dumps(data, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
        )
        for pk, raw in bounces_privacy.messages_of(address):
            archive.writestr(f"messages/{pk}.eml", raw)


@transaction.atomic
def erase(address: str, actor: str, why: str, *, keep_from_mail: bool) -> None:
    """Forget a canonical `address` everywhere. ValidationError as `lists.privacy.erase`."""
    lists_privacy.erase(address, actor, why, keep_from_mail=keep_from_mail)
    bounces_privacy.erase(address)
