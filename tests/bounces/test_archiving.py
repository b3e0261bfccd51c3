"""Texts move into a bucket (an S3 API on loopback); nothing dies with whoever moves them."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
import zstandard
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone
from moto.server import ThreadedMotoServer

from bounceadmin.alerts import conditions
from bounces import archiving, privacy, raw_storage, roads
from bounces.housekeeping import delete_old_raw_messages
from bounces.models import InboundMessage, LooseObject, RawMessage, RoadState
from bounces.raw_storage import UnavailableError
from tests.bounceadmin.running import free_port
from tests.factories import make_event, make_message, make_user
from tests.mails import dsn

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
HOUR = timedelta(hours=1)
State = InboundMessage.State


@pytest.fixture(scope="module")
def s3():
    """Where the S3 API answers."""
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(s3, settings, monkeypatch):
    """An empty bucket that the settings name."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret")
    found = boto3.resource("s3", endpoint_url=s3, region_name="us-east-1").create_bucket(
        Bucket="bounces"
    )
    name_it(settings, s3)
    yield found
    found.objects.all().delete()


def name_it(settings, endpoint: str) -> None:
    options = {"bucket_name": "bounces", "location": "kept", "endpoint_url": endpoint}
    settings.STORAGES = {
        **settings.STORAGES,
        raw_storage.ALIAS: {"BACKEND": "bounces.raw_bucket.RawBucket", "OPTIONS": options},
    }


def processed(*, state: str = State.PROCESSED, raw: bytes = b"", **fields) -> InboundMessage:
    now = timezone.now()
    row = make_message(state=state, raw=raw or dsn("ann@example.net"), processed_at=now, **fields)
    RawMessage.objects.filter(pk=row.pk).update(stored_at=now - HOUR)
    return row


def archived() -> set[int]:
    return set(RawMessage.objects.exclude(object_name="").values_list("pk", flat=True))


def objects(bucket) -> list[str]:
    return [found.key for found in bucket.objects.all()]


def read_again(row: InboundMessage) -> bytes | None:
    return InboundMessage.objects.get(pk=row.pk).raw


def test_what_is_processed_moves_and_reads_the_same(bucket):
    content = dsn("ann@example.net") + b"\xff\x00 any bytes"
    row = processed(raw=content)

    assert archiving.archive(60) == 1

    kept = RawMessage.objects.get(pk=row.pk)
    assert kept.content is None
    assert read_again(row) == content
    (key,) = objects(bucket)
    assert key.startswith("kept/20")
    assert key.endswith(".eml.zst")
    assert zstandard.decompress(bucket.Object(key).get()["Body"].read()) == content
    assert not LooseObject.objects.exists()
    assert archiving.archive(60) == 0


def test_what_may_still_be_processed_stays(bucket):
    failed, held = processed(state=State.FAILED), processed(state=State.HELD)
    first, second = processed(), processed()
    fresh = make_message(state=State.PROCESSED)

    archiving.archive(60)

    assert archived() == {first.pk, second.pk}
    for row in (failed, held, fresh):
        assert RawMessage.objects.get(pk=row.pk).content


def test_nothing_overtakes_a_message_that_still_waits(bucket):
    before = processed()
    waiting = processed(state=State.PENDING)
    after = processed()

    archiving.archive(60)
    assert archived() == {before.pk}

    InboundMessage.objects.filter(pk=waiting.pk).update(state=State.PROCESSED)
    archiving.archive(60)
    assert archived() == {before.pk, waiting.pk, after.pk}


@pytest.mark.parametrize("limit", [("_ROWS_AT_ONCE", 3), ("_BYTES_AT_ONCE", 2000)])
def test_many_are_moved_in_pieces(bucket, monkeypatch, limit):
    monkeypatch.setattr(archiving, *limit)
    rows = [processed(raw=b"Subject: x\n\n" + b"%d" % n * 600) for n in range(8)]
    pieces: list[int] = []

    archiving.archive(60, pieces.append)

    assert archived() == {row.pk for row in rows}
    assert pieces == [3, 3, 2]
    assert all(read_again(row) for row in rows)


def test_a_text_at_the_end_of_its_time_goes_from_the_bucket_too(bucket, settings):
    row = processed()
    archiving.archive(60)
    old = timezone.now() - timedelta(days=settings.RAW_MESSAGE_RETENTION_DAYS + 1)
    InboundMessage.objects.update(processed_at=old)
    RawMessage.objects.update(stored_at=old)

    assert sum(delete_old_raw_messages()) == 1

    assert read_again(row) is None
    assert archiving.delete_loose() == 1
    assert objects(bucket) == []


def test_a_person_that_is_erased_goes_from_the_bucket_too(bucket):
    row = processed()
    make_event(message=row, address="ann@example.net")
    archiving.archive(60)

    privacy.erase("ann@example.net")
    archiving.run(60)

    assert read_again(row) is None
    assert objects(bucket) == []


class _KilledError(BaseException):
    pass


def killed(*_args, **_kwargs):
    raise _KilledError


def test_killed_after_the_upload_nothing_is_lost_and_nothing_forgotten(bucket, monkeypatch):
    row = processed(raw=b"Subject: kept\n\nall along")
    with monkeypatch.context() as patched:
        patched.setattr(archiving.bulk, "update", killed)
        with pytest.raises(_KilledError):
            archiving.archive(60)
    (lost,) = objects(bucket)
    assert read_again(row)

    archiving.archive(60)
    assert archiving.delete_loose() == 0, "it might still be an upload under way"
    LooseObject.objects.update(noted_at=timezone.now() - 2 * HOUR)
    assert archiving.delete_loose() == 1

    (kept,) = objects(bucket)
    assert kept != lost
    assert read_again(row) == b"Subject: kept\n\nall along"


def test_an_upload_that_was_given_up_meanwhile_is_not_relied_on(bucket, monkeypatch):
    row = processed()

    def given_up(call, arguments, each=archiving._each):
        done = each(call, arguments)
        if call is raw_storage.put:
            LooseObject.objects.update(noted_at=timezone.now() - 2 * HOUR)
            archiving.delete_loose()
        return done

    with monkeypatch.context() as patched:
        patched.setattr(archiving, "_each", given_up)
        archiving.archive(0.01)

    assert RawMessage.objects.get(pk=row.pk).content
    assert objects(bucket) == []


def test_what_a_night_has_let_go_is_deleted_in_turns(bucket, monkeypatch):
    monkeypatch.setattr(archiving, "_ROWS_AT_ONCE", 2)
    for n in range(5):
        LooseObject.objects.create(name=f"2026/11/24/{n}", is_given_up=True)
    assert [archiving.delete_loose(0) for _ in range(4)] == [2, 2, 1, 0]


def test_one_that_is_erased_while_it_moves_leaves_nothing(bucket, monkeypatch):
    row = processed()
    make_event(message=row, address="ann@example.net")

    def each_and_erase(call, arguments, each=archiving._each):
        done = each(call, arguments)
        if call is raw_storage.put:
            privacy.erase("ann@example.net")
        return done

    with monkeypatch.context() as patched:
        patched.setattr(archiving, "_each", each_and_erase)
        assert archiving.archive(60) == 0

    assert not RawMessage.objects.filter(pk=row.pk).exists()
    LooseObject.objects.update(noted_at=timezone.now() - 2 * HOUR)
    archiving.delete_loose()
    assert objects(bucket) == []


def test_a_bucket_that_is_away_costs_nothing_but_time(bucket, settings, s3, client, tmp_path):
    first, second = processed(), processed()
    archiving.archive(60)
    third = processed()
    name_it(settings, f"http://127.0.0.1:{free_port()}")

    archiving.run(60)

    state = RoadState.objects.get(key=roads.ARCHIVE)
    assert state.is_failing
    assert "Object storage does not answer" in state.last_error
    assert RawMessage.objects.get(pk=third.pk).content
    assert list(conditions.archive(timezone.now())) == []
    (told,) = conditions.archive(timezone.now() + 2 * HOUR)
    assert "object storage" in told.title

    client.force_login(make_user("Admin"))
    page = client.get(reverse("admin:bounces_inboundmessage_change", args=[first.pk]))
    assert "Object storage does not answer" in page.content.decode()
    download = client.get(reverse("admin:bounces_inboundmessage_download", args=[first.pk]))
    assert download.status_code == 503
    assert "Object storage does not answer" in download.content.decode()

    make_event(message=first, address="ann@example.net")
    zipped = client.get(reverse("export_person"), {"address": "ann@example.net"})
    assert zipped.status_code == 503
    with pytest.raises(CommandError, match="Object storage does not answer"):
        call_command("export_person", "ann@example.net", str(tmp_path / "ann.zip"))
    assert not list(tmp_path.iterdir())

    name_it(settings, s3)
    roads._written.clear()
    archiving.run(60)
    assert archived() == {first.pk, second.pk, third.pk}
    assert list(conditions.archive(timezone.now() + 2 * HOUR)) == []


def test_what_went_well_before_a_failure_is_kept(bucket, monkeypatch):
    rows = [processed() for _ in range(4)]

    def third_fails(name, content, put=raw_storage.put):
        if f"/{rows[2].pk}-" in name:
            raise UnavailableError("not this one")
        put(name, content)

    with monkeypatch.context() as patched:
        patched.setattr(raw_storage, "put", third_fails)
        with pytest.raises(UnavailableError, match="not this one"):
            archiving.archive(60)

    assert archived() == {rows[0].pk, rows[1].pk}
    archiving.archive(60)
    assert archived() == {row.pk for row in rows}


def test_an_object_that_somebody_deleted_is_told(bucket, client):
    row = processed()
    archiving.archive(60)
    bucket.objects.all().delete()
    client.force_login(make_user("Admin"))

    page = client.get(reverse("admin:bounces_inboundmessage_change", args=[row.pk]))

    assert page.status_code == 200
    assert "no such object" in page.content.decode()


def test_all_of_it_comes_back(bucket, capsys):
    contents = {
        processed(raw=b"Subject: %d\n\nx" % n).pk: b"Subject: %d\n\nx" % n for n in range(5)
    }
    call_command("archive", quiet=True)
    assert len(objects(bucket)) == 5

    call_command("archive", back=True, quiet=True)

    assert objects(bucket) == []
    assert archived() == set()
    assert {row.pk: row.content for row in RawMessage.objects.all()} == contents
    assert "Moved 5 messages back into the database." in capsys.readouterr().out


def test_without_a_bucket_it_says_so():
    assert archiving.run(60) is None
    with pytest.raises(CommandError, match="RAW_BUCKET is not set"):
        call_command("archive")


def test_a_bucket_that_was_unset_too_early_is_told(bucket, settings):
    row = processed()
    archiving.archive(60)
    del settings.STORAGES[raw_storage.ALIAS]

    with pytest.raises(UnavailableError, match="RAW_BUCKET is not set any more"):
        read_again(row)


def test_the_settings_of_the_environment_lead_to_the_bucket(bucket, s3, tmp_path):
    def manage(*arguments: str, **kwargs) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={
                **{k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")},
                "DATA_DIR": str(tmp_path),
                "RAW_BUCKET": "bounces",
                "RAW_BUCKET_FOLDER": "from/here",
                "RAW_BUCKET_ENDPOINT": s3,
                "RAW_BUCKET_REGION": "eu-central-1",
                "RAW_BUCKET_ENCRYPTION": "AES256",
            },
            capture_output=True,
            text=True,
            check=True,
            **kwargs,
        )

    manage("migrate", "--verbosity", "0")
    manage("ingest", "--quiet", input=dsn("ann@example.net").decode())
    manage("shell", "-c", "import bounces.pipeline as p; p.process([1])")
    manage(
        "shell",
        "-c",
        "from bounces.models import *; RawMessage.objects.update(stored_at='2026-01-01T00:00Z')",
    )

    told = manage("archive").stdout

    assert "Moved 1 messages into object storage." in told
    (key,) = objects(bucket)
    assert key.startswith("from/here/20")
    assert bucket.Object(key).server_side_encryption == "AES256"


def test_what_another_worker_moved_meanwhile_is_left_to_it(bucket, monkeypatch):
    rows = [processed() for _ in range(2)]
    queryset = type(RawMessage.objects.all())
    select_related = queryset.select_related

    def other_first(self, *names):
        monkeypatch.setattr(queryset, "select_related", select_related)
        archiving.archive(60)
        return select_related(self, *names)

    monkeypatch.setattr(queryset, "select_related", other_first)

    assert archiving.archive(60) == 0
    assert archived() == {row.pk for row in rows}
