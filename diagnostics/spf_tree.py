"""The SPF record as a tree for a page: what each term costs, and which address it lets pass. Pure.

The survey knows every term, whoever sends; the traces know which term matched which of our
addresses. Here they are laid over each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from diagnostics.checks import sentences
from diagnostics.checks.sentences import say
from diagnostics.checks.spf import RecordSurvey, SpfAdvice, SpfResult, TermSurvey, Trace
from diagnostics.checks.spf.evaluate import STANDARD_LIMITS

MOST_NODES = 400
"""Terms that are drawn; a record with more is far beyond the limits anyway."""

_BELOW = {
    "missing": say("no SPF record there"),
    "several": say("several SPF records there"),
    "loop": say("leads back to a record that includes it"),
    "unknown": say("could not be looked up"),
}


@dataclass(slots=True)
class _Budget:
    nodes: int = MOST_NODES


def as_data(advice: SpfAdvice) -> dict[str, Any]:
    """What the page draws, as JSON can hold it.

    `tree` is a node: `term`, `lookups`, `note`, `domain` and `record` of what it leads to,
    `matched` (each `ip` and the `result` that this term gave it), `children`.
    """
    traces = [
        (ip, result, result.trace) for ip, result in advice.results if result.trace is not None
    ]
    survey = advice.survey
    return {
        "domain": advice.domain,
        "lookups": survey.lookups,
        "most_lookups": STANDARD_LIMITS.lookups,
        "results": [_result(ip, result) for ip, result in advice.results],
        "tree": {
            "term": "",
            "domain": advice.domain,
            "record": survey.texts[0] if len(survey.texts) == 1 else "",
            "note": sentences.as_data(_BELOW.get(survey.state, "")),
            "lookups": survey.lookups,
            "matched": [],
            "children": _children(survey, traces, _Budget()),
        },
    }


def _result(ip: str, result: SpfResult) -> dict[str, Any]:
    return {
        "ip": ip,
        "result": result.result,
        "reason": sentences.as_data(result.reason),
        "lookups": result.lookups,
        "explanation": result.explanation,
    }


_Traced = tuple[str, SpfResult, Trace]


def _children(
    survey: RecordSurvey, traces: Sequence[_Traced], budget: _Budget
) -> list[dict[str, Any]]:
    nodes = []
    for term in survey.terms:
        if budget.nodes <= 0:
            break
        budget.nodes -= 1
        nodes.append(_node(term, traces, budget))
    return nodes


def _node(term: TermSurvey, traces: Sequence[_Traced], budget: _Budget) -> dict[str, Any]:
    text = term.term.text
    here = [
        (ip, result, child)
        for ip, result, trace in traces
        for child in trace.children
        if child.matched and child.term == text
    ]
    below = term.below
    return {
        "term": text,
        "domain": term.target,
        "record": below.texts[0] if below is not None and len(below.texts) == 1 else "",
        "note": sentences.as_data(_note(term)),
        "lookups": term.lookups,
        "matched": [
            {"ip": ip, "result": child.result or result.result} for ip, result, child in here
        ],
        "children": _children(below, here, budget) if below is not None else [],
    }


def _note(term: TermSurvey) -> str:
    if term.below is not None and term.below.state in _BELOW:
        return _BELOW[term.below.state]
    if term.failed:
        return say("could not be looked up")
    return say("finds nothing") if term.dead else ""
