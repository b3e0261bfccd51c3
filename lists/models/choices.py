"""The fixed sets of names that several models share."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Stream(TextChoices):
    """Kinds of mail that are kept apart: each has its own bounce addresses, bands and policy."""

    MARKETING = "marketing", _("Marketing")
    TRANSACTIONAL = "transactional", _("Transactional")


class Scope(TextChoices):
    """How far a suppression reaches."""

    GLOBAL = "global", _("Everything")
    STREAM = "stream", _("One stream")
    LIST = "list", _("One list")
