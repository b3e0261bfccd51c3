"""A `bounces.origins.Judge`: asks the DNS, for a few seconds a batch, and remembers the answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

from bounces.origins import Question
from diagnostics import tools
from diagnostics.checks import origin
from diagnostics.checks.origin import OriginEvidence
from diagnostics.checks.resolving import Bounds

# For a whole batch; what is asked beyond finds no answer, and so proves nothing.
_BOUNDS = Bounds(questions=300, seconds=10.0, question_seconds=3.0, try_seconds=1.5)
_MOST_REMEMBERED = 10_000
_SECONDS = 3600.0
# Where the DNS did not answer: so that one that is away does not slow down every batch.
_SECONDS_UNANSWERED = 60.0

_lock = threading.Lock()
_known: dict[Question, tuple[float, OriginEvidence]] = {}


def judge(
    questions: Collection[Question],
    resolver: Any = None,
    clock: Callable[[], float] = time.monotonic,
) -> Mapping[Question, str]:
    """Those that are so, each with a sentence why."""
    resolver = resolver or tools.resolver(_BOUNDS)
    found = {question: _remembered(question, resolver, clock) for question in questions}
    return {question: one.sentence for question, one in found.items() if one.proved}


def forget() -> None:
    """Forget every answer."""
    with _lock:
        _known.clear()


def _remembered(question: Question, resolver: Any, clock: Callable[[], float]) -> OriginEvidence:
    with _lock:
        until, known = _known.get(question, (0.0, None))
    if known is not None and clock() < until:
        return known
    by = question.handover
    evidence = origin.judge(
        question.domain,
        resolver,
        ip=by.ip,
        helo=by.helo,
        from_domain=by.from_domain,
        passed=[(one.method, one.domain) for one in by.passed],
    )
    seconds = _SECONDS if evidence.proved or evidence.is_certain else _SECONDS_UNANSWERED
    with _lock:
        while len(_known) >= _MOST_REMEMBERED:
            del _known[next(iter(_known))]
        _known[question] = (clock() + seconds, evidence)
    return evidence
