"""The admin pages of the project's own: accounts, failed logins, alerts."""

from __future__ import annotations

from axes.models import AccessAttempt
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from bounceadmin.alert_filters import OpenFilter
from bounceadmin.logins import accounts, locking
from bounceadmin.models import Alert, AlertDelivery
from lists.admin.paging import LargeTable
from lists.admin.read_only import ReadOnly

admin.site.unregister(User)
admin.site.unregister(Group)
# Their secrets are nobody's to see: each person has the page *Second factor*.
admin.site.unregister(TOTPDevice)
admin.site.unregister(StaticDevice)

admin.site.register(User, accounts.UserAdmin)
admin.site.register(Group, accounts.GroupAdmin)
admin.site.register(AccessAttempt, locking.AccessAttemptAdmin)


class AlertDeliveryInline(ReadOnly, TabularInline):
    model = AlertDelivery
    fields = ["user", "level", "state", "due_at", "sent_at", "attempts", "error"]
    verbose_name_plural = _("who was told")


@admin.register(Alert)
class AlertAdmin(ReadOnly, LargeTable, ModelAdmin):
    list_display = ["title", "level", "kind", "opened_at", "closed_at"]
    list_filter = [OpenFilter, ("kind", ChoicesDropdownFilter), ("level", ChoicesDropdownFilter)]
    list_filter_submit = True
    ordering = ["-opened_at", "-id"]
    fields = ["title", "detail", "page", "level", "kind", "opened_at", "closed_at"]
    readonly_fields = ["page"]
    inlines = [AlertDeliveryInline]

    @admin.display(description=_("where"))
    def page(self, alert: Alert) -> str:
        return format_html('<a class="ba-link" href="{}">{}</a>', alert.path, _("Open the page"))
