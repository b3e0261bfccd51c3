"""One POST: where it may go, how long it may take, what is kept of the answer."""

from __future__ import annotations

import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lists.outgoing.posting import post
from network.addresses import AddressPolicy
from network.tls import client_context

LOOPBACK = AddressPolicy.allowing(["127.0.0.0/8"])


def posted(url, policy=LOOPBACK, **options):
    return post(url, b"{}", {"Content-Type": "application/json"}, policy=policy, **options)


def test_body_path_and_headers_arrive(receiver):
    answer = posted(receiver.url)
    assert (answer.status, answer.excerpt, answer.error) == (200, "thank you", "")
    path, headers, body = receiver.got[0]
    assert (path, body) == ("/hook?a=b", b"{}")
    assert headers["host"] == f"127.0.0.1:{receiver.port}"
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1", "0.0.0.0"],
)
def test_nothing_inside_is_posted_to(address):
    answer = posted("http://inside.example/", AddressPolicy(), resolve=lambda h, p: [address])
    assert answer.status == 0
    assert "internal address" in answer.error


def test_a_literal_inside_is_refused_too(receiver):
    assert "internal address" in posted(receiver.url, AddressPolicy()).error
    assert receiver.got == []


def test_the_address_that_was_checked_is_the_one_connected_to(receiver):
    asked = []

    def rebinding(host, port):
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    answer = posted(f"http://hooks.example:{receiver.port}/", resolve=rebinding)
    assert (answer.status, asked) == (200, ["hooks.example"])
    assert receiver.got[0][1]["host"] == f"hooks.example:{receiver.port}"


def test_of_several_addresses_those_inside_are_left_out(receiver):
    policy = AddressPolicy.allowing(["127.0.0.1/32"])
    both = ["10.9.9.9", "127.0.0.1"]
    url = f"http://hooks.example:{receiver.port}/"
    assert posted(url, policy, resolve=lambda h, p: both).status == 200


def test_redirects_are_not_followed(receiver):
    receiver.status, receiver.headers = 302, {"Location": "http://127.0.0.1/"}
    answer = posted(receiver.url)
    assert answer.status == 302
    assert not answer.accepted
    assert "Redirects" in answer.error
    assert len(receiver.got) == 1


def test_a_long_and_odd_answer_is_cut_and_made_plain(receiver):
    receiver.body = b"\x00\x1b[31m" + b"\xff" + b"x" * 100_000
    answer = posted(receiver.url)
    assert len(answer.excerpt) == 500
    assert answer.excerpt.replace("\n", "").isprintable()


@pytest.mark.parametrize(
    ("begins", "drips", "status"),
    [
        (b"", b"x", 0),
        (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0),
        # It has said that it took it.
        (b"HTTP/1.1 200 OK\r\n\r\n", b"x", 200),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", b"x", 200),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"5", 200),
    ],
)
def test_a_receiver_that_drips_is_cut_off(receiver, begins, drips, status):
    def drip(handler):
        handler.wfile.write(begins)
        for _ in range(60):
            time.sleep(0.05)
            try:
                handler.wfile.write(drips)
            except OSError:
                return

    receiver.answer = drip
    began = time.monotonic()
    answer = posted(receiver.url, seconds=0.5)
    assert time.monotonic() - began < 1.5
    assert answer.status == status
    assert answer.error == ("" if status else "No answer within 0.5 seconds")


def test_a_receiver_that_closes_at_once_is_a_fault(receiver):
    receiver.answer = lambda handler: handler.connection.shutdown(socket.SHUT_RDWR)
    answer = posted(receiver.url)
    assert answer.status == 0
    assert answer.error


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://127.0.0.1:1/", "refused"),
        ("ftp://127.0.0.1/", "no address of the web"),
        ("http:///x", "no address of the web"),
        ("http://127.0.0.1:99999/", "No sound answer"),
        ("http://" + "a" * 70 + ".example/", "label"),
    ],
)
def test_what_cannot_be_reached_says_why(url, why):
    answer = posted(url)
    assert answer.status == 0
    assert why in answer.error


def test_a_host_that_is_not_known_says_so():
    def nobody(host, port):
        raise socket.gaierror(-2, "Name or service not known")

    assert "not known" in posted("http://nobody.example/", resolve=nobody).error


def test_a_wish_to_wait_is_read(receiver):
    receiver.status, receiver.headers = 503, {"Retry-After": "120"}
    assert posted(receiver.url).retry_after == 120
    receiver.headers = {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}
    assert posted(receiver.url).retry_after is None


@pytest.fixture
def certificate(tmp_path):
    """A certificate for `hooks.example`, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hooks.example")])
    now = datetime.now(UTC)
    names = [x509.DNSName("hooks.example"), x509.IPAddress(ip_address("127.0.0.9"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "both.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def tls_receiver(receiver, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    receiver.server.socket = context.wrap_socket(receiver.server.socket, server_side=True)
    return receiver


def test_over_tls_the_name_is_verified_not_the_address(tls_receiver, certificate):
    trusting = client_context(certificate.read_text())
    here = {"resolve": lambda h, p: ["127.0.0.1"], "context": trusting}
    port = tls_receiver.port
    assert posted(f"https://hooks.example:{port}/", **here).status == 200
    wrong = posted(f"https://other.example:{port}/", **here)
    assert wrong.status == 0
    assert "certificate is not trusted" in wrong.error


def test_a_certificate_of_nobody_known_is_refused(tls_receiver):
    url = f"https://hooks.example:{tls_receiver.port}/"
    answer = posted(url, resolve=lambda h, p: ["127.0.0.1"])
    assert "certificate is not trusted" in answer.error
    assert tls_receiver.got == []
