"""Error reports: what leaves the house."""

from __future__ import annotations

import logging

import pytest
import sentry_sdk
from sentry_sdk.transport import Transport

from bounceadmin.operating import sentry


class Drawer(Transport):
    """Keeps what would be sent."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[dict] = []

    def capture_envelope(self, envelope) -> None:
        event = envelope.get_event()
        if event:
            self.events.append(event)


@pytest.fixture
def drawer():
    yield Drawer()
    sentry_sdk.init()  # Off again.


def start(drawer: Drawer, personal_data: bool) -> None:
    sentry.start(
        "https://key@errors.invalid/1",
        environment="test",
        personal_data=personal_data,
        transport=drawer,
    )


def report(address: str) -> None:
    raw_message = f"From: {address}"
    try:
        raise ValueError(f"cannot read {raw_message}")
    except ValueError:
        logging.getLogger("bounces").exception("Failed at %s", address)
    sentry_sdk.flush()


def test_an_error_is_reported_without_personal_data(drawer):
    start(drawer, personal_data=False)
    report("ann@example.net")
    [event] = drawer.events
    assert event["exception"]["values"][0]["value"].startswith("cannot read From: person-")
    assert "ann@" not in str(event)
    assert event["environment"] == "test"


def test_local_variables_are_never_sent(drawer):
    start(drawer, personal_data=True)
    report("ann@example.net")
    [event] = drawer.events
    frames = event["exception"]["values"][0]["stacktrace"]["frames"]
    assert not any("vars" in frame for frame in frames)
    assert "ann@example.net" in str(event)
