"""The accuracy benchmark itself: what it compares, and that it runs where there is no corpus."""

import json

from benchmarks import accuracy
from tests import mails

TRUTH = {
    "recipient": "ann@example.net", "reason": "userunknown", "status": "5.1.1", "reply": 550,
    "action": "failed", "rhost": "mx.example.net", "hard": True,
}  # fmt: skip


def corpus(folder, **changed):
    (folder / "messages").mkdir()
    (folder / "messages/one.eml").write_bytes(mails.dsn())
    truth = {"file": "one.eml", "results": [TRUTH | changed]}
    (folder / "truth.jsonl").write_text(json.dumps(truth) + "\n")
    return folder


def wrong_fields(found):
    return {c.field for c in found if not c.agrees}


def test_no_disagreement_where_truth_is_met(tmp_path):
    assert wrong_fields(accuracy.read_corpus(corpus(tmp_path))) == set()


def test_each_differing_field_is_found(tmp_path):
    folder = corpus(tmp_path, reason="speeding", status="4.2.2", hard=False, recipient="b@c.de")
    found = accuracy.read_corpus(folder)
    assert wrong_fields(found) == {"recipients", "reason", "category", "status", "hard"}


def test_a_status_that_the_truth_made_up_is_not_compared(tmp_path):
    found = accuracy.read_corpus(corpus(tmp_path, status="5.0.947"))
    assert "status" not in {c.field for c in found}


def test_a_corpus_that_is_missing_is_said_in_one_line(tmp_path, capsys):
    assert accuracy.main(["--corpus", str(tmp_path)]) == 0
    assert "not measured" in capsys.readouterr().out


def test_disagreements_are_listed_one_a_line(tmp_path, capsys):
    accuracy.main(["--corpus", str(corpus(tmp_path, status="4.2.2"))])
    assert "one.eml                        status     5.1.1 | 4.2.2" in capsys.readouterr().out
