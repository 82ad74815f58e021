"""Every experiment that is to confirm a finding, as the index has it, with what it says so far."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import Final

from ledger.model.confirmation import Confirmation
from ledger.model.formats import confirms
from ledger.repo.index.tables import own

# the states are those of the trials that count, or ran last; `shared`: a replicate that both have
_QUERY: Final = f"""
    SELECT e.name, e.confirms, e.created, e.looks, e.outcome, e.confirmatory, e.holds, v.fingerprint, f.fingerprint,
        EXISTS (SELECT 1 FROM trial t JOIN trial u ON u.fingerprint = t.fingerprint AND u.replicate = t.replicate
            WHERE {own("t", "e")} AND u.experiment = o.id) AS shared
    FROM experiment e
    JOIN experiment o ON o.name = json_extract(e.confirms, '$.experiment') AND o.own IS NOT NULL
    LEFT JOIN variant v ON {own("v", "e")} AND +v.variant = e.about
    LEFT JOIN variant f ON {own("f", "o")} AND +f.variant = json_extract(e.confirms, '$.variant')
    WHERE e.confirms != '{{}}' AND e.own IS NOT NULL AND o.name != e.name
    ORDER BY e.name"""


def confirmations(connection: sqlite3.Connection) -> list[Confirmation]:
    """All of them whose finding is in this clone, by name."""
    found = []
    for name, of, created, looks, outcome, confirmatory, holds, state, first, shared in connection.execute(_QUERY):
        given = confirms.from_mapping(json.loads(of))
        assert given is not None
        found.append(
            Confirmation(
                name=name,
                of=given,
                created=datetime.fromisoformat(created),
                looks=looks,
                outcome=outcome,
                confirmatory=None if confirmatory is None else bool(confirmatory),
                holds=bool(holds),
                same=state is not None and state == first,
                fresh=not shared,
            )
        )
    return found
