"""Why a message bounced: the table of reasons and the rules that choose one."""

from bounces.parsing.reasons.classifying import classify
from bounces.parsing.reasons.evidence import NEAR, Evidence, Verdict
from bounces.parsing.reasons.names import REASONS, ReasonInfo, category_of

__all__ = ["NEAR", "REASONS", "Evidence", "ReasonInfo", "Verdict", "category_of", "classify"]
