"""People's accounts and their roles, in the site's look."""

from __future__ import annotations

from dataclasses import replace

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from bounceadmin.logins import second_factor
from bounceadmin.logins.forgotten import asking, changing
from bounceadmin.models import AuthenticatorApp
from bounceadmin.roles import ABOUT

# They make an account one that may do anything: only those who may do so already give them.
_UNLIMITED = ["is_superuser", "user_permissions"]


class _RolesField(forms.ModelMultipleChoiceField):
    """Roles to tick, each with what it may do."""

    def __init__(self) -> None:
        super().__init__(
            Group.objects.order_by("name"),
            label=_("Roles"),
            required=False,
            widget=UnfoldAdminCheckboxSelectMultipleWidget,
        )

    def label_from_instance(self, group: Group) -> str:
        about = ABOUT.get(group.name)
        return f"{group.name}: {about}" if about else group.name


class _ChangeForm(UserChangeForm):
    groups = _RolesField()

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        # Who may only look has no such field.
        if "email" in self.fields and not self.instance.email and asking.is_possible():
            self.fields["email"].help_text = _(
                "Without one, its owner cannot be mailed a link when the password is forgotten."
            )


class _AddForm(UserCreationForm):
    groups = _RolesField()


class UserAdmin(DjangoUserAdmin, ModelAdmin):
    form = _ChangeForm
    add_form = _AddForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "email", "roles", "is_active", "second_factor", "last_login"]
    actions = ["turn_off_second_factor"]
    list_filter = ["groups", "is_active", "is_superuser"]
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["first_name", "last_name", "email", *readonly_fields]}),
        (
            _("What this person may do"),
            {"fields": ["groups", "is_active", "is_staff", "is_superuser"]},
        ),
        (
            _("Single permissions, beside those of the roles"),
            {"fields": ["user_permissions"], "classes": ["collapse"]},
        ),
    ]
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

    def get_readonly_fields(self, request: HttpRequest, user: User | None = None) -> list[str]:
        fixed = list(super().get_readonly_fields(request, user))
        if not request.user.is_superuser:
            fixed += _UNLIMITED
        if user == request.user:
            # Who shuts out themselves cannot undo it.
            fixed += ["is_active", "is_staff", "is_superuser"]
        return list(dict.fromkeys(fixed))

    def has_change_permission(self, request: HttpRequest, user: User | None = None) -> bool:
        return super().has_change_permission(request, user) and _may_touch(request.user, user)

    def has_delete_permission(self, request: HttpRequest, user: User | None = None) -> bool:
        allowed = super().has_delete_permission(request, user)
        return allowed and user != request.user and _may_touch(request.user, user)

    @transaction.atomic
    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        before = self.get_object(request, unquote(id))
        answer = super().user_change_password(request, id, form_url)
        after = self.get_object(request, unquote(id))
        if after.password != before.password:
            # In the site's language, as the administrator's may not be the owner's.
            who = replace(asking.visitor(request), language=settings.LANGUAGE_CODE)
            changing.changed_by_login(after, request.user, who, timezone.now())
        return answer

    @admin.display(description=_("second factor"), boolean=True)
    def second_factor(self, user: User) -> bool:
        return user.has_second_factor

    @admin.action(description=_("Turn off the second factor (lost phone)"), permissions=["change"])
    def turn_off_second_factor(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        for user in chosen:
            if not _may_touch(request.user, user):
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


def _may_touch(who: User, account: User | None) -> bool:
    """Who may edit accounts must not get into one that may do more."""
    return who.is_superuser or account is None or not account.is_superuser


class GroupAdmin(DjangoGroupAdmin, ModelAdmin):
    pass
