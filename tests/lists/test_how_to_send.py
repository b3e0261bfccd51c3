"""Settings to paste for a campaign, its domain's DNS records, and warnings."""

from __future__ import annotations

import pytest
from django.urls import reverse
from dns.zone import from_text

from lists.how_to_send import Sending, records, snippets, warnings
from tests.factories import make_campaign, make_list, make_user

SENDING = Sending(
    bounce_address="bounces-campaign-7@bounces.example.com",
    header_from="news@example.com",
    bounce_domain="bounces.example.com",
    campaign=7,
    sending_ips=("192.0.2.1", "2001:db8::1"),
)


@pytest.mark.parametrize("snippet", snippets(SENDING), ids=lambda snippet: snippet.name)
def test_each_program_is_given_the_bounce_address(snippet):
    assert SENDING.bounce_address in snippet.code
    assert "{" not in snippet.code.replace("{'", "").replace('{"', "")


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("ses", '[{"Name": "campaign", "Value": "7"}]'),
        ("sendgrid", '"custom_args": {"campaign": "7"}'),
    ],
)
def test_mail_services_are_told_the_campaign_for_their_webhooks(name, tag):
    assert tag in next(s.code for s in snippets(SENDING) if s.name == name)


@pytest.mark.parametrize("name", ["smtplib", "django", "ses"])
def test_python_settings_are_python(name):
    code = next(s.code for s in snippets(SENDING) if s.name == name)
    compile(code, name, "exec")


def test_the_records_can_be_pasted_into_a_zone():
    text = "\n".join(record.line for record in records(SENDING))
    zone = from_text(
        f"@ 300 IN SOA a. b. 1 2 3 4 5\n@ 300 IN NS a.\n$TTL 300\n{text}\n",
        origin="bounces.example.com.",
    )
    assert zone.get_rdataset("@", "MX")[0].to_text(relativize=False) == "10 mail.example.com."
    spf = zone.get_rdataset("@", "TXT")[0].to_text()
    assert spf == '"v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all"'


def test_spf_without_known_servers_names_the_mx():
    sending = Sending("b@bounces.example.com", "news@example.com", "bounces.example.com", 7)
    assert records(sending)[-1].value == '"v=spf1 mx -all"'


def test_all_is_well_with_an_address_of_its_own():
    assert warnings(SENDING) == []


@pytest.mark.parametrize(
    ("address", "domain", "said"),
    [
        ("News@Example.com", "example.com", "is the From address"),
        ("bounces@example.com", "example.com", "at the From address's domain"),
        ("b@other.example", "bounces.example.com", "not at the list's bounce domain"),
    ],
)
def test_a_wrong_bounce_address_is_warned_of(address, domain, said):
    found = warnings(Sending(address, "news@example.com", domain, 7))
    assert any(said in sentence for sentence in found)


def test_a_domain_that_also_brings_peoples_mail_gets_no_mx():
    sending = Sending("bounces@example.com", "news@example.com", "example.com", 7)
    assert [record.type for record in records(sending)] == ["TXT"]


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["Marketer", "Operator", "Admin"])
def test_the_page_shows_it_to_every_role(client, role):
    campaign = make_campaign()
    client.force_login(make_user(role))
    page = reverse("admin:lists_campaign_how_to_send", args=[campaign.pk])
    text = client.get(page).content.decode()
    assert campaign.bounce_address in text
    assert "Another stream uses the same bounce domain" not in text
    assert (
        page
        in client.get(reverse("admin:lists_campaign_change", args=[campaign.pk])).content.decode()
    )


@pytest.mark.django_db
def test_a_bounce_domain_shared_between_streams_is_warned_of(client):
    campaign = make_campaign()
    make_list(stream="transactional")
    client.force_login(make_user("Marketer"))
    page = reverse("admin:lists_campaign_how_to_send", args=[campaign.pk])
    assert "Another stream uses the same bounce domain" in client.get(page).content.decode()
