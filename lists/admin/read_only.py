"""Rows that only the program writes: the admin shows them, and nobody edits them by hand."""

from __future__ import annotations

from django.http import HttpRequest


class ReadOnly:
    """Goes before `ModelAdmin` or an inline."""

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False
