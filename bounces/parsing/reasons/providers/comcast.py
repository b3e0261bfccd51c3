"""Comcast (Xfinity)."""

import re

from bounces.parsing.reasons.providers.table import Provider

COMCAST = Provider(
    name="comcast",
    source="postmaster.comcast.net: error codes",
    hosts=("comcast.net",),
    words=("comcast", "xfinity"),
    code=re.compile(r"(?<![a-z0-9])(bl|es|rl|pt|dm)(?:\d{6}|\d{3})(?!\d)"),
    codes={
        "bl": "blocked",
        "es": "blocked",
        "rl": "ratelimited",
        "pt": "requireptr",
        "dm": "authfailure",
    },
    phrases=(
        ("blocked", "comcast block for spam"),
        ("requireptr", "ptr"),
        ("requireptr", "reverse dns"),
        ("ratelimited", "too many * sent in"),
        ("toomanyconn", "too many sessions opened"),
        ("toomanyconn", "too many sessions"),
        ("toomanyconn", "too many recipients"),
        ("ratelimited", "try again later throttled"),
        ("badreputation", "reputation"),
        ("suspend", "account not available"),
        ("suspend", "account disabled"),
        ("mailboxfull", "over quota"),
        ("userunknown", "not our customer"),
        ("userunknown", "recipient address rejected"),
    ),
)
