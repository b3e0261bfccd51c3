"""What was asked, what was found, and what came of it."""

from diagnostics.models.probes import Alarm, Probe, ProbeSchedule
from diagnostics.models.reports import DmarcReport, DmarcSource
from diagnostics.models.runs import DiagnosticRun, RunFinding, RunStep

__all__ = [
    "Alarm",
    "DiagnosticRun",
    "DmarcReport",
    "DmarcSource",
    "Probe",
    "ProbeSchedule",
    "RunFinding",
    "RunStep",
]
