"""What the page of a dry run shows: counts by cause, now and then, and who changes."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lists.models import PolicyDryRun
from lists.policies import proposed_rules
from lists.policy_words import in_words
from lists.pseudonyms import is_pseudonym

_WORDS = {
    "mailed": gettext_lazy("mailed"),
    "hard": gettext_lazy("suppressed for hard bounces"),
    "soft": gettext_lazy("suppressed for soft bounces"),
    "complaint": gettext_lazy("suppressed for a complaint"),
    "removed": gettext_lazy("taken off the list"),
}
_CAUSES = ("hard", "soft", "complaint", "removed")


def context_of(dry_run: PolicyDryRun) -> dict[str, object]:
    """The result in words; empty tables until there is one."""
    result = dry_run.result
    before = in_words(dry_run.policy.rules)
    after = in_words(proposed_rules(dry_run))
    changes = [_change(key, n) for key, n in result.get("changes", {}).items()]
    return {
        "sentences": [(a, b) for a, b in zip(before, after, strict=True) if a != b],
        "addresses": result.get("addresses", 0),
        "rows": [
            {"label": _WORDS[cause], "now": now, "then": then, "more": then - now}
            for cause in _CAUSES
            for now, then in [
                (result.get("now", {}).get(cause, 0), result.get("then", {}).get(cause, 0))
            ]
        ],
        "changes": sorted(changes, key=lambda change: -change["count"]),
        "changed": sum(change["count"] for change in changes),
        "named": [
            {
                "address": "" if is_pseudonym(address) else address,
                "now": _WORDS[one],
                "then": _WORDS[other],
            }
            for address, one, other in result.get("named", [])
        ],
    }


def _change(key: str, count: int) -> dict[str, object]:
    one, _sign, other = key.partition(">")
    return {"now": _(str(_WORDS[one])), "then": _(str(_WORDS[other])), "count": count}
