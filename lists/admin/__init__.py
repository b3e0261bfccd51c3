"""The admin pages of lists, campaigns, people, suppressions and policies."""

from lists.admin import mailing, people, policy, suppression

__all__ = ["mailing", "people", "policy", "suppression"]
