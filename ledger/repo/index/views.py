"""The views of the index: what `docs/query.md` documents, and all that `ledger query` may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

VIEWS: Final[Mapping[str, str]] = {
    "experiments": """
        SELECT e.name AS experiment, e.title, e.status, e.outcome, e.confirmatory, e.parent, e.author, e.tags,
            e.created, e.exploratory, e.branch, v.variant, v.trials, v.recorded, v.missing, v.seconds, v.fingerprint,
            v.code
        FROM experiment e JOIN variant v ON v.id = e.own""",
    "variants": """
        SELECT e.name AS experiment, v.variant, v.trials, v.recorded, v.missing, v.seconds, v.fingerprint, v.code,
            v.params, v.metrics, v.data
        FROM variant v JOIN experiment e ON e.id = v.experiment WHERE NOT v.hidden""",
    "trials": """
        SELECT e.name AS experiment, t.variant, t.trial, t.status, t.started, t.counts, t.reused, t.seconds,
            t.fingerprint, t.code, t.replicate, t.params, t.metrics, t.data
        FROM trial t JOIN experiment e ON e.id = t.experiment""",
    "metrics": """
        SELECT e.name AS experiment, v.variant, NULL AS trial, j.key AS name, json_extract(j.value, '$[1]') AS value,
            json_extract(j.value, '$[0]') AS n, json_extract(j.value, '$[2]') AS sd
        FROM variant v JOIN experiment e ON e.id = v.experiment JOIN json_each(v.metrics) j WHERE NOT v.hidden
        UNION ALL
        SELECT e.name, t.variant, t.trial, j.key, j.value, j.value IS NOT NULL, NULL
        FROM trial t JOIN experiment e ON e.id = t.experiment JOIN json_each(t.metrics) j""",
    "params": """
        SELECT e.name AS experiment, v.variant, NULL AS trial, j.key AS name, j.value AS value, j.type AS type
        FROM variant v JOIN experiment e ON e.id = v.experiment JOIN json_each(v.params) j WHERE NOT v.hidden
        UNION ALL
        SELECT e.name, t.variant, t.trial, j.key, j.value, j.type
        FROM trial t JOIN experiment e ON e.id = t.experiment JOIN json_each(t.params) j""",
}
