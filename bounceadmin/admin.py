"""People's accounts and roles, in the site's look."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.paginator import InfinitePaginator

from bounceadmin.alert_filters import OpenFilter
from bounceadmin.models import Alert, AlertDelivery

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "email", "roles", "is_active", "last_login"]
    list_filter = ["groups", "is_active", "is_superuser"]
    # An account without a role and without access to this site would be of no use.
    add_fieldsets = [
        *DjangoUserAdmin.add_fieldsets,
        (_("What this person may do"), {"fields": ["groups", "is_staff"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, object]:
        return {"is_staff": True, **super().get_changeform_initial_data(request)}

    @admin.display(description=_("role"))
    def roles(self, user: User) -> str:
        names = [group.name for group in user.groups.all()]
        return ", ".join([*([_("Superuser")] if user.is_superuser else []), *names]) or "–"


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    pass


class ReadOnly:
    """What only the site itself writes."""

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


class AlertDeliveryInline(ReadOnly, TabularInline):
    model = AlertDelivery
    fields = ["user", "level", "state", "due_at", "sent_at", "attempts", "error"]
    verbose_name_plural = _("who was told")


@admin.register(Alert)
class AlertAdmin(ReadOnly, ModelAdmin):
    list_display = ["title", "level", "kind", "opened_at", "closed_at"]
    list_filter = [OpenFilter, ("kind", ChoicesDropdownFilter), ("level", ChoicesDropdownFilter)]
    list_filter_submit = True
    ordering = ["-opened_at", "-id"]
    paginator = InfinitePaginator
    show_full_result_count = False
    fields = ["title", "detail", "page", "level", "kind", "opened_at", "closed_at"]
    readonly_fields = ["page"]
    inlines = [AlertDeliveryInline]

    @admin.display(description=_("where"))
    def page(self, alert: Alert) -> str:
        return format_html('<a class="ba-link" href="{}">{}</a>', alert.path, _("Open the page"))
