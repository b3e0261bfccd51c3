"""The admin pages of diagnoses, DMARC reports and round trips."""

from diagnostics.admin import probes, reports, runs

__all__ = ["probes", "reports", "runs"]
