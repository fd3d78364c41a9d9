"""The limit: a bare driver that COPYs a batch into a staging table and writes the very rows by set-based SQL.

It asks nothing: no shape, no recognition, no rule, no duplicate, no day too full. What it is told beside the records
(keys, digests, the answer) is made up beforehand, outside the clock. It names rows as the portal does.
"""

import json
import time
from collections.abc import Sequence
from io import StringIO
from typing import Any

from psycopg2.extensions import connection as Connection

from ceportal.kernel.selectors.given import new_ref

Row = Sequence[Any]

_STAGE = """
CREATE TEMP TABLE IF NOT EXISTS stage (
    external_id text, id_index text, year smallint, subject text, public_kind text, title text, started_on date,
    ended_on date, hours numeric(6,1), activity_key text, course_key text, content_digest text
) ON COMMIT DELETE ROWS
"""
_WRITE = """
WITH claims AS (
    INSERT INTO credits_claim (ref, door, source, external_id, revision, professional_id, year, activity_key,
        course_key, content_digest, state, subject, public_kind, title, started_on, ended_on, hours, made_at,
        state_reason, reasons)
    SELECT NEW_REF, 'platform', %(source)s, s.external_id, 0, p.id, s.year, s.activity_key, s.course_key,
        s.content_digest, 'live', s.subject, s.public_kind, s.title, s.started_on, s.ended_on, s.hours, %(now)s, '',
        '[]'
    FROM stage s JOIN accounts_professional p USING (id_index)
    ORDER BY s.external_id
    ON CONFLICT (source, external_id, revision) DO NOTHING
    RETURNING id, professional_id, year, subject, public_kind, title, hours
), entries AS (
    INSERT INTO credits_hourentry (ref, claim_id, professional_id, year, kind, subject, public_kind, hours,
        organization_id, area_id, title, reason, clause, by_label, recorded_at)
    SELECT NEW_REF, c.id, p.id, c.year, 'credit', c.subject, c.public_kind, c.hours, e.organization_id,
        p.area_id, c.title, %(reason)s, '', %(label)s, %(now)s
    FROM claims c
    JOIN accounts_professional p ON p.id = c.professional_id
    LEFT JOIN accounts_employment e ON e.professional_id = p.id AND e.is_principal AND e.ended_on IS NULL
    RETURNING professional_id, year, organization_id, area_id, subject, public_kind, hours
), accounts AS (
    INSERT INTO credits_yearaccount AS a (ref, professional_id, year, version, public, public_compulsory,
        professional_hours, elective, held, organization_id, area_id, level, trade, rule_set, obligation, is_met,
        changed_at)
    SELECT gen_random_uuid(), n.professional_id, n.year, 1, n.public, n.public_compulsory, n.professional_hours, 0, 0,
        n.organization_id, n.area_id, p.title_level, '', %(rule_set)s, '', false, %(now)s
    FROM (
        SELECT professional_id, year, organization_id, area_id,
            coalesce(sum(hours) FILTER (WHERE subject = 'public'), 0) AS public,
            coalesce(sum(hours) FILTER (WHERE public_kind = 'compulsory'), 0) AS public_compulsory,
            coalesce(sum(hours) FILTER (WHERE subject = 'professional'), 0) AS professional_hours
        FROM entries GROUP BY professional_id, year, organization_id, area_id
    ) n
    JOIN accounts_professional p ON p.id = n.professional_id
    ORDER BY n.year, n.professional_id
    ON CONFLICT (year, professional_id) DO UPDATE SET
        public = a.public + excluded.public, public_compulsory = a.public_compulsory + excluded.public_compulsory,
        professional_hours = a.professional_hours + excluded.professional_hours, version = a.version + 1,
        organization_id = excluded.organization_id, area_id = excluded.area_id, level = excluded.level,
        rule_set = excluded.rule_set, changed_at = excluded.changed_at
    RETURNING a.id, a.version
)
INSERT INTO credits_changedaccount (account_id, version, changed_at)
SELECT id, version, %(now)s FROM accounts
ON CONFLICT (account_id) DO UPDATE SET version = excluded.version, changed_at = excluded.changed_at
"""
_BATCH = """
WITH batch AS (
    INSERT INTO credits_hourbatch (ref, organization_id, client_id, received_at, received, digest, answer, keep_until)
    VALUES (gen_random_uuid(), %(organization)s, %(client)s, %(now)s, %(received)s, %(digest)s, %(answer)s,
        %(now)s + interval '90 days')
    RETURNING ref
)
INSERT INTO kernel_auditevent (ref, at, actor_label, actor_digest, address, request_id, action, subject_kind,
    subject_ref, before, after)
SELECT gen_random_uuid(), %(now)s, %(label)s, %(digest)s, '127.0.0.1', gen_random_uuid(), 'hour_batch.post',
    'credits.hourbatch', ref, '{}', %(after)s
FROM batch
"""


def write(connection: Connection, rows: str, told: dict[str, Any]) -> float:
    """One batch in one transaction; the seconds it took. `rows` is the text that COPY reads."""
    began = time.perf_counter()
    with connection, connection.cursor() as cursor:
        cursor.execute(_STAGE)
        cursor.copy_expert("COPY stage FROM STDIN", StringIO(rows))
        cursor.execute(_WRITE.replace("NEW_REF", new_ref(told["now"])), told)
        cursor.execute(_BATCH, told)
    return time.perf_counter() - began


def made_ready(rows: Sequence[Row], answer: dict[str, Any], told: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """What `write` takes."""
    text = "".join("\t".join(map(str, row)) + "\n" for row in rows)
    after = json.dumps({"counts": answer["counts"], "digest": told["digest"]})
    return text, told | {"answer": json.dumps(answer), "after": after, "received": len(rows)}
