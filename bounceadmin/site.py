"""The admin site."""

from unfold.sites import UnfoldAdminSite


class BounceadminSite(UnfoldAdminSite):
    """Unfold's site; its index is the dashboard."""
