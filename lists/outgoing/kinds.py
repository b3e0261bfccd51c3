"""What other systems can be told of."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SUPPRESSED = "suppressed"
UNSUPPRESSED = "unsuppressed"
REMOVED = "removed"
RESTORED = "restored"
COMPLAINED = "complained"
BAND_CHANGED = "band.changed"
ALERTED = "alerted"
TEST = "test"

# Kind -> when it is told. A test is sent to whoever asks for one.
KINDS = {
    SUPPRESSED: _("An address must not be mailed any more"),
    UNSUPPRESSED: _("An address may be mailed again"),
    REMOVED: _("An address was taken off a list"),
    RESTORED: _("An address was put back on a list"),
    COMPLAINED: _("A person reported a message as spam"),
    BAND_CHANGED: _("A list or campaign went to another band"),
    ALERTED: _("An alert was opened, or got worse"),
}
