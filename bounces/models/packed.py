"""Bytes that are compressed in the database, and nowhere else."""

from __future__ import annotations

from django.db import models

from bounces.packing import pack, unpack


class PackedBinaryField(models.BinaryField):
    """Reads and writes plain `bytes`."""

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return None if value is None else pack(bytes(value))

    def from_db_value(self, value, expression, connection):
        return None if value is None else unpack(bytes(value))
