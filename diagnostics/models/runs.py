"""A diagnosis: what was asked of which domain, its steps, and what each found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from diagnostics.checks.findings import SAID, STATUSES, Finding
from diagnostics.checks.sentences import from_data
from diagnostics.plans import PLANS, STEPS, Plan
from lists.models import Campaign, MailingList

# A worker that has not finished a step for this long is taken for dead.
CLAIM_LASTS = timedelta(minutes=3)


class DiagnosticRunQuerySet(models.QuerySet):
    def unfinished(self) -> DiagnosticRunQuerySet:
        """Those still to be worked on."""
        return self.filter(state__in=[DiagnosticRun.State.PENDING, DiagnosticRun.State.RUNNING])

    def unclaimed(self) -> DiagnosticRunQuerySet:
        """Those that no living worker is at."""
        return self.filter(
            Q(claimed_at__isnull=True) | Q(claimed_at__lt=timezone.now() - CLAIM_LASTS)
        )

    def finished(self) -> DiagnosticRunQuerySet:
        """Those with a result."""
        return self.filter(state=DiagnosticRun.State.DONE)


class DiagnosticRun(models.Model):
    """One diagnosis. The row is the queue: what is `pending` or `running` is still to be done."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    plan_name = models.CharField(_("question"), max_length=32, default="checkup")
    domain = models.CharField(_("bounce domain"), max_length=253)
    mailing_list = models.ForeignKey(
        MailingList, models.CASCADE, null=True, blank=True, verbose_name=_("list")
    )
    campaign = models.ForeignKey(
        Campaign, models.CASCADE, null=True, blank=True, verbose_name=_("campaign")
    )
    # What was known of the subject when it was asked, so that a worker that takes over goes on
    # with the same: see `subjects.Subject`.
    subject = models.JSONField(default=dict, editable=False)
    reach_internal = models.BooleanField(_("may connect to internal addresses"), default=False)
    is_demo = models.BooleanField(default=False, editable=False)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name=_("asked by"),
        related_name="+",
    )
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PENDING)
    queued_at = models.DateTimeField(default=timezone.now, editable=False)
    claimed_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Counted before each try: a run that kills its worker is given up after a few.
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)
    error = models.TextField(blank=True)
    # How many findings have each status, once it is done: lists of runs read no findings.
    problems = models.PositiveIntegerField(_("problems"), default=0)
    warnings = models.PositiveIntegerField(_("warnings"), default=0)
    unchecked = models.PositiveIntegerField(_("could not check"), default=0)
    # The likeliest cause, where the question was a scenario.
    verdict = models.CharField(_("verdict"), max_length=255, blank=True)

    objects = DiagnosticRunQuerySet.as_manager()

    class Meta:
        verbose_name = _("diagnosis")
        verbose_name_plural = _("diagnoses")
        ordering = ["-created_at", "-id"]
        permissions = [
            ("reach_internal", _("Can have diagnoses connect to internal addresses")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["pending", "running", "done", "failed"]),
                name="diagnosticrun_state_known",
            ),
        ]
        indexes = [
            # The sweep reads only what is left to do.
            models.Index(
                fields=["id"],
                condition=Q(state__in=["pending", "running"]),
                name="diagnosticrun_unfinished",
            ),
            models.Index(fields=["domain", "plan_name", "-id"], name="diagnosticrun_history"),
            models.Index(fields=["mailing_list", "-id"], name="diagnosticrun_of_list"),
            models.Index(fields=["-created_at", "-id"], name="diagnosticrun_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.title}: {self.about}"

    @property
    def plan(self) -> Plan:
        """What was asked; everything, where the plan is of an older version."""
        return PLANS.get(self.plan_name, PLANS["checkup"])

    @property
    def title(self) -> str:
        """What was asked, in words."""
        return _t(self.plan.title)

    @property
    def verdict_in_words(self) -> str:
        """The verdict in the reader's language."""
        return _t(self.verdict) if self.verdict else ""

    @property
    def about(self) -> str:
        """What it was asked of."""
        return str(self.campaign or self.mailing_list or self.domain)

    @property
    def subject_key(self) -> str:
        """What names its subject in the form that asks for another."""
        if self.campaign_id:
            return f"campaign:{self.campaign_id}"
        return f"list:{self.mailing_list_id}" if self.mailing_list_id else f"domain:{self.domain}"

    @property
    def is_finished(self) -> bool:
        """True where nothing more will come."""
        return self.state in (self.State.DONE, self.State.FAILED)

    @property
    def worst(self) -> str:
        """The gravest status found; empty while it is not done."""
        if self.state != self.State.DONE:
            return ""
        if self.problems:
            return "problem"
        if self.warnings:
            return "warning"
        return "could-not-check" if self.unchecked else "ok"

    def previous(self) -> DiagnosticRun | None:
        """The run before this one that asked the same of the same."""
        same = DiagnosticRun.objects.finished().filter(
            domain=self.domain,
            plan_name=self.plan_name,
            mailing_list=self.mailing_list_id,
            campaign=self.campaign_id,
            created_at__lt=self.created_at,
        )
        return same.order_by("-created_at", "-id").first()


class RunStep(models.Model):
    """One check of a run; what is `done` is not done again by a worker that takes over."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")

    run = models.ForeignKey(DiagnosticRun, models.CASCADE, related_name="steps", db_index=False)
    check_name = models.CharField(max_length=32)
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    seconds = models.FloatField(default=0)
    # What the page draws besides findings: the SPF tree, the ranked causes.
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["run", "position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "position"], name="runstep_place"),
            models.UniqueConstraint(fields=["run", "check_name"], name="runstep_once"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What it looks at, in words."""
        return _t(STEPS.get(self.check_name, self.check_name))


class RunFinding(models.Model):
    """One finding of a step, as `checks.findings.Finding` has it."""

    run = models.ForeignKey(DiagnosticRun, models.CASCADE, related_name="findings")
    step = models.ForeignKey(RunStep, models.CASCADE, related_name="findings")
    check_name = models.CharField(_("check"), max_length=32)
    status = models.CharField(_("status"), max_length=16)
    title = models.TextField(_("what is the case"))
    meaning = models.TextField(_("what it means"), blank=True)
    action = models.TextField(_("what to do"), blank=True)
    evidence = models.JSONField(default=list)
    records = models.JSONField(default=list)
    # What the three texts were made of, to say them in the reader's language.
    said = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=list(STATUSES)), name="runfinding_status_known"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def of(cls, step: RunStep, finding: Finding) -> RunFinding:
        """An unsaved row for `finding`."""
        data: dict[str, Any] = finding.as_data()
        return cls(
            run_id=step.run_id, step=step, check_name=data.pop("check"), **storable_data(data)
        )

    @cached_property
    def texts(self) -> dict[str, str]:
        """Title, meaning and action, as sentences where they were kept as such."""
        return {name: from_data(self.said.get(name, getattr(self, name))) for name in SAID}

    def as_finding(self) -> Finding:
        """The finding as the checks know it."""
        return Finding.from_data(
            {
                "check": self.check_name,
                "status": self.status,
                "title": self.title,
                "meaning": self.meaning,
                "action": self.action,
                "evidence": self.evidence,
                "records": self.records,
                "said": self.said,
            }
        )


def storable_data(data: Any) -> Any:
    """`data` without what a database's text cannot hold: answers of strangers are in it."""
    if isinstance(data, str):
        return data.replace("\x00", "�").encode("utf-8", "replace").decode()
    if isinstance(data, dict):
        return {str(key): storable_data(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [storable_data(value) for value in data]
    return data
