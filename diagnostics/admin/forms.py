"""The form that asks for a diagnosis."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanWidget

from diagnostics.plans import PLANS, Plan
from lists.models import Campaign, MailingList

# More lists or domains than this are not offered in one menu; their own pages have the button.
_MOST_OFFERED = 300


class StartForm(forms.Form):
    """Asks what to look at, and of what."""

    about = forms.ChoiceField(label=_("About"), widget=UnfoldAdminSelectWidget)
    plan = forms.ChoiceField(
        label=_("Question"),
        widget=forms.RadioSelect,
        choices=[(name, name) for name in PLANS],
        initial="checkup",
    )
    reach_internal = forms.BooleanField(
        label=_("Connect to internal addresses too"),
        required=False,
        widget=UnfoldBooleanWidget,
    )

    def __init__(self, *args, user: AbstractBaseUser, about: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = _offered(about)
        self.fields["about"].initial = about
        may = user.has_perm("diagnostics.reach_internal")
        if not (may and settings.DIAGNOSTICS_ALLOWED_NETWORKS):
            del self.fields["reach_internal"]
        else:
            networks = ", ".join(settings.DIAGNOSTICS_ALLOWED_NETWORKS)
            self.fields["reach_internal"].help_text = _("The settings allow %(networks)s.") % {
                "networks": networks
            }

    @property
    def plans(self) -> list[tuple[Plan, bool]]:
        """The plans, each with whether it is picked."""
        picked = self["plan"].value()
        return [(plan, plan.name == picked) for plan in PLANS.values()]

    def clean_about(self) -> MailingList | Campaign | str:
        """The subject itself."""
        found = subject_named(self.cleaned_data["about"])
        if found is None:
            raise ValidationError(_("It is not there any more: pick another."))
        return found

    def clean_plan(self) -> Plan:
        """The plan itself."""
        return PLANS[self.cleaned_data["plan"]]


def subject_named(key: str) -> MailingList | Campaign | str | None:
    """What `list:3`, `campaign:5` or `domain:bounces.example.com` names; None where it is gone."""
    kind, _colon, value = key.partition(":")
    if kind == "domain":
        known = MailingList.objects.filter(bounce_domain=value).exists()
        return value if known else None
    if not value.isdecimal() or len(value) > 18:
        return None
    if kind == "list":
        return MailingList.objects.filter(pk=value).first()
    if kind == "campaign":
        return Campaign.objects.select_related("mailing_list").filter(pk=value).first()
    return None


def _offered(about: str) -> list[tuple[str, object]]:
    lists = [(f"list:{row.pk}", row.name) for row in MailingList.objects.all()[:_MOST_OFFERED]]
    domains = MailingList.objects.order_by("bounce_domain").values_list("bounce_domain", flat=True)
    offered: list[tuple[str, object]] = [
        (str(_("Lists")), lists),
        (
            str(_("Bounce domains")),
            [(f"domain:{d}", d) for d in domains.distinct()[:_MOST_OFFERED]],
        ),
    ]
    known = {key for _group, pairs in offered for key, _name in pairs}
    if about and about not in known and (found := subject_named(about)) is not None:
        name = f"{found.mailing_list}: {found}" if isinstance(found, Campaign) else str(found)
        offered.insert(0, (str(_("This one")), [(about, name)]))
    return offered
