"""What bounces do in each stream, and on lists of their own mind: for admins to change."""

from __future__ import annotations

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action

from lists import policies
from lists.admin import dry_run_page
from lists.admin.pages import Pages
from lists.admin.policy_forms import PolicyForm
from lists.models import ListPolicy, PolicyDryRun, StreamPolicy

_RULES = [
    (
        _("Hard bounces: the address does not exist"),
        {
            "description": _(
                "Suppressed means: not mailed until somebody lifts it. Taken off means: off the "
                "list as well."
            ),
            "fields": [("hard_suppress_at", "hard_remove_at")],
        },
    ),
    (
        _("Soft bounces: it may work later"),
        {
            "description": _(
                "Each soft bounce adds points to the address's score, by its reason. The score "
                "fades with time. An address that reaches the limit is not mailed for a while, "
                "and then tried again."
            ),
            "fields": [
                ("soft_suppress_at", "soft_half_life_days", "soft_cool_off_days"),
                "soft_points",
            ],
        },
    ),
    (
        _("Blocks: the sender is refused, not the person"),
        {
            "description": _(
                "A block is never held against the address. It counts in the bounce rate, and "
                "diagnostics look for its cause."
            ),
            "fields": [],
        },
    ),
    (
        _("Complaints"),
        {
            "description": _("A person pressed “spam”, and the provider told us."),
            "fields": [("complaint_action", "complaint_scope")],
        },
    ),
    (
        _("Bounces that nothing proves"),
        {
            "description": _(
                "A bounce is proved by a signed return path, or by the Message-ID of a mail that "
                "was really sent. Without either, anybody could have written it. Whatever is "
                "chosen here concerns the list's own subscribers only."
            ),
            "fields": ["unverified", "believe_origin"],
        },
    ),
    (
        _("After an address was unsuppressed"),
        {
            "description": _(
                "Its counts start from zero, but for a while one hard bounce is enough."
            ),
            "fields": [("probation_days", "probation_action")],
        },
    ),
    (
        _("Reach"),
        {
            "description": _("How far an address that bounced is kept away."),
            "fields": ["suppression_scope"],
        },
    ),
]


class PolicyAdmin(Pages, ModelAdmin):
    """A policy is tried on the past before it is saved, or saved as it is."""

    form = PolicyForm
    actions_submit_line = ["try_first"]

    @action(description=_("See what it would change"))
    def try_first(self, request: HttpRequest, obj) -> None:
        """The button; `changeform_view` answers it, without saving."""

    def get_object(self, request: HttpRequest, object_id: str, from_field=None):
        """The policy, with what a dry run proposed where the person comes back from one."""
        policy = super().get_object(request, object_id, from_field)
        number = request.GET.get("dry_run", "")
        if policy and request.method == "GET" and number.isdecimal():
            dry_run = PolicyDryRun.objects.filter(pk=number).first()
            if dry_run and dry_run.policy == policy:
                policies.take_over(policy, dry_run)
        return policy

    def changeform_view(
        self, request: HttpRequest, object_id=None, form_url: str = "", extra_context=None
    ) -> HttpResponse:
        button = f"{self.opts.app_label}_{self.opts.model_name}_try_first"
        if request.method == "POST" and button in request.POST:
            policy = self.get_object(request, object_id)
            if policy is None or not self.has_change_permission(request, policy):
                raise PermissionDenied
            form = self.get_form(request, policy, change=True)(request.POST, instance=policy)
            if form.is_valid():
                dry_run = policies.propose(form.instance, request.user.get_username())
                return HttpResponseRedirect(dry_run_url(dry_run))
        return super().changeform_view(request, object_id, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj, form, change: bool) -> None:
        policies.save(obj, request.user.get_username())


def dry_run_url(dry_run: PolicyDryRun) -> str:
    """The page of a dry run."""
    return reverse(f"{admin.site.name}:lists_streampolicy_dry_run", args=[dry_run.pk])


def policy_url(policy: StreamPolicy | ListPolicy) -> str:
    """The form of a policy."""
    return reverse(f"{admin.site.name}:lists_{policy._meta.model_name}_change", args=[policy.pk])


@admin.register(StreamPolicy)
class StreamPolicyAdmin(PolicyAdmin):
    list_display = [
        "stream",
        "attention_from",
        "poor_from",
        "critical_above",
        "hard_suppress_at",
        "hard_remove_at",
        "soft_suppress_at",
    ]
    readonly_fields = ["stream"]
    fieldsets = [
        (None, {"fields": ["stream"]}),
        (
            _("Bands"),
            {
                "description": _(
                    "The bounce rate, in percent of what was sent, at which a list is called "
                    "healthy, attention, poor or critical."
                ),
                "fields": [("attention_from", "poor_from", "critical_above"), "enough_sent"],
            },
        ),
        *_RULES,
    ]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.dry_run_view)
        mine = path("dry-run/<int:pk>/", view, name="lists_streampolicy_dry_run")
        return [mine, *super().get_urls()]

    def dry_run_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the change would have done; a POST saves it."""
        dry_run = PolicyDryRun.objects.filter(pk=pk).first()
        if dry_run is None:
            raise Http404
        permission = f"lists.change_{dry_run.policy._meta.model_name}"
        if not request.user.has_perm(permission):
            raise PermissionDenied
        outdated = policies.is_outdated(dry_run)
        if request.method == "POST" and not outdated:
            policy = dry_run.policy
            policies.take_over(policy, dry_run)
            policies.save(policy, request.user.get_username())
            self.message_user(request, _("The policy is changed."), messages.SUCCESS)
            return HttpResponseRedirect(policy_url(policy))
        context = {
            "title": _("What it would change"),
            "job": dry_run,
            "outdated": outdated,
            "back": f"{policy_url(dry_run.policy)}?dry_run={dry_run.pk}",
            **dry_run_page.context_of(dry_run),
        }
        return self.page(request, "bounceadmin/dry_run.html", context)

    def has_add_permission(self, request: HttpRequest) -> bool:
        # There is one for each stream, made by a migration.
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


@admin.register(ListPolicy)
class ListPolicyAdmin(PolicyAdmin):
    """Reached from the list's page."""

    list_display = ["mailing_list", "hard_suppress_at", "hard_remove_at", "soft_suppress_at"]
    list_select_related = ["mailing_list"]
    readonly_fields = ["mailing_list"]
    fieldsets = [(None, {"fields": ["mailing_list"]}), *_RULES]

    def has_add_permission(self, request: HttpRequest) -> bool:
        # It begins as a copy of the stream's, on the list's page.
        return False

    def response_post_save_change(self, request: HttpRequest, obj: ListPolicy) -> HttpResponse:
        return HttpResponseRedirect(
            reverse(f"{self.admin_site.name}:lists_mailinglist_policy", args=[obj.mailing_list_id])
        )
