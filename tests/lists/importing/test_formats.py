"""Each format is recognised by its own columns and read to the last row."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lists.importing.entries import Entry, Refusal, entry_of, when
from lists.importing.formats import by_name, candidates, guessed_mapping, likeliest
from lists.importing.rows import rows
from lists.importing.shapes import UnreadableFileError, shape_of
from tests.lists.importing.files import SAMPLES


def read(data: bytes, name: str = "", fmt: str = "", mapping=None):
    shape = shape_of(data)
    found = by_name(fmt, shape, mapping or {}) if fmt else likeliest(candidates(shape), name)
    return found, [entry_of(row, found) for row in rows(io.BytesIO(data), shape)]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: f"{s.format} {s.name}")
@pytest.mark.parametrize("form", ["as it is", "with a BOM", "with CRLF"])
def test_each_format_is_recognised_and_read(sample, form):
    data = sample.text.encode()
    if form == "with a BOM":
        data = b"\xef\xbb\xbf" + data
    if form == "with CRLF":
        data = data.replace(b"\n", b"\r\n")
    fmt, found = read(data, sample.name)
    assert fmt.name == sample.format
    assert {e.address: e.cause for e in found if isinstance(e, Entry)} == sample.found
    assert [e for e in found if isinstance(e, Refusal)] == []
    assert found.count(None) == sample.passed


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: f"{s.format} {s.name}")
def test_reading_goes_on_after_any_row(sample):
    data = sample.text.encode()
    shape = shape_of(data)
    everything = list(rows(io.BytesIO(data), shape))
    for row in everything:
        rest = list(rows(io.BytesIO(data), shape, after=row.number, at_byte=row.next_byte))
        assert [r.values for r in rest] == [r.values for r in everything[row.number :]]
        assert [r.number for r in rest] == [r.number for r in everything[row.number :]]


def test_a_file_like_no_other_is_read_by_the_columns_a_person_names():
    data = b"Who;Why;When\nann@example.net;Hard bounce;2026-01-02\nbob@example.net;;\n"
    mapping = {"address": "who", "cause": "why", "since": "when"}
    _, found = read(data, fmt="columns", mapping=mapping)
    assert [(e.address, e.cause) for e in found] == [
        ("ann@example.net", "hard"),
        ("bob@example.net", "import"),
    ]
    assert found[0].since == datetime(2026, 1, 2, tzinfo=UTC)


def test_the_mapping_of_such_a_file_is_guessed():
    shape = shape_of(b"Name,E-Mail,Type,Date\n")
    assert guessed_mapping(shape) == {"address": "email", "cause": "type", "since": "date"}
    assert by_name("columns", shape, {}) is None


def test_bad_rows_are_refused_one_by_one():
    data = (
        b"address,code,error,created_at\n"
        b"no address,550,x,\n"
        b",550,x,\n"
        b"J\xe9r\xf4me@example.net,550,latin-1,\n"
        b"ann@example.net,550,good,never\n"
    )
    _, found = read(data)
    assert [getattr(e, "why", "") for e in found] == [
        "This is no address.",
        "There is no address.",
        "",
        "",
    ]
    assert found[2].address == "j\xe9r\xf4me@example.net"


def test_an_unclosed_quote_spoils_no_more_than_it_must():
    head = b"address,code,error,created_at\n"
    data = head + b'bob@example.net,550,"open,\n' + b"x" * 200_000 + b"\nann@example.net,550,x,\n"
    _, found = read(data)
    assert found[0].why == "A quotation mark is not closed."
    assert found[-1].address == "ann@example.net"


def test_json_that_breaks_off_keeps_what_came_before():
    data = b'[{"created": 1, "email": "ann@example.net", "reason": "x", "status": "5"}, {"crea'
    _, found = read(data)
    assert found[0].address == "ann@example.net"
    assert found[-1].why == "The JSON breaks off or is damaged here."


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty."),
        (b"\n \n", "The file is empty."),
        ("address\nann@example.net\n".encode("utf-16"), "This is no UTF-8 text"),
        (b"PK\x03\x04\x00\x00\x00", "This is no UTF-8 text"),
        (b'{"a": 1, "b": []', "There is no list of objects in this JSON."),
        (b"[1, 2, 3]", "There is no list of objects in this JSON."),
        (b",,,\n", "The first line names no columns."),
    ],
)
def test_what_is_no_such_file_is_said_in_a_sentence(data, said):
    with pytest.raises(UnreadableFileError, match=said.replace(".", r"\.")):
        shape_of(data)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-04-10T21:03:05-07:00", datetime(2026, 4, 11, 4, 3, 5, tzinfo=UTC)),
        ("2026-04-10 21:03:05", datetime(2026, 4, 10, 21, 3, 5, tzinfo=UTC)),
        ("2026-04-10 21:03:05 UTC", datetime(2026, 4, 10, 21, 3, 5, tzinfo=UTC)),
        ("Fri, 10 Apr 2026 21:03:05 GMT", datetime(2026, 4, 10, 21, 3, 5, tzinfo=UTC)),
        ("1443651125", datetime(2015, 9, 30, 22, 12, 5, tzinfo=UTC)),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_are_read_as_each_program_writes_them(text, found):
    assert when(text) == found


@given(st.binary(max_size=400))
def test_no_bytes_make_it_raise_anything_else(data):
    try:
        shape = shape_of(data)
    except UnreadableFileError:
        return
    for fmt in candidates(shape):
        for row in rows(io.BytesIO(data), shape):
            entry_of(row, fmt)


@given(st.text(max_size=200), st.sampled_from(SAMPLES))
def test_no_text_within_a_file_makes_it_raise(text, sample):
    cut = len(sample.text) // 2
    data = (sample.text[:cut] + text + sample.text[cut:]).encode(errors="replace")
    try:
        shape = shape_of(data)
    except UnreadableFileError:
        return
    for fmt in candidates(shape):
        for row in rows(io.BytesIO(data), shape):
            entry_of(row, fmt)


@given(st.text(max_size=40))
def test_no_text_is_a_date_that_raises(text):
    when(text)
