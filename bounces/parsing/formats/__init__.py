"""The formats of bounces as rows of tables, and which row a message is of."""

from bounces.parsing.formats.recognizing import Recognized, of_report, recognize
from bounces.parsing.formats.table import Format

__all__ = ["Format", "Recognized", "of_report", "recognize"]
