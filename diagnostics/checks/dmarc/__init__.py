"""DMARC (RFC 9989): the policy of a domain, alignment, and where reports go."""

from diagnostics.checks.dmarc.advice import DmarcJudgement, check_dmarc, findings, judge
from diagnostics.checks.dmarc.record import DmarcRecord, is_dmarc, read_dmarc
from diagnostics.checks.dmarc.tree import TreeWalk, aligned, tree_walk

__all__ = [
    "DmarcJudgement",
    "DmarcRecord",
    "TreeWalk",
    "aligned",
    "check_dmarc",
    "findings",
    "is_dmarc",
    "judge",
    "read_dmarc",
    "tree_walk",
]
