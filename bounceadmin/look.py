"""How the site looks: django-unfold's setting."""

from __future__ import annotations

from django.templatetags.static import static

UNFOLD = {
    "SITE_TITLE": "bounceadmin",
    "SITE_HEADER": "bounceadmin",
    # There is no other site to return to: the link would lead to where one is.
    "SITE_URL": None,
    "SITE_SYMBOL": "undo",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("bounceadmin/icon.svg"),
        }
    ],
    "DASHBOARD_CALLBACK": "bounceadmin.dashboard.dashboard_callback",
    "ACCOUNT": {"navigation": "bounceadmin.navigation.account"},
    "SIDEBAR": {"navigation": "bounceadmin.navigation.navigation"},
    "STYLES": [
        lambda request: static("bounceadmin/style.css"),
        lambda request: static("bounceadmin/lists.css"),
        lambda request: static("bounceadmin/diagnostics.css"),
    ],
    "SCRIPTS": [lambda request: static("bounceadmin/page.js")],
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": False,
    # A calm blue: 600 carries white text and is text on white with more than 4.5:1.
    "COLORS": {
        "primary": {
            "50": "oklch(97% .014 250)",
            "100": "oklch(93% .032 250)",
            "200": "oklch(88% .059 250)",
            "300": "oklch(81% .1 250)",
            "400": "oklch(74% .125 250)",
            "500": "oklch(68% .14 251)",
            "600": "oklch(49% .14 253)",
            "700": "oklch(43% .13 254)",
            "800": "oklch(38% .11 255)",
            "900": "oklch(33% .09 256)",
            "950": "oklch(25% .07 257)",
        },
    },
}
