"""The table of mail services. Adding one: a file here and a line below."""

from bounces.sources.webhooks.base import Provider
from bounces.sources.webhooks.providers.amazon_ses import AmazonSes
from bounces.sources.webhooks.providers.brevo import Brevo
from bounces.sources.webhooks.providers.mailersend import MailerSend
from bounces.sources.webhooks.providers.mailgun import Mailgun
from bounces.sources.webhooks.providers.mailjet import Mailjet
from bounces.sources.webhooks.providers.mailtrap import Mailtrap
from bounces.sources.webhooks.providers.mandrill import Mandrill
from bounces.sources.webhooks.providers.plain import PlainJson
from bounces.sources.webhooks.providers.postal import Postal
from bounces.sources.webhooks.providers.postmark import Postmark
from bounces.sources.webhooks.providers.raw_mail import RawMail
from bounces.sources.webhooks.providers.resend import Resend
from bounces.sources.webhooks.providers.sendgrid import SendGrid
from bounces.sources.webhooks.providers.sparkpost import SparkPost
from bounces.sources.webhooks.providers.unisender_go import UnisenderGo

_ALL = (
    AmazonSes, Brevo, MailerSend, Mailgun, Mailjet, Mailtrap, Mandrill, Postal, Postmark, Resend,
    SendGrid, SparkPost, UnisenderGo, PlainJson, RawMail,
)  # fmt: skip

PROVIDERS: dict[str, Provider] = {provider.name: provider() for provider in _ALL}
CHOICES = [(provider.name, provider.title) for provider in PROVIDERS.values()]
