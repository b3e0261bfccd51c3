"""Aggregate reports: read, unpacked, summed up, and never dangerous."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile
import zlib
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.checks.dmarc_reports import (
    ReportError,
    by_source,
    findings,
    read_report,
    reports_in_file,
    reports_in_message,
)
from diagnostics.checks.dmarc_reports import packing as packing_module


def row(ip: str = "192.0.2.10", count: int = 3, dkim: str = "pass", spf: str = "pass") -> str:
    return f"""
  <record>
    <row><source_ip>{ip}</source_ip><count>{count}</count>
      <policy_evaluated><disposition>{"none" if "pass" in (dkim, spf) else "reject"}</disposition>
        <dkim>{dkim}</dkim><spf>{spf}</spf>
        <reason><type>forwarded</type><comment>looks like a list</comment></reason>
      </policy_evaluated></row>
    <identifiers><header_from>Example.com</header_from>
      <envelope_from>bounces.example.com</envelope_from></identifiers>
    <auth_results>
      <dkim><domain>example.com</domain><selector>s1</selector><result>{dkim}</result></dkim>
      <dkim><domain>esp.test</domain><result>pass</result></dkim>
      <spf><domain>bounces.example.com</domain><scope>mfrom</scope><result>{spf}</result></spf>
    </auth_results>
  </record>"""


def report(*rows: str, root: str = "feedback", domain: str = "example.com") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<{root}>
  <version>1.0</version>
  <report_metadata><org_name>Receiver &amp; Sons</org_name><email>dmarc@receiver.test</email>
    <report_id>abc.1</report_id>
    <date_range><begin>1790000000</begin><end>1790086400</end></date_range>
    <error>something was odd</error></report_metadata>
  <policy_published><domain>{domain}</domain><adkim>r</adkim><p>reject</p><sp>none</sp>
  </policy_published>{"".join(rows or (row(),))}
</{root.split()[0]}>""".encode()


def test_a_report_is_read() -> None:
    found = read_report(report())
    assert (found.reporter, found.report_id, found.domain) == (
        "Receiver & Sons",
        "abc.1",
        "example.com",
    )
    assert found.begin == datetime.fromtimestamp(1_790_000_000, UTC)
    assert (found.policy, found.subdomain_policy, found.count) == ("reject", "none", 3)
    assert found.errors == ("something was odd",)
    (one,) = found.rows
    assert (one.source_ip, one.count, one.disposition) == ("192.0.2.10", 3, "none")
    assert (one.dkim_aligned, one.spf_aligned, one.passes) == (True, True, True)
    assert (one.header_from, one.envelope_from) == ("example.com", "bounces.example.com")
    assert [(result.domain, result.selector, result.result) for result in one.dkim] == [
        ("example.com", "s1", "pass"),
        ("esp.test", "", "pass"),
    ]
    assert (one.spf[0].scope, one.spf[0].result) == ("mfrom", "pass")
    assert one.reasons == ("forwarded: looks like a list",)


@pytest.mark.parametrize(
    "root",
    [
        'feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0"',
        'feedback xmlns="http://dmarc.org/dmarc-xml/0.1"',
    ],
)
def test_name_spaces_do_not_matter(root: str) -> None:
    assert read_report(report(root=root)).count == 3


def test_an_ipv4_mapped_source_is_ipv4_s() -> None:
    assert read_report(report(row("::ffff:192.0.2.1"))).rows[0].source_ip == "192.0.2.1"


def test_elements_that_no_standard_knows_are_passed_over() -> None:
    extended = report().replace(b"<count>", b"<extra><count>9</count></extra><count>")
    assert read_report(extended).rows[0].count == 3


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"", "no sound XML"),
        (b"hello", "no sound XML"),
        (b"<feedback>", "no sound XML"),
        (b"<html></html>", "no DMARC report but <html>"),
        (b"<feedback></feedback>", "which domain"),
        (report(row("somewhere")), "no source address"),
        (report()[:-20], "no sound XML"),
        (b"<a>" * 5, "no DMARC report"),
        (b"<feedback>" + b"<x>" * 50, "too deep"),
        (b"<feedback><version>" + b"1" * 5000, "more than 4096 characters"),
        (b'<?xml version="1.0" encoding="klingon"?><feedback/>', "unknown encoding"),
        (
            b'<!DOCTYPE feedback [<!ENTITY a "boom">]><feedback><version>&a;</version></feedback>',
            "declares entities",
        ),
        (b'<!DOCTYPE feedback SYSTEM "file:///etc/passwd"><feedback/>', "declares entities"),
    ],
)
def test_what_is_no_report_is_refused(octets: bytes, words: str) -> None:
    with pytest.raises(ReportError, match=words):
        read_report(octets)


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, octets in members.items():
            archive.writestr(name.replace("_", "."), octets)
    return packed.getvalue()


def test_files_are_told_by_their_first_octets() -> None:
    plain = reports_in_file(report())
    assert reports_in_file(gzip.compress(report())) == plain
    assert reports_in_file(zipped(a_xml=report())) == plain
    assert len(reports_in_file(zipped(a_xml=report(), b_xml=report(), c_txt=b"x"))) == 2


@pytest.mark.parametrize(
    "octets",
    [
        gzip.compress(report(), mtime=0)[:-20],
        gzip.compress(report(), mtime=0)[:30],
        b"\x1f\x8bnot really",
        b"PK\x03\x04not really",
        zipped(a_txt=b"hello"),
        zipped(a_xml=b"hello"),
        zipped(**{f"f{at}_xml": report() for at in range(30)}),
        zipped(a_xml=report()).replace(b"\x08\x00", b"\x63\x00"),
    ],
    # By name: the archives hold the time, and every worker must collect the same tests.
    ids=[
        "cut at the end",
        "cut at the beginning",
        "no gzip",
        "no zip",
        "a zip of a text",
        "a zip of no report",
        "a zip of thirty reports",
        "a zip of an unknown method",
    ],
)
def test_damaged_files_are_refused(octets: bytes) -> None:
    with pytest.raises(ReportError):
        reports_in_file(octets)


def bomb(head: bytes) -> bytes:
    """A gzip of many repetitions, made without holding them."""
    packer = zlib.compressobj(9, wbits=31)
    pieces = [packer.compress(head)]
    filler = b" " * (1 << 20)
    pieces += [packer.compress(filler) for _ in range(200)]
    return b"".join([*pieces, packer.flush()])


def test_a_bomb_is_noticed_without_unpacking_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing_module, "LARGEST_XML", 4 << 20)
    octets = bomb(b"<feedback>")
    assert len(octets) < 1 << 20
    tracemalloc.start()
    try:
        with pytest.raises(ReportError):
            reports_in_file(octets)
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_a_zip_bomb_is_noticed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing_module, "LARGEST_XML", 1 << 20)
    with pytest.raises(ReportError, match="unpacks to more"):
        reports_in_file(zipped(a_xml=b"<feedback>" + b"<error>x</error>" * (1 << 17)))


def message(*attachments: tuple[str, str, bytes]) -> bytes:
    mail = EmailMessage()
    mail["From"] = "dmarc@receiver.test"
    mail["Subject"] = "Report domain: example.com"
    mail.set_content("Attached.")
    for name, kind, octets in attachments:
        main, _, sub = kind.partition("/")
        mail.add_attachment(octets, maintype=main, subtype=sub, filename=name)
    return mail.as_bytes()


@pytest.mark.parametrize(
    ("name", "kind", "octets"),
    [
        ("r!example.com!1!2.xml.gz", "application/gzip", gzip.compress(report())),
        ("r.zip", "application/zip", zipped(a_xml=report())),
        ("r.xml", "application/xml", report()),
        ("r.gz", "application/octet-stream", gzip.compress(report())),
    ],
    ids=["gzip", "zip", "plain", "gzip as octets"],
)
def test_reports_are_found_in_messages(name: str, kind: str, octets: bytes) -> None:
    assert [one.count for one in reports_in_message(message((name, kind, octets)))] == [3]


def test_a_message_without_report_has_none_and_a_broken_one_says_so() -> None:
    assert reports_in_message(message()) == ()
    assert reports_in_message(b"") == ()
    with pytest.raises(ReportError):
        reports_in_message(message(("r.gz", "application/gzip", b"\x1f\x8bxx")))


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_octets_are_reports_or_a_clear_error(octets: bytes) -> None:
    for raw in (octets, b"\x1f\x8b" + octets, b"PK\x03\x04" + octets, b"<feedback>" + octets):
        for read in (reports_in_file, reports_in_message):
            try:
                read(raw)
            except ReportError as error:
                assert str(error)


def test_mail_is_summed_up_by_source() -> None:
    reports = [
        read_report(report(row(count=5), row("198.51.100.9", 4, "fail", "fail"))),
        read_report(report(row(count=2, dkim="fail"))),
    ]
    first, second = by_source(reports)
    assert (first.source_ip, first.count, first.passed) == ("192.0.2.10", 7, 7)
    assert (first.spf_aligned, first.dkim_aligned, first.refused) == (7, 5, 0)
    assert (second.failed, second.refused, second.envelope_from) == (4, 4, ("bounces.example.com",))


def test_our_own_failing_address_is_a_problem_and_a_stranger_s_is_not() -> None:
    reports = [
        read_report(
            report(row(count=90), row("192.0.2.11", 6, "fail", "fail"),
                   row("198.51.100.9", 4, "fail", "fail"))
        )
    ]  # fmt: skip
    found = findings(reports, sending_ips=["192.0.2.10", "192.0.2.11"])
    assert found[0].title == "90 of 100 messages passed DMARC (90.0 %)."
    assert [(one.status, one.title.split(" from ")[-1][:12]) for one in found[1:3]] == [
        ("problem", "192.0.2.11 f"),
        ("info", "198.51.100.9"),
    ]


def test_no_mail_says_so() -> None:
    assert findings([])[0].title == "The reports count no mail yet."
