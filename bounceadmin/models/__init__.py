"""What belongs to the people who use the site: their preferences, and what they are told."""

from bounceadmin.models.alerts import Alert, AlertDelivery
from bounceadmin.models.passwords import PasswordMail, PasswordRequest
from bounceadmin.models.preferences import Preferences
from bounceadmin.models.second_factor import AuthenticatorApp

__all__ = [
    "Alert",
    "AlertDelivery",
    "AuthenticatorApp",
    "PasswordMail",
    "PasswordRequest",
    "Preferences",
]
