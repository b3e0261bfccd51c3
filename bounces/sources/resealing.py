"""Putting stored secrets under the newest key, so that former keys can be dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db import models, transaction

from bounces.sources.sealing import UnsealableError, seal, unseal


@dataclass(slots=True)
class Resealed:
    """How many secrets are under the newest key now, and which could not be read."""

    sealed: int = 0
    lost: list[str] = field(default_factory=list)


@transaction.atomic
def reseal() -> Resealed:
    """Do it for every model that names its sealed fields in `SEALED`; safe to run twice."""
    done = Resealed()
    for model, names in _sealed_fields():
        for row in model.objects.select_for_update().order_by("pk"):
            renewed = []
            for name in names:
                try:
                    secret = unseal(getattr(row, name))
                except UnsealableError:
                    done.lost.append(f"{model._meta.verbose_name} {row}: {name}")
                    continue
                if secret:
                    setattr(row, name, seal(secret))
                    renewed.append(name)
            row.save(update_fields=renewed)
            done.sealed += len(renewed)
    return done


def _sealed_fields() -> Iterator[tuple[type[models.Model], tuple[str, ...]]]:
    for model in apps.get_models():
        names = getattr(model, "SEALED", ())
        if names:
            yield model, names
