"""English that is kept is shown in the reader's language."""

from __future__ import annotations

import pytest
from django.utils import translation

from bounces import kept_words as of_bounces
from lists import kept_words


@pytest.fixture
def foreign(monkeypatch):
    """A language in which every template stands in marks."""
    monkeypatch.setattr(kept_words, "gettext", lambda text: f"«{text}»")


@pytest.mark.parametrize("template", of_bounces.TEMPLATES)
def test_what_is_made_of_a_template_is_translated(template, foreign):
    names = kept_words._PLACE.findall(template)
    text = template % {name: f"a {name}" for name in names}
    assert of_bounces.shown(text) == f"«{text}»"


def test_what_a_stranger_said_is_shown_as_it_is(foreign):
    assert kept_words.shown("450 4.7.1 try %(again)s later") == "450 4.7.1 try %(again)s later"
    assert kept_words.shown("") == ""


def test_a_translation_that_does_not_fit_is_passed_over(monkeypatch):
    monkeypatch.setattr(kept_words, "gettext", lambda text: "%(nobody)s")
    text = kept_words.HARD_BOUNCE % {"reason": "userunknown"}
    assert kept_words.shown(text) == text


def test_japanese_is_shown_where_the_catalogue_has_it():
    with translation.override("ja"):
        shown = kept_words.shown(kept_words.HARD_BOUNCE % {"reason": "newfangled"})
    assert "newfangled" in shown
    assert not shown.startswith("Hard bounce")


@pytest.mark.parametrize(
    ("template", "language", "said"),
    [
        (kept_words.HARD_BOUNCE, "en", "Hard bounce: The mailbox does not exist."),
        (kept_words.HARD_BOUNCE, "ja", "ハードバウンス: メールボックスが存在しません。"),
        (
            kept_words.SOFT_BOUNCES,
            "en",
            "Repeated soft bounces, last: The mailbox does not exist.",
        ),
    ],
)
def test_a_reason_is_shown_as_its_sentence(template, language, said):
    with translation.override(language):
        assert kept_words.shown(template % {"reason": "userunknown"}) == said
