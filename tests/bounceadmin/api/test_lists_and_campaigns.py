"""Lists and campaigns, made and changed by applications."""

from __future__ import annotations

from lists.models import Campaign, MailingList
from tests.bounceadmin.api.test_tokens import problem
from tests.factories import make_campaign, make_list


def test_a_list_is_made_found_and_changed(app):
    body = {"name": "News", "header_from": "a@example.com", "bounce_domain": "B.Example.com"}
    made = app.post("/lists", body)
    assert made.status_code == 201
    row = made.json()
    assert (row["bounce_domain"], row["stream"]) == ("b.example.com", "marketing")
    assert app.get(f"/lists/{row['id']}").json() == row
    changed = app.patch(f"/lists/{row['id']}", {"header_from": "b@example.com"}).json()
    assert changed == row | {"header_from": "b@example.com"}
    assert MailingList.objects.get().header_from == "b@example.com"


def test_a_list_that_acts_without_proof_is_not_made_by_an_application(app):
    body = {"name": "News", "header_from": "a@example.com", "bounce_domain": "b.example.com"}
    assert problem(app.post("/lists", body | {"accept_unverified": True}), 422)


def test_pages_have_every_row_once(app):
    made = [make_list().pk for _ in range(5)]
    seen, cursor = [], ""
    while True:
        page = app.get("/lists", limit=2, cursor=cursor).json()
        seen += [row["id"] for row in page["items"]]
        if page["next"] is None:
            break
        cursor = page["next"]
    assert seen == made


def test_a_cursor_that_no_page_gave_is_an_error(app):
    for cursor in ("nonsense", "W10", "WyJ4Il0", "é", "W251bGxd"):
        assert problem(app.get("/lists", cursor=cursor), 422) == "invalid"
        assert problem(app.get("/events", cursor=cursor), 422) == "invalid"


def test_a_campaign_gets_a_bounce_address_of_its_own(app):
    mailing_list = make_list()
    row = app.post("/campaigns", {"list": mailing_list.pk, "name": "November"}).json()
    assert row["bounce_address"] == f"bounces-campaign-{row['id']}@bounces.example.com"
    assert row["list"] == mailing_list.pk
    assert app.get(f"/campaigns/{row['id']}").json() == row


def test_a_bounce_address_belongs_to_one_campaign(app):
    campaign = make_campaign(bounce_address="news@bounces.example.com")
    body = {
        "list": campaign.mailing_list_id,
        "name": "x",
        "bounce_address": "News@bounces.example.com",
    }
    assert problem(app.post("/campaigns", body), 409) == "exists"


def test_a_campaign_of_no_list_is_not_made(app):
    assert problem(app.post("/campaigns", {"list": 999, "name": "x"}), 404)
    assert not Campaign.objects.exists()


def test_campaigns_of_one_list(app):
    mine, _ = make_campaign(), make_campaign()
    page = app.get("/campaigns", list=mine.mailing_list_id).json()
    assert [row["id"] for row in page["items"]] == [mine.pk]


def test_a_campaign_is_renamed(app):
    campaign = make_campaign()
    assert app.patch(f"/campaigns/{campaign.pk}", {"name": "New"}).json()["name"] == "New"
