"""Sentences keep what they were made of, and every text of a check is one."""

from __future__ import annotations

import ast
import copy
import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from diagnostics.checks.findings import Evidence, Finding
from diagnostics.checks.sentences import Sentence, as_data, from_data, say

ROOM = Path(__file__).parents[3] / "diagnostics"
FILES = sorted(path for path in ROOM.rglob("*.py") if "migrations" not in path.parts)
GERMAN = {
    "{host} takes mail for {address}.": "{address} nimmt {host} an.",
    "{host} was not reached: {why}.": "{host} war nicht zu erreichen: {why}.",
    "no answer in time": "keine Antwort",
    "{subject} is not on {lists} or {last}.": "{subject} steht nicht auf {lists} oder {last}.",
    ", ": "; ",
}


def in_german(text: str) -> str:
    return GERMAN.get(text, text)


def test_a_sentence_is_its_english_text() -> None:
    sentence = say("{host} takes mail for {address}.", host="mx", address="a@b")
    assert sentence == "mx takes mail for a@b."
    assert {sentence: 1}["mx takes mail for a@b."] == 1


def test_a_sentence_is_said_in_another_language() -> None:
    sentence = say("{host} takes mail for {address}.", host="mx", address="a@b")
    assert sentence.in_words(in_german) == "a@b nimmt mx an."


def test_sentences_within_a_sentence_are_translated_too() -> None:
    sentence = say("{host} was not reached: {why}.", host="mx", why=say("no answer in time"))
    assert sentence.in_words(in_german) == "mx war nicht zu erreichen: keine Antwort."


def test_several_values_are_joined_as_the_language_joins_them() -> None:
    sentence = say(
        "{subject} is not on {lists} or {last}.", subject="x", lists=("A", "B"), last="C"
    )
    assert sentence == "x is not on A, B or C."
    assert sentence.in_words(in_german) == "x steht nicht auf A; B oder C."


@pytest.mark.parametrize("wrong", ["{nobody} knows", "{", "{host.secret}", "{0}"])
def test_a_translation_that_does_not_fit_is_passed_over(wrong: str) -> None:
    assert say("{host} is down.", host="mx").in_words(lambda _text: wrong) == "mx is down."


def test_braces_of_strangers_are_text() -> None:
    assert say("It said: {words}", words="{evil} {0}") == "It said: {evil} {0}"
    assert say("No {values} here") == "No {values} here"


@pytest.mark.parametrize("made_again", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])
def test_a_copy_keeps_the_template(made_again) -> None:
    sentence = say("{host} was not reached: {why}.", host="mx", why=say("no answer in time"))
    again = made_again(sentence)
    assert (again, again.template, again.values) == (sentence, sentence.template, sentence.values)


def test_a_sentence_survives_being_kept_as_json() -> None:
    sentence = say("{a} {b} {c}", a=1, b=("x", say("no answer in time")), c=say("y"))
    again = from_data(json.loads(json.dumps(as_data(sentence))))
    assert again == sentence
    assert again.values["b"][1].template == "no answer in time"


def test_a_finding_survives_with_its_sentences() -> None:
    finding = Finding(
        "mx",
        "problem",
        say("{host} is down.", host="mx"),
        evidence=(Evidence(say("SPF for {ip}", ip="192.0.2.1"), "a stranger's words"),),
    )
    again = Finding.from_data(json.loads(json.dumps(finding.as_data())))
    assert again == finding
    assert isinstance(again.title, Sentence) and again.title.values == {"host": "mx"}
    assert isinstance(again.evidence[0].query, Sentence)
    assert not isinstance(again.evidence[0].answer, Sentence)


def test_a_finding_kept_without_sentences_is_read() -> None:
    data = Finding("mx", "ok", "It works.").as_data()
    del data["said"]
    assert Finding.from_data(data).title == "It works."


def calls(path: Path, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield node


def alternatives(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.IfExp):
        yield from alternatives(node.body)
        yield from alternatives(node.orelse)
    else:
        yield node


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOM)))
def test_every_text_of_a_finding_can_be_translated(path: Path) -> None:
    for call in calls(path, "Finding"):
        texts = call.args[2:5] + [
            one.value for one in call.keywords if one.arg in ("title", "meaning", "action")
        ]
        for text in (one for each in texts for one in alternatives(each)):
            is_plain = isinstance(text, ast.JoinedStr | ast.BinOp) or (
                isinstance(text, ast.Constant) and text.value
            )
            assert not is_plain, f"{path.name}:{text.lineno} is no sentence"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOM)))
def test_every_sentence_gets_the_values_that_it_names(path: Path) -> None:
    for call in calls(path, "say"):
        template = call.args[0]
        if isinstance(template, ast.JoinedStr):
            pytest.fail(f"{path.name}:{call.lineno} hides its template from translators")
        if isinstance(template, ast.Constant) and call.keywords:
            named = {field for _, field, _, _ in Formatter().parse(template.value) if field}
            assert named == {one.arg for one in call.keywords}, f"{path.name}:{call.lineno}"
