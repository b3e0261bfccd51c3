"""One file a provider or a family of them: the codes they publish and the phrases they use."""

from __future__ import annotations

from bounces.parsing.reasons.providers.apple import APPLE
from bounces.parsing.reasons.providers.charter import CHARTER
from bounces.parsing.reasons.providers.china import ALIBABA, NETEASE, SINA, TENCENT
from bounces.parsing.reasons.providers.comcast import COMCAST
from bounces.parsing.reasons.providers.cox import COX
from bounces.parsing.reasons.providers.filters import (
    BARRACUDA,
    CISCO,
    CLOUDFLARE,
    FORTINET,
    PROOFPOINT,
    SOPHOS,
    SPAMHAUS,
    SYMANTEC,
    TREND_MICRO,
)
from bounces.parsing.reasons.providers.france import FREE, ORANGE, SFR
from bounces.parsing.reasons.providers.germany import T_ONLINE, UNITED_INTERNET
from bounces.parsing.reasons.providers.google import GOOGLE
from bounces.parsing.reasons.providers.japan import DOCOMO, KDDI, NTT, SOFTBANK
from bounces.parsing.reasons.providers.microsoft import MICROSOFT
from bounces.parsing.reasons.providers.mimecast import MIMECAST
from bounces.parsing.reasons.providers.mtas import DOMINO, EXCHANGE_CLASSIC, GROUPWISE
from bounces.parsing.reasons.providers.russia import IUA, MAILRU, YANDEX
from bounces.parsing.reasons.providers.senders import (
    AMAZON_INBOUND,
    AMAZON_SES,
    FACEBOOK,
    GODADDY,
    MAILGUN,
    POSTMARK,
    SENDGRID,
    SPARKPOST,
    ZOHO,
)
from bounces.parsing.reasons.providers.table import Provider
from bounces.parsing.reasons.providers.yahoo import YAHOO

PROVIDERS: tuple[Provider, ...] = (
    GOOGLE, MICROSOFT, YAHOO, APPLE, COMCAST, COX, CHARTER, MIMECAST, PROOFPOINT, BARRACUDA,
    CLOUDFLARE, CISCO, TREND_MICRO, FORTINET, SYMANTEC, SOPHOS, TENCENT, NETEASE, SINA, ALIBABA,
    YANDEX, MAILRU, IUA, UNITED_INTERNET, T_ONLINE, ORANGE, FREE, SFR, KDDI, DOCOMO, SOFTBANK, NTT,
    GODADDY, ZOHO, FACEBOOK, AMAZON_INBOUND, AMAZON_SES, SENDGRID, MAILGUN, POSTMARK, SPARKPOST,
    DOMINO, EXCHANGE_CLASSIC, GROUPWISE, SPAMHAUS,
)  # fmt: skip
"""Every provider; where two claim a reply by their words, the earlier one has it."""

__all__ = ["PROVIDERS", "Provider"]
