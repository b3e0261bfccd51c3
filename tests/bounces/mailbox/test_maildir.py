"""A Maildir on this machine."""

from __future__ import annotations

import pytest

from bounces.models import InboundMessage, Mailbox
from bounces.sources.mailbox import fetching
from tests.mails import dsn

pytestmark = pytest.mark.django_db


@pytest.fixture
def maildir(tmp_path, settings):
    settings.MAILDIR_ROOTS = [str(tmp_path)]
    for name in ("new", "cur", "tmp"):
        (tmp_path / "bounces" / name).mkdir(parents=True)
    return tmp_path / "bounces"


@pytest.fixture
def box(maildir, db):
    return Mailbox.objects.create(
        name="Spool", protocol="maildir", folder=str(maildir), afterwards="leave"
    )


def test_what_is_new_is_stored_and_moves_to_cur(maildir, box, fetched):
    (maildir / "new" / "1.host").write_bytes(dsn())
    (maildir / "new" / "2.host").write_bytes(dsn())
    (maildir / "tmp" / "3.host").write_bytes(dsn())

    run = fetched(box)

    assert (run.outcome, run.stored) == ("done", 2)
    assert sorted(p.name for p in (maildir / "cur").iterdir()) == ["1.host:2,S", "2.host:2,S"]
    assert not list((maildir / "new").iterdir())


def test_what_is_stored_is_deleted_where_so_wished(maildir, box, fetched):
    Mailbox.objects.update(afterwards="delete")
    (maildir / "new" / "1.host").write_bytes(dsn())

    fetched(box)

    assert not list(maildir.glob("*/*"))


def test_a_run_that_is_to_stop_ends_after_the_messages_at_hand(maildir, box, fetched, monkeypatch):
    monkeypatch.setattr(fetching, "_BATCH_MESSAGES", 2)
    monkeypatch.setattr(fetching.scheduling, "announce", lambda pk: pytest.fail("announced"))
    for n in range(5):
        (maildir / "new" / f"{n}.host").write_bytes(dsn())
    asked = iter([False, True, True])
    monkeypatch.setattr(fetching.stopping, "is_asked", lambda: next(asked))

    run = fetched(box)

    assert (run.outcome, run.stored, run.looked_at) == ("more", 2, 2)
    assert len(list((maildir / "new").iterdir())) == 3
    assert box.lease_token is None
    monkeypatch.setattr(fetching.stopping, "is_asked", lambda: False)
    assert fetched(box).stored == 3


def test_nothing_moves_before_it_is_stored(maildir, box, fetched, monkeypatch):
    (maildir / "new" / "1.host").write_bytes(dsn())
    monkeypatch.setattr("bounces.sources.mailbox.fetching.store", lambda found: 1 / 0)

    assert fetched(box).outcome == "failed"
    assert [p.name for p in (maildir / "new").iterdir()] == ["1.host"]


def test_links_are_not_followed(maildir, box, fetched, tmp_path):
    (tmp_path / "secret").write_text("not mail")
    (maildir / "new" / "1.host").symlink_to(tmp_path / "secret")

    fetched(box)

    assert not InboundMessage.objects.exists()


@pytest.mark.parametrize("path", ["/etc", "relative", "{root}/../elsewhere"])
def test_a_maildir_elsewhere_is_not_read(maildir, box, fetched, path):
    Mailbox.objects.update(folder=path.format(root=maildir.parent))

    assert "MAILDIR_ROOTS" in fetched(box).sentence
