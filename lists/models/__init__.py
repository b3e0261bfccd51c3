"""Whom we mail, what may not be mailed, and the counts that health is read from."""

from lists.models.bands import BandChange
from lists.models.cleaning import Cleaned, Cleaning
from lists.models.counts import (
    CampaignDay,
    CampaignTotal,
    DomainDay,
    DomainTotal,
    ReasonDay,
    ReasonTotal,
)
from lists.models.dry_run import PolicyDryRun
from lists.models.importing import ImportChunk, RefusedRow, SuppressionImport
from lists.models.mailing import Campaign, MailingList, SentMessage
from lists.models.notes import Note
from lists.models.people import Subscriber, Subscription
from lists.models.policy import ListPolicy, StreamPolicy
from lists.models.rankings import DomainRanking, RankedPeriod
from lists.models.reports import SendReport
from lists.models.send_imports import RefusedSendRow, SendImport, SendImportChunk
from lists.models.suppression import Suppression, SuppressionLog

__all__ = [
    "BandChange",
    "Campaign",
    "CampaignDay",
    "CampaignTotal",
    "Cleaned",
    "Cleaning",
    "DomainDay",
    "DomainRanking",
    "DomainTotal",
    "ImportChunk",
    "ListPolicy",
    "MailingList",
    "Note",
    "PolicyDryRun",
    "RankedPeriod",
    "ReasonDay",
    "ReasonTotal",
    "RefusedRow",
    "RefusedSendRow",
    "SendImport",
    "SendImportChunk",
    "SendReport",
    "SentMessage",
    "StreamPolicy",
    "Subscriber",
    "Subscription",
    "Suppression",
    "SuppressionImport",
    "SuppressionLog",
]
