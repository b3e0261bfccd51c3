"""Whatever a page says, it says in Japanese too."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import translation

from bounceadmin.pure_words import pure_words
from lists.bands import BANDS, Band
from tests.factories import PASSWORD, make_campaign, make_user
from tests.services import need


def test_the_catalogue_has_every_word_of_the_source():
    need("xgettext", "it finds the words of the source")
    call_command("translations", "--check")


@pytest.mark.parametrize("words", pure_words())
def test_the_words_of_the_pure_rooms_are_translated(words):
    with translation.override("ja"):
        assert translation.gettext(words) != words


@pytest.mark.django_db
def test_pages_are_in_the_language_that_the_browser_asks_for(client):
    make_campaign()
    client.login(username=make_user("Marketer").username, password=PASSWORD)
    page = client.get(reverse("admin:index"), headers={"accept-language": "ja"})
    text = page.content.decode()
    assert '<html lang="ja"' in text
    with translation.override("ja"):
        assert translation.gettext(BANDS[Band.UNKNOWN].label) in text
    assert "Lists, worst first" not in text


@pytest.mark.django_db
def test_a_person_who_chose_a_language_gets_it_whatever_the_browser_asks_for(client):
    client.login(username=make_user("Marketer").username, password=PASSWORD)
    client.post(reverse("preferences"), {"language": "ja"})
    page = client.get(reverse("preferences"), headers={"accept-language": "en"})
    assert '<html lang="ja"' in page.content.decode()
