"""Addresses that the listener takes mail for, besides those of campaigns and return paths."""

from __future__ import annotations

from django.contrib import admin
from unfold.admin import ModelAdmin

from bounces.models import BounceAddress


@admin.register(BounceAddress)
class BounceAddressAdmin(ModelAdmin):
    list_display = ["address", "with_details", "note"]
    search_fields = ["address", "note"]
    fields = ["address", "with_details", "note"]
