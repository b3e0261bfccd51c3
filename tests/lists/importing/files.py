"""A small file of each format, and what it says: (file name, text, {address: cause})."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    format: str
    name: str
    text: str
    found: dict[str, str]
    passed: int = 0


SAMPLES = (
    Sample(
        "bounceadmin",
        "suppressions.csv",
        "address,reaches,stream,list,cause,reason,since,until,evidence\n"
        "ann@example.net,stream,marketing,,hard,userunknown,2026-11-01T10:00:00+00:00,,event:1\n"
        "~abcdefghijklmnopqrstuvwxyz012345,global,,,complaint,,2026-11-01T10:00:00+00:00,,\n",
        {"ann@example.net": "hard", "~abcdefghijklmnopqrstuvwxyz012345": "complaint"},
    ),
    Sample(
        "ses",
        "suppressed.json",
        '{"SuppressedDestinationSummaries": [\n'
        ' {"EmailAddress": "ann@example.net", "Reason": "BOUNCE",'
        ' "LastUpdateTime": "2026-04-10T21:03:05-07:00"},\n'
        ' {"EmailAddress": "bob@example.net", "Reason": "COMPLAINT",'
        ' "LastUpdateTime": 1586556185.123}],\n "NextToken": "x"}\n'
        '{"SuppressedDestinationSummaries": [\n'
        ' {"EmailAddress": "cleo@example.net", "Reason": "BOUNCE", "LastUpdateTime": ""}]}\n',
        {
            "ann@example.net": "hard",
            "bob@example.net": "complaint",
            "cleo@example.net": "hard",
        },
    ),
    Sample(
        "ses",
        "suppressed.csv",
        '"EmailAddress","Reason","LastUpdateTime"\n'
        '"ann@example.net","BOUNCE","2026-04-10T21:03:05.000Z"\n',
        {"ann@example.net": "hard"},
    ),
    Sample(
        "ses",
        "import.jsonl",
        '{"emailAddress":"ann@example.net","reason":"BOUNCE"}\n'
        '{"emailAddress":"bob@example.net","reason":"COMPLAINT"}\n',
        {"ann@example.net": "hard", "bob@example.net": "complaint"},
    ),
    Sample(
        "sendgrid-bounces",
        "suppression_bounces.csv",
        "status,reason,email,created\n"
        '5.1.1,"550 5.1.1 The email account, as written, does not exist",ann@example.net,'
        "2026-05-01 12:00:00 UTC\n",
        {"ann@example.net": "hard"},
    ),
    Sample(
        "sendgrid-bounces",
        "bounces.json",
        '[{"created": 1443651125, "email": "ann@example.net", "reason": "550 5.1.1",'
        ' "status": "5.1.1"}]',
        {"ann@example.net": "hard"},
    ),
    Sample(
        "sendgrid-blocks",
        "suppression_blocks.csv",
        "status,reason,email,created\n4.0.0,blocked,ann@example.net,1443651125\n",
        {},
        passed=1,
    ),
    Sample(
        "sendgrid-spam",
        "suppression_spam_reports.csv",
        "ip,email,created\n192.0.2.1,ann@example.net,1443651125\n",
        {"ann@example.net": "complaint"},
    ),
    Sample(
        "sendgrid-invalid",
        "suppression_invalid_emails.csv",
        "reason,email,created\nMail domain mentioned in email address is unknown,"
        "ann@nowhere.example,1443651125\n",
        {"ann@nowhere.example": "hard"},
    ),
    Sample(
        "sendgrid-unsubscribes",
        "suppression_unsubscribes.csv",
        "email,created\nann@example.net,1443651125\n",
        {"ann@example.net": "unsubscribe"},
    ),
    Sample(
        "mailgun-bounces",
        "bounces.csv",
        "address,code,error,created_at\n"
        'ann@example.net,550,No such mailbox,"Fri, 21 Oct 2026 11:02:55 GMT"\n',
        {"ann@example.net": "hard"},
    ),
    Sample(
        "mailgun-bounces",
        "bounces.json",
        '{"items": [{"address": "ann@example.net", "code": "550", "error": "No such mailbox",'
        ' "created_at": "Fri, 21 Oct 2026 11:02:55 UTC"}],'
        ' "paging": {"first": "https://example.com/1"}}',
        {"ann@example.net": "hard"},
    ),
    Sample(
        "mailgun-complaints",
        "complaints.csv",
        'address,created_at\nann@example.net,"Fri, 21 Oct 2026 11:02:55 GMT"\n',
        {"ann@example.net": "complaint"},
    ),
    Sample(
        "mailgun-unsubscribes",
        "unsubscribes.json",
        '{"items": [{"address": "ann@example.net", "tags": ["*"],'
        ' "created_at": "Fri, 21 Oct 2026 11:02:55 UTC"}]}',
        {"ann@example.net": "unsubscribe"},
    ),
    Sample(
        "postmark",
        "dump.json",
        '{"Suppressions": ['
        '{"EmailAddress": "ann@example.net", "SuppressionReason": "HardBounce",'
        ' "Origin": "Recipient", "CreatedAt": "2026-10-15T07:58:49-05:00"},'
        '{"EmailAddress": "bob@example.net", "SuppressionReason": "SpamComplaint",'
        ' "Origin": "Recipient", "CreatedAt": "2026-10-15T07:58:49.1234567-05:00"},'
        '{"EmailAddress": "cleo@example.net", "SuppressionReason": "ManualSuppression",'
        ' "Origin": "Customer", "CreatedAt": "2026-10-15T07:58:49-05:00"}]}',
        {
            "ann@example.net": "hard",
            "bob@example.net": "complaint",
            "cleo@example.net": "unsubscribe",
        },
    ),
    Sample(
        "postmark",
        "suppressions.csv",
        "EmailAddress,SuppressionReason,Origin,CreatedAt\n"
        "ann@example.net,HardBounce,Recipient,2026-10-15T07:58:49-05:00\n",
        {"ann@example.net": "hard"},
    ),
    Sample(
        "listmonk",
        "subscribers.csv",
        "uuid,email,name,attributes,status,created_at,updated_at\n"
        '11111111-1,ann@example.net,Ann,"{""city"": ""Bern""}",blocklisted,'
        "2026-01-01 10:00:00.0 +0000 UTC,2026-02-01T10:00:00Z\n"
        "11111111-2,bob@example.net,Bob,{},enabled,2026-01-01T10:00:00Z,2026-02-01T10:00:00Z\n",
        {"ann@example.net": "import"},
        passed=1,
    ),
    Sample(
        "listmonk-bounces",
        "bounces.json",
        '{"data": {"results": ['
        '{"id": 1, "type": "hard", "source": "ses", "email": "ann@example.net",'
        ' "created_at": "2026-02-01T10:00:00Z", "campaign": {"id": 1}},'
        '{"id": 2, "type": "soft", "source": "ses", "email": "bob@example.net",'
        ' "created_at": "2026-02-01T10:00:00Z"}], "total": 2}}',
        {"ann@example.net": "hard"},
        passed=1,
    ),
    Sample(
        "phplist",
        "export.csv",
        "id\temail\tconfirmed\tblacklisted\tbouncecount\tentered\n"
        "1\tann@example.net\t1\t1\t3\t2026-01-01 00:00:00\n"
        "2\tbob@example.net\t1\t0\t0\t2026-01-01 00:00:00\n",
        {"ann@example.net": "import"},
        passed=1,
    ),
    Sample(
        "phplist",
        "subscribers.csv",
        "Email;Is this subscriber confirmed (1/0);Is this subscriber blacklisted (1/0)\n"
        "ann@example.net;1;1\nbob@example.net;1;0\n",
        {"ann@example.net": "import"},
        passed=1,
    ),
    Sample(
        "addresses",
        "members.txt",
        "ann@example.net\n\nBob Brown <bob@example.net>\n",
        {"ann@example.net": "import", "bob@example.net": "import"},
    ),
    Sample(
        "mailman",
        "dump.txt",
        "[----- start pickle file -----]\n<----- start object 1 ----->\n"
        "{   'admin_member_chunksize': 30,\n"
        "    'ban_list': ['cleo@example.net', '^.*@spam\\\\.example$'],\n"
        "    'bounce_info': {   'ann@example.net': <Mailman.Bouncer._BounceInfo>},\n"
        "    'delivery_status': {   'ann@example.net': (4, 1700000000.0),\n"
        "                           'bob@example.net': (2, 1700000000.0),\n"
        "                           'dora@example.net': (3, 1700000000.0)},\n"
        "    'members': {   'ann@example.net': 0, 'eve@example.net': 0}}\n",
        {
            "cleo@example.net": "import",
            "ann@example.net": "hard",
            "dora@example.net": "import",
        },
        passed=1,
    ),
    Sample(
        "mailman",
        "config.txt",
        "# -*- python -*-\n# -*- coding: us-ascii -*-\n"
        '## "news" mailing list configuration settings\n'
        "# The ban_list has [addresses] that may not subscribe.\n"
        "ban_list = ['ann@example.net', u'bob@example.net']\n",
        {"ann@example.net": "import", "bob@example.net": "import"},
    ),
)
