"""What `ledger verify` says: what several trials share is one line."""

from __future__ import annotations

from ledger.analysis.findings import DATA, Finding
from ledger.report.verify import verified


def gone(trial: str | None, digest: str) -> Finding:
    return Finding(check=DATA, trial=trial, message=f"data/raw ({digest}) is not in the cache", problem=False)


def test_a_hash_that_trials_share_is_said_once() -> None:
    found = [gone(f"treatment/seed-{i}", "22a1") for i in range(5)]
    found.insert(1, gone("baseline/seed-0", "8c1e"))

    assert verified("a", 6, [], [*found, gone(None, "77")]) == [
        "a: no problem, 6 trials",
        "  unproved:",
        "  ? data: treatment/seed-0, treatment/seed-1 and 3 more: data/raw (22a1) is not in the cache",
        "  ? data: baseline/seed-0: data/raw (8c1e) is not in the cache",
        "  ? data: data/raw (77) is not in the cache",
    ]
