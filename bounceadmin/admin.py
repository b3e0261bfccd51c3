"""People's accounts and roles, in the site's look."""

from __future__ import annotations

from axes.models import AccessAttempt
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from bounceadmin.alert_filters import OpenFilter
from bounceadmin.logins import locking, second_factor
from bounceadmin.models import Alert, AlertDelivery, AuthenticatorApp
from lists.admin.paging import LargeTable
from lists.admin.read_only import ReadOnly

admin.site.unregister(User)
admin.site.unregister(Group)
# Their secrets are nobody's to see: each person has the page *Second factor*.
admin.site.unregister(TOTPDevice)
admin.site.unregister(StaticDevice)

admin.site.register(AccessAttempt, locking.AccessAttemptAdmin)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "email", "roles", "is_active", "second_factor", "last_login"]
    actions = ["turn_off_second_factor"]
    list_filter = ["groups", "is_active", "is_superuser"]
    # An account without a role and without access to this site would be of no use.
    add_fieldsets = [
        *DjangoUserAdmin.add_fieldsets,
        (_("What this person may do"), {"fields": ["groups", "is_staff"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        app = AuthenticatorApp.objects.filter(user=OuterRef("pk"), confirmed=True)
        rows = super().get_queryset(request).prefetch_related("groups")
        return rows.annotate(has_second_factor=Exists(app))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, object]:
        return {"is_staff": True, **super().get_changeform_initial_data(request)}

    @admin.display(description=_("second factor"), boolean=True)
    def second_factor(self, user: User) -> bool:
        return user.has_second_factor

    @admin.action(description=_("Turn off the second factor (lost phone)"), permissions=["change"])
    def turn_off_second_factor(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        for user in chosen:
            # Who may edit accounts must not get into one that may do more.
            if user.is_superuser and not request.user.is_superuser:
                messages.error(request, _("Only a superuser may do that to a superuser."))
                continue
            second_factor.turn_off(user, by=f"account {request.user.pk}")
            self.log_change(request, user, "Turned off the second factor.")
            messages.success(
                request, _("The second factor of %(name)s is off.") % {"name": user.get_username()}
            )

    @admin.display(description=_("role"))
    def roles(self, user: User) -> str:
        names = [group.name for group in user.groups.all()]
        return ", ".join([*([str(_("Superuser"))] if user.is_superuser else []), *names]) or "–"


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    pass


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
