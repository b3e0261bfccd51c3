"""What a changed policy would have done."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lists.models.jobs import Job
from lists.models.policy import ListPolicy, StreamPolicy


class PolicyDryRun(Job):
    """A proposed policy, and what it would have done to the bounces of the last days."""

    TASK = "bounces.tasks.run_policy_dry_run"

    stream_policy = models.ForeignKey(StreamPolicy, models.CASCADE, null=True, blank=True)
    list_policy = models.ForeignKey(ListPolicy, models.CASCADE, null=True, blank=True)
    days = models.PositiveSmallIntegerField(default=90)
    # All that the form had, by column; the rules are among it.
    proposed = models.JSONField()
    # See `bounces.dry_run`; empty until it is done.
    result = models.JSONField(default=dict, blank=True)
    # How far it is: between two addresses.
    after_address = models.CharField(max_length=254, blank=True)

    class Meta:
        verbose_name = _("dry run of a policy")
        verbose_name_plural = _("dry runs of policies")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stream_policy=None, list_policy__isnull=False)
                | models.Q(stream_policy__isnull=False, list_policy=None),
                name="policydryrun_of_one_policy",
            )
        ]

    def __str__(self) -> str:
        return str(self.policy)

    @property
    def policy(self) -> StreamPolicy | ListPolicy:
        """The policy as it is saved."""
        return self.stream_policy or self.list_policy
