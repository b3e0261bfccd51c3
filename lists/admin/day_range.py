"""A range of days as a filter of lists: whole days, as the reader's clock has them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import DateTimeField, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.utils import parse_date_str


class DayRangeFilter(RangeDateFilter):
    """`("since", DayRangeFilter)`: both days are in it, the last one to its end.

    unfold's own compares a date with a field of times, so that it ends where the last day begins,
    and in UTC. What is no day filters nothing.
    """

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        first, last = self._day("from"), self._day("to")
        has_times = isinstance(self.field, DateTimeField)
        # Nothing lies before the first day that there is or after the last: they bound nothing.
        if first is not None and first > date.min:
            bound = _beginning(first) if has_times else first
            queryset = queryset.filter(**{f"{self.field_path}__gte": bound})
        if last is not None and last < date.max:
            after = last + timedelta(days=1)
            bound = _beginning(after) if has_times else after
            queryset = queryset.filter(**{f"{self.field_path}__lt": bound})
        return queryset

    def _day(self, end: str) -> date | None:
        return parse_date_str(self.used_parameters.get(f"{self.parameter_name}_{end}"))


def _beginning(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
