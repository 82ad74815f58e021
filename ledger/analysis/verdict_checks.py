"""Is the stored verdict the one that the records give?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ledger.analysis.equality import same
from ledger.analysis.problems import Kind, Problem, Subject, unproved, wrong
from ledger.model.experiment import directory
from ledger.model.verdict import SCHEMA, Verdict
from ledger.model.verdict_file import to_mapping


def judged(of: Subject, stored: Verdict, computed: Verdict, *, own_rule: bool = True) -> list[Problem]:
    """What `verify` says of a stored verdict, beside the one that the records give; both have their sentences.

    Sentences prove nothing: they may have been reworded since. Nor does what a search found by another rule than ours
    (not `own_rule`).
    """
    differ, reworded = _compared(of, stored, computed, own_rule=own_rule)
    return ([] if stored.confirmatory is not None else _post_hoc(of, computed)) + (differ or reworded)


def differences(of: Subject, stored: Verdict, computed: Verdict) -> list[Problem]:
    """Where the stored verdict is another than the one that the records give.

    Remarks are compared by their kinds and facts; verdicts of schemas 1 and 2 have sentences alone, of which the number
    is compared. Of one from before verdicts said whether they are confirmatory, looks and what came after results are
    unproved: they were counted by other rules.
    """
    return _compared(of, stored, computed, own_rule=True)[0]


def _compared(
    of: Subject, stored: Verdict, computed: Verdict, *, own_rule: bool
) -> tuple[list[Problem], list[Problem]]:
    """The differences, and the sentences that were reworded."""
    before, now = to_mapping(stored), to_mapping(_in_terms_of(stored, computed))
    texts, texts_now = _without_sentences(before), _without_sentences(now)
    alike = 2 <= stored.schema <= SCHEMA
    if not alike:
        # it cannot say what only later verdicts say
        now = {key: value for key, value in now.items() if key in before}

    def by_our_rules(key: str) -> bool:
        counted_otherwise = stored.older and key.endswith(("looks", "after_results"))
        return not counted_otherwise and (own_rule or not key.startswith("finding"))

    differ = [_differs(of, key, a, b, proved=by_our_rules(key)) for key, a, b in _differences("", before, now)]
    reworded = []
    for key, a in texts.items():
        b = texts_now.get(key, a)
        if len(a) != len(b):
            differ.append(_differs(of, key, a, b, proved=alike or key == "reasons"))
        elif a != b:
            reworded.append(_differs(of, key, a, b, proved=False))
    return differ, reworded


def _without_sentences(document: dict[str, Any]) -> dict[str, list[str]]:
    """Take the sentences out of a verdict's mapping, and return them by their keys."""
    found = {key: document.pop(key) for key in ("warnings", "reasons") if key in document}
    return found | {f"predictions[{n}].remarks": one.pop("remarks") for n, one in enumerate(document["predictions"])}


def _in_terms_of(stored: Verdict, computed: Verdict) -> Verdict:
    """The computed verdict as one of the stored one's age: it may lack kinds, or cap no outcome, or show no texts."""
    given = replace(computed, schema=stored.schema, older=stored.older)
    if not stored.older:
        return given
    capped = computed.outcome != computed.numbers_say and stored.outcome == computed.numbers_say
    return replace(
        given,
        outcome=stored.outcome if capped else computed.outcome,
        fingerprints=computed.fingerprints if stored.fingerprints else {},
        amendments=tuple(replace(change, before=None, after=None, corrects={}) for change in computed.amendments),
    )


def _post_hoc(of: Subject, computed: Verdict) -> list[Problem]:
    if computed.confirmatory:
        return []
    why = "; ".join(reason.text for reason in computed.reasons)
    return [unproved(Kind.BEFORE_CONFIRMATORY, of, file=_file(of), why=why)]


def _differs(of: Subject, key: str, a: object, b: object, *, proved: bool) -> Problem:
    found = wrong if proved else unproved
    return found(
        Kind.OTHER_VERDICT, of, file=_file(of), key=key, stored=_short(a, "lacking"), computed=_short(b, "none")
    )


def _file(of: Subject) -> str:
    return f"{directory(of.experiment)}/verdict.md"


_ABSENT = object()


def _differences(key: str, a: object, b: object) -> list[tuple[str, object, object]]:
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        names = dict.fromkeys([*a, *b])
        pairs = [(f"{key}.{n}".removeprefix("."), a.get(n, _ABSENT), b.get(n, _ABSENT)) for n in names]
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b) and any(isinstance(i, dict) for i in a):
        pairs = [(f"{key}[{n}]", one, other) for n, (one, other) in enumerate(zip(a, b, strict=True))]
    else:
        return [] if same(a, b) or _close(a, b) else [(key, a, b)]
    return [row for name, one, other in pairs for row in _differences(name, one, other)]


def _close(a: object, b: object) -> bool:
    """Whether two numbers differ by no more than mathematical libraries do."""
    return isinstance(a, float) and isinstance(b, float) and math.isclose(a, b, rel_tol=1e-8, abs_tol=1e-12)


def _short(value: object, absent: str) -> str:
    if value is _ABSENT:
        return absent
    text = repr(value)
    return text if len(text) <= 200 else f"{text[:199]}…"
