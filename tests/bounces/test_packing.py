"""Raw messages are smaller in the database, and the same to whoever reads them."""

import pytest
from django.db import connection
from hypothesis import example, given
from hypothesis import strategies as st

from bounces.models import InboundMessage, RawMessage
from bounces.packing import pack, unpack
from bounces.storing import Incoming, store
from tests.factories import make_message
from tests.mails import dsn


@given(st.binary(max_size=2000))
@example(b"")
@example(pack(dsn("ann@example.net")))
@example(b"\0zstd")
def test_what_was_packed_comes_back_to_the_byte(content):
    assert unpack(pack(content)) == content


def test_a_short_bounce_is_kept_in_two_thirds_of_its_size():
    raw = dsn("ann@example.net")
    assert len(pack(raw)) < 0.67 * len(raw)


def test_what_does_not_get_smaller_is_kept_as_it_is():
    assert pack(b"Subject: x") == b"Subject: x"


def test_a_damaged_frame_is_told():
    with pytest.raises(ValueError, match="damaged"):
        unpack(pack(b"x" * 500)[:-3])


def kept(pk: int) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM bounces_rawmessage WHERE message_id = %s", [pk])
        return bytes(cursor.fetchone()[0])


@pytest.mark.django_db
@pytest.mark.parametrize("written_by", ["a source", "the ORM", "an update"])
def test_the_database_has_it_packed_however_it_was_written(written_by):
    raw = dsn("ann@example.net")
    if written_by == "a source":
        [pk] = store([Incoming(raw, "file")]).ids
    elif written_by == "the ORM":
        pk = make_message(raw=raw).pk
    else:
        pk = make_message().pk
        RawMessage.objects.filter(pk=pk).update(content=raw)
    assert len(kept(pk)) < len(raw)
    assert InboundMessage.objects.get(pk=pk).raw == raw
    assert RawMessage.objects.values_list("content", flat=True).get(pk=pk) == raw


@pytest.mark.django_db
def test_a_row_of_before_is_read_as_it_is():
    pk = make_message().pk
    with connection.cursor() as cursor:
        sql = "UPDATE bounces_rawmessage SET content = %s WHERE message_id = %s"
        cursor.execute(sql, [b"old", pk])
    assert InboundMessage.objects.get(pk=pk).raw == b"old"
