"""Reply texts and the reasons they give: `catalogue/*.txt`."""

import pytest

from bounces.parsing.reasons import classify
from tests.parsing.reasons.cases import Case, everything


@pytest.mark.parametrize("case", everything(), ids=lambda case: case.place)
def test_reply_text_gives_its_reason(case: Case) -> None:
    verdict = classify(case.evidence)
    assert verdict.reason == case.reason, f"{case.evidence.diagnostic} [{verdict.rule}]"
