"""The plan of a month: who is on a list, who is mailed, and what comes back. Asks no database.

Everything is drawn from one random source that is seeded with the list's name, so that the same
day gives the same month.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from bounceadmin.demo.lists import DemoList, Mailing, Trouble
from bounceadmin.demo.people import people
from bounceadmin.demo.replies import REPLIES

# Campaigns are mailed in the morning, over two hours.
_SENDING = timedelta(hours=2)
# Half of what comes back is there after this long, nearly all after a day.
_TYPICAL_WAIT = timedelta(minutes=40)
# So that of what was mailed on the day before the last nothing comes back in the future.
_LONGEST_WAIT = timedelta(hours=26)
# So many of the list's dead addresses are mailed on and on, by a sender that does not ask.
_STUBBORN = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """Something that comes back about one letter."""

    serial: str
    mailing: Mailing
    address: str
    shape: str
    """A key of `shapes.SHAPES`."""
    reply: str
    """A key of `replies.REPLIES`."""
    sent_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Month:
    """A list's people, how many of each domain every campaign was sent to, and the answers."""

    demo_list: DemoList
    addresses: tuple[str, ...]
    sent: dict[str, Counter[str]]
    """Campaign name -> recipient domain -> recipients."""
    answers: tuple[Answer, ...]


def plan(demo_list: DemoList, noon: datetime) -> Month:
    """The month that ends before `noon`, an aware datetime."""
    return _Planner(demo_list, noon).month()


class _Planner:
    def __init__(self, demo_list: DemoList, noon: datetime) -> None:
        self._list = demo_list
        self._noon = noon
        self._source = random.Random(f"bounceadmin demo: {demo_list.name}")
        self._addresses = tuple(islice(people(self._source, demo_list.domains), demo_list.size))
        self._dead: set[str] = set()
        self._stubborn: set[str] = set()
        self._answers: list[Answer] = []

    def month(self) -> Month:
        sent = {mailing.name: self._mail(mailing) for mailing in self._list.mailings}
        self._add_the_rest()
        answers = tuple(sorted(self._answers, key=lambda answer: (answer.at, answer.serial)))
        return Month(self._list, self._addresses, sent, answers)

    def _mail(self, mailing: Mailing) -> Counter[str]:
        """Send one campaign to all who may be mailed; each has at most one answer."""
        mailed = [a for a in self._addresses if a not in self._dead]
        waiting: dict[str, list[str]] = {}
        for address in mailed:
            waiting.setdefault(_domain(address), []).append(address)
        for address in sorted(self._stubborn):
            self._bounce(mailing, address, "unknown", "")
        for trouble in self._list.troubles:
            if mailing.days_ago <= trouble.for_days:
                self._strike(mailing, trouble, waiting.get(trouble.domain, []))
        return Counter(map(_domain, [*mailed, *sorted(self._stubborn)]))

    def _strike(self, mailing: Mailing, trouble: Trouble, waiting: list[str]) -> None:
        number = round(len(waiting) * trouble.share)
        for address in self._source.sample(waiting, number):
            waiting.remove(address)
            self._bounce(mailing, address, trouble.reply, trouble.shape)
            if REPLIES[trouble.reply].category == "hard":
                self._dead.add(address)
                if len(self._stubborn) < _STUBBORN and trouble.reply.endswith("unknown"):
                    self._stubborn.add(address)

    def _bounce(self, mailing: Mailing, address: str, reply: str, shape: str) -> None:
        self._answer(mailing, address, shape or self._source.choice(self._list.shapes), reply)

    def _add_the_rest(self) -> None:
        """What is no bounce, or proves nothing, about mail to people who are still there."""
        alive = [a for a in self._addresses if a not in self._dead]
        for shape, number, reply in (
            ("delay", self._list.delays, "busy"),
            ("autoreply", self._list.autoreplies, "unknown"),
            ("complaint", self._list.complaints, "unknown"),
            ("forged", self._list.forgeries, "unknown"),
        ):
            for address in self._source.sample(alive, number):
                self._answer(self._source.choice(self._list.mailings), address, shape, reply)
        if self._list.torn:
            self._answer(self._list.mailings[-1], alive[0], "unreadable", "unknown")

    def _answer(self, mailing: Mailing, address: str, shape: str, reply: str) -> None:
        source = self._source
        sent_at = (
            self._noon - timedelta(days=mailing.days_ago, hours=5) + source.random() * _SENDING
        )
        wait = source.expovariate(0.69) * _TYPICAL_WAIT + timedelta(seconds=3)
        if source.random() < 0.2:
            wait *= 12
        at = sent_at + min(wait, _LONGEST_WAIT)
        serial = f"{source.getrandbits(56):014x}"
        self._answers.append(
            Answer(serial, mailing, address, shape, reply, _second(sent_at), _second(at))
        )


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _second(moment: datetime) -> datetime:
    """To the second, as mail headers have it."""
    return moment.replace(microsecond=0)
