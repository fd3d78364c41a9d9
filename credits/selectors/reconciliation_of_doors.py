"""What the doors have left behind against the claims they led to, in plain SQL (see `reconciliation`).

Written from the regulation and the decisions (0015), not from the services, and asking none of them.
"""

from credits.models import Claim, Correction, Declaration, DeclarationStep, UnmatchedPerson

_CLAIMS, _DECLARATIONS, _STEPS, _CORRECTIONS, _UNMATCHED = (
    model._meta.db_table for model in (Claim, Declaration, DeclarationStep, Correction, UnmatchedPerson)
)

# Approved: counted, or beside the one that is. Reversed: taken back. In any other state nothing was ever claimed.
_DECLARATIONS_THAT_DIFFER = f"""
    SELECT d.ref, COALESCE(d.year, 0) FROM {_DECLARATIONS} d LEFT JOIN {_CLAIMS} c ON c.declaration_id = d.id
     WHERE CASE d.state WHEN 'approved' THEN COALESCE(c.state, '') NOT IN ('live', 'duplicate')
                        WHEN 'reversed' THEN COALESCE(c.state, '') <> 'withdrawn'
                        ELSE c.id IS NOT NULL END
"""  # noqa: S608 - the tables' own names
_CLAIMS_OF_OTHER_CONTENT = f"""
    SELECT c.ref, c.year FROM {_CLAIMS} c JOIN {_DECLARATIONS} d ON d.id = c.declaration_id
     WHERE c.professional_id IS NULL OR c.professional_id <> d.professional_id OR c.year <> d.year
        OR c.subject <> d.subject OR c.public_kind <> d.public_kind
        OR c.started_on <> d.started_on OR c.ended_on <> d.ended_on
        OR d.hours_recognised IS NULL OR c.hours <> d.hours_recognised
"""  # noqa: S608
# Every move but those of a draft leaves a step that names the state it led to.
_STEPS_THAT_DIFFER = f"""
    SELECT d.ref, COALESCE(d.year, 0) FROM {_DECLARATIONS} d
      LEFT JOIN (SELECT declaration_id, MAX(id) AS last FROM {_STEPS} GROUP BY declaration_id) l
             ON l.declaration_id = d.id
      LEFT JOIN {_STEPS} s ON s.id = l.last
     WHERE d.state <> COALESCE(s.state, 'draft') OR d.round <> COALESCE(s.round, 0)
"""  # noqa: S608
_CLAIMS_OF_NO_DOOR = f"""
    SELECT c.ref, c.year FROM {_CLAIMS} c
     WHERE CASE c.door WHEN 'declaration' THEN c.declaration_id IS NULL OR c.source <> 'declaration'
                       ELSE c.declaration_id IS NOT NULL OR c.source NOT LIKE c.door || ':%' END
"""  # noqa: S608
_CLAIMS_OF_NOBODY = f"""
    SELECT c.ref, c.year FROM {_CLAIMS} c LEFT JOIN {_UNMATCHED} u ON u.claim_id = c.id
     WHERE (c.state IN ('live', 'duplicate') AND c.professional_id IS NULL)
        OR (c.state = 'unmatched' AND c.professional_id IS NOT NULL)
        OR (c.state IN ('unmatched', 'held') AND c.professional_id IS NULL AND u.id IS NULL)
        OR (u.id IS NOT NULL AND (c.state NOT IN ('unmatched', 'held') OR c.professional_id IS NOT NULL))
"""  # noqa: S608
_TWINS_OF_ANOTHER = f"""
    SELECT c.ref, c.year FROM {_CLAIMS} c LEFT JOIN {_CLAIMS} t ON t.id = c.twin_id
     WHERE (c.state <> 'duplicate' AND c.state <> 'withdrawn' AND c.twin_id IS NOT NULL)
        OR t.professional_id <> c.professional_id OR t.year <> c.year
"""  # noqa: S608
_CORRECTED_BUT_THERE = f"""
    SELECT c.ref, c.year FROM {_CLAIMS} c
     WHERE c.state NOT IN ('withdrawn', 'tombstone')
       AND EXISTS (SELECT 1 FROM {_CORRECTIONS} k
                    WHERE k.claim_id = c.id AND k.done_at IS NOT NULL AND k.undone_at IS NULL
                      AND k.declined_because = '')
"""  # noqa: S608
_COUNTED_IN_TWO_REVISIONS = f"""
    SELECT c.ref, c.year FROM {_CLAIMS} c
     WHERE c.state = 'live' AND EXISTS (
         SELECT 1 FROM {_CLAIMS} o WHERE o.source = c.source AND o.external_id = c.external_id
            AND o.revision > c.revision)
"""  # noqa: S608
DOOR_CHECKS = (
    ("declaration_differs", "申报的状态与来源的状态不一致", _DECLARATIONS_THAT_DIFFER),
    ("claim_of_other_content", "来源与申报的人员、日期、科目或认定学时不一致", _CLAIMS_OF_OTHER_CONTENT),
    ("step_differs", "申报的状态与办理经过不一致", _STEPS_THAT_DIFFER),
    ("claim_of_no_door", "来源与其渠道不一致", _CLAIMS_OF_NO_DOOR),
    ("claim_of_nobody", "来源的状态与有无对应人员不一致", _CLAIMS_OF_NOBODY),
    ("twin_of_another", "重复的来源与其所重复的不是同一人、同一年度", _TWINS_OF_ANOTHER),
    ("corrected_but_there", "已更正或撤回的来源仍未撤销", _CORRECTED_BUT_THERE),
    ("earlier_revision_counts", "已有更正版本，原来的仍在计入", _COUNTED_IN_TWO_REVISIONS),
)
