"""Reading bounces: `parse(raw)` takes any bytes and says what they report. No Django here."""

from bounces.parsing.engine import parse
from bounces.parsing.types import Category, Kind, ParsedMessage, Report

__all__ = ["Category", "Kind", "ParsedMessage", "Report", "parse"]
