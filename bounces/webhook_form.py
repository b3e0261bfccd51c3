"""The form of a webhook: keys go in and never come out, and what does not fit is said."""

from __future__ import annotations

import secrets

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from bounces.models import WebhookEndpoint
from bounces.secret_fields import SecretField, sealed
from bounces.sources.sealing import seal
from bounces.sources.webhooks import sns
from bounces.sources.webhooks.providers import CHOICES, PROVIDERS


class WebhookForm(forms.ModelForm):
    """Add or change an endpoint. A token that was made here is in `made_secret` after `save`."""

    provider = forms.ChoiceField(
        label=_("Mail service"), choices=CHOICES, widget=UnfoldAdminSelectWidget
    )
    new_secret = SecretField(
        label=_("Key of the service"),
        help_text=_("What it signs with. It is kept encrypted and never shown."),
    )
    new_basic_auth = SecretField(
        label=_("User name and password"),
        help_text=_(
            "As user:password, where the service can send them: enter the address there as "
            "https://user:password@…. Set it for every service that signs nothing."
        ),
    )
    drop_basic_auth = forms.BooleanField(
        label=_("Want no user name and password any more"), required=False
    )

    class Meta:
        model = WebhookEndpoint
        exclude = ()

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.made_secret = ""
        if "new_secret" not in self.fields:  # for those who may only look
            return
        self.fields["topics"].widget.attrs["rows"] = 3
        self.fields["new_secret"].show_is_set(bool(self.instance.sealed_secret))
        self.fields["new_basic_auth"].show_is_set(bool(self.instance.sealed_basic_auth))
        if self.instance.pk is None:
            del self.fields["drop_basic_auth"]
            return
        # What is stored already would be read as another service's.
        self.fields["provider"].disabled = True
        secret = PROVIDERS[self.instance.provider].secret
        if secret is None:
            del self.fields["new_secret"]
        else:
            self.fields["new_secret"].label = secret.label
            self.fields["new_secret"].help_text = secret.help_text

    def clean_topics(self) -> str:
        topics = self.cleaned_data["topics"].split()
        for topic in topics:
            if not sns.is_topic(topic):
                raise forms.ValidationError(
                    _("%(topic)s is no ARN of an SNS topic."), params={"topic": topic}
                )
        return "\n".join(dict.fromkeys(topics))

    def clean_new_basic_auth(self) -> str:
        typed: str = self.cleaned_data["new_basic_auth"]
        user, _colon, password = typed.partition(":")
        if typed and not (user and password):
            raise forms.ValidationError(_("Enter it as user:password."))
        return typed

    def clean(self) -> dict[str, object]:
        found = super().clean() or {}
        provider = PROVIDERS.get(str(found.get("provider")))
        if provider is None:
            return found
        typed = str(found.get("new_secret") or "")
        if typed and provider.secret is None:
            self.add_error("new_secret", _("This service signs nothing: leave it empty."))
        elif typed and not provider.is_secret(typed):
            self.add_error("new_secret", _("This is no such key: copy it once more."))
        if provider.has_topics and not found.get("topics"):
            self.add_error("topics", _("Enter the topic that may report here."))
        if not provider.has_topics and found.get("topics"):
            self.add_error("topics", _("Only Amazon has topics: leave it empty."))
        campaign, only = found.get("campaign"), found.get("mailing_list")
        if campaign and only and campaign.mailing_list_id != only.pk:
            self.add_error("campaign", _("This campaign is of another list."))
        return found

    def save(self, commit: bool = True) -> WebhookEndpoint:
        row = self.instance
        row.sealed_secret = sealed(self.cleaned_data.get("new_secret") or "", row.sealed_secret)
        row.sealed_basic_auth = sealed(self.cleaned_data["new_basic_auth"], row.sealed_basic_auth)
        if self.cleaned_data.get("drop_basic_auth"):
            row.sealed_basic_auth = ""
        secret = PROVIDERS[row.provider].secret
        if secret is not None and secret.made_here and not row.sealed_secret:
            self.made_secret = secrets.token_urlsafe(32)
            row.sealed_secret = seal(self.made_secret)
        return super().save(commit)
