"""SPF (RFC 7208): `check_host()` evaluates a policy, `advise()` says how to mend one."""

from diagnostics.checks.spf.advice import SpfAdvice, advise
from diagnostics.checks.spf.drawing import draw
from diagnostics.checks.spf.evaluate import STANDARD_LIMITS, check_host
from diagnostics.checks.spf.survey import RecordSurvey, TermSurvey, survey
from diagnostics.checks.spf.terms import Record, is_spf, read_record
from diagnostics.checks.spf.types import Limits, Result, SpfResult, Trace

__all__ = [
    "STANDARD_LIMITS",
    "Limits",
    "Record",
    "RecordSurvey",
    "Result",
    "SpfAdvice",
    "SpfResult",
    "TermSurvey",
    "Trace",
    "advise",
    "check_host",
    "draw",
    "is_spf",
    "read_record",
    "survey",
]
