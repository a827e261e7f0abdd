"""Instants and periods (decision 31). Everything inside is UTC; the calendar is that of Europe/Paris."""
import calendar
import functools
import sys
from datetime import date, datetime, timedelta, timezone

try:
    from zoneinfo import ZoneInfo
    PARIS = ZoneInfo("Europe/Paris")
except Exception:
    sys.exit("The time zone Europe/Paris is not installed (Debian: apt-get install tzdata). The oracle cannot run without it.")

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Decision 31: "Weeks are 7 x 24 h from sending or deposit."
SIX_WEEKS = timedelta(days=42)
# Decision 16: "one emergency access (requester x dossier x mode) of 4 h".
EMERGENCY = timedelta(hours=4)


def parse(text):
    """An RFC 3339 instant in UTC, to the second."""
    return datetime.fromisoformat(text)


def show(instant):
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def utc(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


def from_paris(wall):
    """The instant of a Paris wall-clock time.

    Decision 31: "a time that does not exist -> the first that does, one that occurs twice -> the first".
    """
    while True:
        instant = wall.replace(tzinfo=PARIS, fold=0).astimezone(timezone.utc)
        if instant.astimezone(PARIS).replace(tzinfo=None) == wall:
            return instant
        wall = (wall + timedelta(minutes=1)).replace(second=0)


@functools.lru_cache(maxsize=65536)
def plus(instant, years=0, months=0):
    """Decision 31: "calendar periods in Europe/Paris: same wall-clock time, last day of the month where the day is missing"."""
    wall = instant.astimezone(PARIS).replace(tzinfo=None, fold=0)
    count = wall.year * 12 + wall.month - 1 + years * 12 + months
    year, month = divmod(count, 12)
    day = min(wall.day, calendar.monthrange(year, month + 1)[1])
    return from_paris(wall.replace(year=year, month=month + 1, day=day))


def midnight_opening(day):
    return from_paris(datetime(day.year, day.month, day.day))


def midnight_closing(day):
    """Decision 31: "end at the Paris midnight that closes the day"."""
    return midnight_opening(day + DAY)


@functools.lru_cache(maxsize=65536)
def birthday(born, age):
    """The instant at which a person reaches an age: 00:00 in Paris. Decision 31: "Born on 29 February: of age on 1 March 00:00"."""
    if (born.month, born.day) == (2, 29) and not calendar.isleap(born.year + age):
        return midnight_opening(date(born.year + age, 3, 1))
    return midnight_opening(born.replace(year=born.year + age))


def archive_end(closed_at):
    """Decision 31: ten years of archive, "to the day", end at the midnight that closes that day."""
    return midnight_closing(plus(closed_at, years=10).astimezone(PARIS).date())


def paris_date(instant):
    return instant.astimezone(PARIS).date()
