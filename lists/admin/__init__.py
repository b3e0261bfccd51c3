"""The admin pages of lists, campaigns, people, sends, suppressions and policies."""

from lists.admin import (
    bands,
    mailing,
    people,
    policy,
    sends,
    sends_file,
    suppression,
    suppression_import,
)

__all__ = [
    "bands",
    "mailing",
    "people",
    "policy",
    "sends",
    "sends_file",
    "suppression",
    "suppression_import",
]
