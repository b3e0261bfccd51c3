"""The admin pages of lists, campaigns, people, suppressions and policies."""

from lists.admin import mailing, people, policy, suppression, suppression_import

__all__ = ["mailing", "people", "policy", "suppression", "suppression_import"]
