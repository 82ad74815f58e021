"""What `ledger verify` says: what several trials share is one line."""

from __future__ import annotations

from ledger.analysis.findings import DATA, LOST, Finding
from ledger.report import terminal
from ledger.report.verify import document


def gone(trial: str | None, digest: str) -> Finding:
    return Finding(check=DATA, trial=trial, message=f"data/raw ({digest}) is not in the cache", problem=False)


def said(name: str, trials: int, problems: list[Finding], unproved: list[Finding]) -> list[str]:
    """The lines for one experiment."""
    return terminal.render(document([(name, trials, problems, unproved)]), total=None).splitlines()


def test_a_hash_that_trials_share_is_said_once() -> None:
    found = [gone(f"treatment/seed-{i}", "22a1") for i in range(5)]
    found.insert(1, gone("baseline/seed-0", "8c1e"))

    assert said("a", 6, [], [*found, gone(None, "77")]) == [
        "a: no problem, 6 trials",
        "  unproved:",
        "  ? data: treatment/seed-0, treatment/seed-1 and 3 more: data/raw (22a1) is not in the cache",
        "  ? data: baseline/seed-0: data/raw (8c1e) is not in the cache",
        "  ? data: data/raw (77) is not in the cache",
    ]


def test_many_lost_trials_are_told_once() -> None:
    lost = [Finding(check=LOST, trial=f"a/seed-{i}", message="m", problem=False) for i in range(4)]
    assert said("a", 4, [Finding(check="order", trial=None, message="late", problem=True)], lost) == [
        "a: 1 problem, 4 trials",
        "  ! order: late",
        "  unproved:",
        "  ? lost: a/seed-0, a/seed-1 and 2 more: no tag here holds their trial commits: git fetch --tags",
    ]
