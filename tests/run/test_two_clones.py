"""One experiment that went on in two clones: all trials of both, on one line, each proved."""

from __future__ import annotations

from conftest import Shelved
from two_clones import FILES, bring_together, clones, is_linear, problems, records, send, shared


def test_both_keep_all_trials(shelved: Shelved) -> None:
    here, there = clones(shelved(shared, FILES))
    here.ledger("run", "--only", "seed-1")
    there.ledger("run", "--only", "seed-1", "--only", "seed-2")
    there.ledger("note", "it converges")
    here.ledger("note", "slow today")
    both = {*records(here).values(), *records(there).values()}
    send(here)
    found = bring_together(there)
    assert found.renamed == {f"{arm}/seed-1": f"{arm}/seed-1.2" for arm in ("baseline", "treatment")}
    assert {*records(there).values()} == both and len(records(there)) == len(both) == 8
    assert is_linear(there)
    assert problems(there) == []
    assert there.git("status", "--porcelain") == ""
    send(there)
    bring_together(here)
    assert records(here) == records(there)
    assert problems(here) == []
