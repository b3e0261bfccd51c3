"""The form of a mailbox: secrets go in and never come out, and what does not fit is said."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from bounces.models import Mailbox
from bounces.secret_fields import SecretField, sealed
from bounces.sources.mailbox.errors import MailboxError
from bounces.sources.mailbox.opening import is_allowed
from bounces.sources.mailbox.session import Account
from bounces.sources.mailbox.tls import context_for

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|[0-9a-fA-F:.]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

Protocol, Login, Afterwards = Mailbox.Protocol, Mailbox.Login, Mailbox.Afterwards


class MailboxForm(forms.ModelForm):
    """Add or change a mailbox."""

    new_password = SecretField(label=_("Password"), strip=False)
    new_client_secret = SecretField(label=_("Client secret"))
    new_refresh_token = SecretField(label=_("Refresh token"))

    class Meta:
        model = Mailbox
        exclude = ()

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        if "ca_certificate" in self.fields:  # not for those who may only look
            self.fields["ca_certificate"].widget.attrs["rows"] = 3
        for name in Mailbox.SEALED:
            if f"new_{name}" in self.fields:
                self.fields[f"new_{name}"].show_is_set(bool(getattr(self.instance, name)))

    def clean(self) -> dict[str, object]:
        found = super().clean() or {}
        for name in ("username", "folder", "move_to"):
            if _CONTROL.search(found.get(name) or ""):
                self.add_error(name, _("It must be one line of text."))
        if found.get("protocol") == Protocol.MAILDIR:
            self._clean_maildir(found)
        else:
            self._clean_server(found)
        return found

    def _clean_maildir(self, found: dict[str, object]) -> None:
        if not is_allowed(str(found.get("folder") or "")):
            self.add_error(
                "folder",
                _(
                    "Enter an absolute path below one of the folders in the setting "
                    "MAILDIR_ROOTS; whoever runs this machine sets it."
                ),
            )
        if found.get("afterwards") == Afterwards.MOVE:
            self.add_error(
                "afterwards", _("In a Maildir a message moves to “cur” by itself: choose leave.")
            )

    def _clean_server(self, found: dict[str, object]) -> None:
        if not _HOST.fullmatch(str(found.get("host") or "")):
            self.add_error("host", _("Enter the server's name or address, without a port."))
        if not found.get("username"):
            self.add_error("username", _("Enter the user to log in as."))
        self._clean_login(found)
        self._clean_afterwards(found)
        try:
            context_for(Account("imap", ca_certificate=str(found.get("ca_certificate") or "")))
        except MailboxError as error:
            self.add_error("ca_certificate", str(error))

    def _clean_login(self, found: dict[str, object]) -> None:
        if found.get("login") == Login.PASSWORD:
            self._need_secret("password", found)
            return
        if not found.get("client_id"):
            self.add_error("client_id", _("Enter the ID of your application at the provider."))
        # Microsoft's public applications have no secret.
        if found.get("login") == Login.GOOGLE:
            self._need_secret("client_secret", found)
        self._need_secret("refresh_token", found)
        if found.get("tls") == Mailbox.Tls.NONE:
            self.add_error("tls", _("An access token must not travel in clear text."))

    def _need_secret(self, name: str, found: dict[str, object]) -> None:
        if not found.get(f"new_{name}") and not getattr(self.instance, name):
            self.add_error(f"new_{name}", _("Enter it; it is kept encrypted and never shown."))

    def _clean_afterwards(self, found: dict[str, object]) -> None:
        if found.get("afterwards") != Afterwards.MOVE:
            return
        folder = str(found.get("folder") or "INBOX")
        target = str(found.get("move_to") or "")
        if found.get("protocol") == Protocol.POP3:
            self.add_error("afterwards", _("POP3 has no folders: delete messages or leave them."))
        elif not target:
            self.add_error("move_to", _("Enter the folder that stored messages are moved to."))
        elif target == folder or {target.upper(), folder.upper()} == {"INBOX"}:
            self.add_error("move_to", _("Choose a folder other than the one that is read."))

    def save(self, commit: bool = True) -> Mailbox:
        mailbox = self.instance
        for name in Mailbox.SEALED:
            typed = self.cleaned_data.get(f"new_{name}") or ""
            setattr(mailbox, name, sealed(typed, getattr(mailbox, name)))
        if self._is_elsewhere():
            # What was known of the old folder says nothing about this one.
            mailbox.uid_validity, mailbox.last_uid = None, 0
        return super().save(commit)

    def fields_to_save(self) -> list[str]:
        """What the form has changed: a run may be moving the rest forward just now."""
        names = [name.removeprefix("new_") for name in self.changed_data]
        return [*names, "uid_validity", "last_uid"] if self._is_elsewhere() else names

    def _is_elsewhere(self) -> bool:
        return not {"protocol", "host", "port", "username", "folder"}.isdisjoint(self.changed_data)
