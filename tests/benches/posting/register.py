"""The register a batch is posted to: so many entries of twenty times fewer people over five years, laid down by SQL.

What is there already is kept: a run that was ended goes on where it stopped, a portion of people at a time.
"""

import sys
import time
from datetime import date, timedelta
from io import StringIO

from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.fields import id_index
from accounts.models import ApiClient, Organization, Professional
from ceportal.kernel.rules.id_number import check_digit
from credits.models import HourEntry, RuleValue
from tests import factories as make
from tests.credits.machines import api_client
from tests.credits.platforms import recognise

ENTRIES_EACH = 20
YEARS = 5
PORTION = 50_000
UNITS = 200
PLATFORM, EARLIER = "测速平台", "早先的平台"
_DAYS = 16_000
_FIRST_BORN = date(1960, 1, 1)


Person = tuple[str, str]


def person(number: int) -> Person:
    """ID number and name of the person of that number."""
    born = _FIRST_BORN + timedelta(days=number % _DAYS)
    first = f"410203{born:%Y%m%d}{number // _DAYS:03d}"
    return first + check_digit(first), "学员" + "".join("零一二三四五六七八九"[int(digit)] for digit in str(number))


def build(entries: int) -> int:
    """Make sure that so many entries are there; gives the number of people."""
    people = max(entries // ENTRIES_EACH, 1)
    if not Organization.objects.filter(name=PLATFORM).exists():
        _prepare()
    if (there := Professional.objects.count()) < people:
        _say(f"registering {people - there:,} people")
        _register(range(there, people))
    lift_bursts()
    missing = entries - _laid()
    if missing > 0:
        _say(f"laying down {missing:,} entries")
        _lay(people)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE, FREEZE)")
        cursor.execute("CHECKPOINT")
    return people


def platform_client() -> ApiClient:
    return ApiClient.objects.get(organization__name=PLATFORM)


def lift_bursts() -> None:
    """A run posts in minutes what a platform has in a year."""
    RuleValue.objects.filter(field__startswith="burst_").update(value="9999999")


def open_platform() -> None:
    """The platform of the bench with a key and its recognitions, where it is not there yet."""
    if Organization.objects.filter(name=PLATFORM).exists():
        return
    platform = make.organization(PLATFORM, at=make.area("410000"), is_platform=True)
    for back in range(YEARS):
        recognise(platform, year=timezone.localdate().year - back)
    api_client(platform)


def _prepare() -> None:
    with transaction.atomic():
        call_command("load_reference", verbosity=0)
        call_command("load_regulation", verbosity=0)
        for number in range(UNITS):
            make.organization(f"测速单位{number}", at=make.area(), is_employer=True)
        open_platform()


def _register(numbers: range) -> None:
    for start in range(numbers.start, numbers.stop, PORTION):
        part = range(start, min(start + PORTION, numbers.stop))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE coming (number int, name text, id_index text) ON COMMIT DROP")
            lines = (f"{number}\t{name}\t{id_index(card)}\n" for number in part for card, name in [person(number)])
            cursor.cursor.copy_expert("COPY coming FROM STDIN", StringIO("".join(lines)))
            cursor.execute(_PEOPLE, {"first": start, "units": UNITS})


def _lay(people: int) -> None:
    """Person by person, so that the number of entries says how far it has come."""
    first = _laid() // ENTRIES_EACH
    began = time.monotonic()
    for start in range(first, people, PORTION):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            these = {"first": start, "last": min(start + PORTION, people), "year": timezone.localdate().year}
            for statement in (_CLAIMS, _ENTRIES, _ACCOUNTS):
                cursor.execute(statement, these)
        done = min(start + PORTION, people)
        _say(f"  {done * ENTRIES_EACH:,} entries after {time.monotonic() - began:.0f} s")


def _laid() -> int:
    """Those of earlier; what runs have posted since stands beside them."""
    return HourEntry.objects.filter(by_label=EARLIER).count()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


_PEOPLE = """
WITH user_rows AS (
    INSERT INTO accounts_user (ref, password, name, phone_mask, is_active, session_epoch, joined_at)
    SELECT gen_random_uuid(), '!', name, number::text, true, 0, now() FROM coming ORDER BY number
    RETURNING id, phone_mask::int AS number, name
), person_rows AS (
    INSERT INTO accounts_professional (ref, name, id_kind, id_sealed, id_mask, id_index, id_index_before, area_id,
        title_series_id, title_level, left_as, approved_at, user_id)
    SELECT gen_random_uuid(), u.name, 'resident', '\\x01', '', c.id_index, c.id_index, '410203', '22', '中级', '',
        now(), u.id
    FROM user_rows u JOIN coming c USING (number) ORDER BY number
    RETURNING id, user_id
)
INSERT INTO accounts_employment (department, is_principal, started_on, organization_id, professional_id)
SELECT '', true, '2015-01-05', o.id, p.id
FROM person_rows p
JOIN LATERAL (
    SELECT min(id) + p.id %% %(units)s AS id FROM accounts_organization WHERE name LIKE '测速单位%%'
) o ON true
"""
# Four trainings a person and year, of another platform; the person's key stands in what is made up.
_THESE = """
(SELECT p.id, p.area_id, row_number() OVER (ORDER BY p.id) + %(first)s AS number
 FROM (SELECT id, area_id FROM accounts_professional ORDER BY id OFFSET %(first)s LIMIT %(last)s - %(first)s) p) p
"""
_CLAIMS = f"""
INSERT INTO credits_claim (ref, door, source, external_id, revision, professional_id, year, activity_key, course_key,
    content_digest, state, subject, public_kind, title, started_on, ended_on, hours, made_at, state_reason, reasons)
SELECT gen_random_uuid(), 'platform', 'platform:earlier', p.id || '-' || n, 0, p.id, day.year,
    encode(sha256((p.id || '.' || n)::bytea), 'hex'), '', encode(sha256((p.id || '-' || n)::bytea), 'hex'), 'live',
    CASE n %% 3 WHEN 0 THEN 'public' ELSE 'professional' END, '', '继续教育培训第' || n || '期', day.day, day.day,
    6.0, day.day, '', '[]'
FROM {_THESE}
CROSS JOIN generate_series(0, {ENTRIES_EACH - 1}) n
CROSS JOIN LATERAL (
    SELECT year, make_date(year, 1, 1) + ((p.id * 7 + n * 67) %% 300)::int AS day
    FROM (SELECT %(year)s - n %% {YEARS} AS year) of
) day
ORDER BY p.id, n
"""
_ENTRIES = f"""
INSERT INTO credits_hourentry (ref, claim_id, professional_id, year, kind, subject, public_kind, hours,
    organization_id, area_id, title, reason, clause, by_label, recorded_at)
SELECT gen_random_uuid(), c.id, p.id, c.year, 'credit', c.subject, '', c.hours, e.organization_id, p.area_id, c.title,
    '早先报送', '', '{EARLIER}', c.made_at
FROM {_THESE}
JOIN credits_claim c ON c.professional_id = p.id
JOIN accounts_employment e ON e.professional_id = p.id
"""
_ACCOUNTS = f"""
INSERT INTO credits_yearaccount (ref, professional_id, year, version, public, public_compulsory, professional_hours,
    elective, held, organization_id, area_id, level, trade, rule_set, obligation, is_met, changed_at)
SELECT gen_random_uuid(), e.professional_id, e.year, count(*),
    coalesce(sum(e.hours) FILTER (WHERE e.subject = 'public'), 0), 0,
    coalesce(sum(e.hours) FILTER (WHERE e.subject = 'professional'), 0), 0, 0, e.organization_id, e.area_id, '中级', '',
    'henan', '', false, now()
FROM {_THESE}
JOIN credits_hourentry e ON e.professional_id = p.id
GROUP BY e.professional_id, e.year, e.organization_id, e.area_id
"""
