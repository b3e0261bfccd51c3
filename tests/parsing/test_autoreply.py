"""Subjects of automatic replies, and subjects that only begin like them."""

import pytest

from bounces.parsing import autoreply

ANSWERS = """\
Out of Office AutoReply: The autumn letter
I'm out of office till Monday
AUTO: Ann Smith is out of the office (returning 12/11/2026)
Away until Monday
Away from my mail
On vacation from 3 to 10 Nov
On annual leave
Ann Smith is no longer with Example Ltd.
RE: Automatic reply: The autumn letter
[Auto-Reply] The autumn letter
Abwesenheit: The autumn letter
Abwesend bis 12.11.
Im Urlaub vom 3. bis 10.
Absent du 3 au 10
Absence jusqu'au 12 novembre
Ausente hasta el 10
Assente fino al 12
Afwezig tot 12 november
Frånvarande
Nieobecna do 12.11
Отсутствую до 12
【自動返信】お問い合わせ
不在通知""".splitlines()

OTHERS = """\
On vacation with kids: ten ideas
On holiday? Read this first
Vacation homes from 99 EUR
Away games this season
Absence of evidence
Absence management training on Friday
Urlaubsangebote für den Herbst
Urlaub in Spanien ab 99 EUR
Urlop w Hiszpanii
Ausencia de noticias
Automatic updates are on
Thank you for your order
Received payment of 10 EUR
Delivery pending: your parcel
Please confirm your email address""".splitlines()


@pytest.mark.parametrize("subject", ANSWERS)
def test_subject_of_an_answer(subject):
    assert autoreply.is_subject(subject)


@pytest.mark.parametrize("subject", OTHERS)
def test_subject_that_only_begins_like_one(subject):
    assert not autoreply.is_subject(subject)
