"""Subscribers: found by address, shown on the address's own page."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from lists.addresses import canonical
from lists.admin.paging import LargeTable
from lists.models import Subscriber, Subscription
from lists.searching import MOST_BEGINNING, by_address, by_beginning


class SubscriberForm(forms.ModelForm):
    """Refuses an address that another spelling of is there already."""

    def clean_address(self) -> str:
        text = self.cleaned_data["address"]
        found = canonical(text, settings.FOLD_LOCAL_PART)
        if found and Subscriber.objects.filter(canonical=found).exists():
            raise ValidationError(_("This address is there already."))
        return text


class SubscriptionInline(TabularInline):
    model = Subscription
    fields = ["mailing_list"]
    extra = 1


@admin.register(Subscriber)
class SubscriberAdmin(LargeTable, ModelAdmin):
    list_display = ["address", "domain", "created_at"]
    ordering = ["-pk"]
    search_fields = ["canonical"]
    search_help_text = format_lazy(
        _(
            "The beginning of an address, or a domain: ann, ann@example.com, @test. By a beginning "
            "the first {n} are found."
        ),
        n=f"{MOST_BEGINNING:,}",
    )
    form = SubscriberForm
    fields = ["address"]
    inlines = [SubscriptionInline]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        text = search_term.strip()
        if text.startswith("@"):
            return by_address(queryset, text, "canonical"), False
        return by_beginning(queryset, text, "canonical"), False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context=None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        page = reverse("address")
        return HttpResponseRedirect(f"{page}?{urlencode({'address': row.canonical})}")

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        # Bounces change what a subscriber has; a wrong address is deleted and added again.
        return False
