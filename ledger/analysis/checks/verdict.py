"""Does the verdict follow from the plan and the records?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ledger.analysis.gathered import Gathered, Weighed
from ledger.analysis.problems import Fact, Kind, Problem, Subject, unproved, wrong
from ledger.analysis.verdict_checks import judged
from ledger.model.search import RULE
from ledger.model.verdict import SCHEMA


def verdict(gathered: Gathered) -> Iterator[Problem]:
    """Where the stored verdict is not the one that is computed anew, and where it is out of date."""
    of, weighed = gathered.whole, gathered.weighed
    if weighed is None:
        return
    file = f"{gathered.folder}/verdict.md"
    if weighed.computed is None:
        assert weighed.refusal is not None
        found = unproved if weighed.not_here else wrong
        because = {"because": weighed.refusal.kind, "why": str(dict(weighed.refusal.facts).get("why", ""))}
        yield found(Kind.NOT_COMPUTABLE, of, file=file, **because)
        return
    search = gathered.experiment.plan.search
    own_rule = search is None or search.rule == RULE
    yield from judged(of, weighed.stored, weighed.computed, own_rule=own_rule)
    yield from _text(of, file, weighed)
    if weighed.outdated is not None:
        trials = dict(weighed.outdated.facts).get("trials")
        named: Fact = trials if isinstance(trials, tuple) else ()
        kind: Fact = str(weighed.outdated.kind)
        since = {"since": kind, "trials": named}
        if not weighed.settled:
            yield unproved(Kind.OUTDATED, of, file=file, **since)
        else:
            # what has landed is no longer changed by anybody honest; what it rests on may be voided
            found = wrong if weighed.changed else unproved
            yield found(Kind.OUTDATED_FOR_GOOD, of, file=file, **since)
    if weighed.without_cases:
        yield unproved(Kind.WITHOUT_CASES, of, file=file)
    if weighed.stated_alone:
        yield unproved(Kind.STATED_ALONE, of, file=file)


def _text(of: Subject, file: str, weighed: Weighed) -> Iterator[Problem]:
    """Whether the text below the front matter says the same."""
    heading = weighed.text.strip().partition("\n")[0]
    outcome = weighed.stored.outcome
    if heading != f"## Verdict: {outcome}":
        yield wrong(Kind.OTHER_HEADING, of, file=file, heading=repr(heading), outcome=str(outcome))
    if weighed.text == weighed.expected:
        return
    # sentences may be worded otherwise now; all other numbers of this schema are written alike
    stored = weighed.stored
    sentences = [*stored.reasons, *stored.warnings, *(remark for one in stored.predictions for remark in one.remarks)]
    known = " ".join([weighed.expected or "", *(str(sentence.text) for sentence in sentences)])
    strange = _decimals(weighed.text) - _decimals(known)
    if strange and stored.schema == SCHEMA:
        yield wrong(Kind.OTHER_NUMBERS, of, file=file, numbers=", ".join(sorted(strange)))
    else:
        yield unproved(Kind.OTHER_TEXT, of, file=file)


def _decimals(text: str) -> set[str]:
    """The numbers with a decimal point: a date or a number in a name has none."""
    return set(re.findall(r"(?<![\w.])-?\d+\.\d+(?:e[+-]?\d+)?%?(?![\w.])", text))
