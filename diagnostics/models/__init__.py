"""What was asked, what was found, and what came of it."""

from diagnostics.models.probes import Probe, ProbeSchedule
from diagnostics.models.reports import DmarcReport, DmarcSource
from diagnostics.models.runs import DiagnosticRun, RunFinding, RunStep

__all__ = [
    "DiagnosticRun",
    "DmarcReport",
    "DmarcSource",
    "Probe",
    "ProbeSchedule",
    "RunFinding",
    "RunStep",
]
