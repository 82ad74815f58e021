"""`ledger suggest` as a document: what is known, what to try next, what is expected of it, and the command to type."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator

from ledger.analysis.tuning.suggestion import Believed, Sampled, Suggestion, Suggestions
from ledger.model.frozen import frozen
from ledger.model.listing import are, counted, listed
from ledger.model.settings import Settings
from ledger.model.typed_values import assigned, format_value
from ledger.report.blocks import Block, CodeBlock, Document, Items, Mark, Prose, Table
from ledger.report.numbers import digits_of, number, percent
from ledger.report.shapes import diagnosis as shapes

_FEW = 3
_EXPECTED = "expected: mean ± sd of the model's estimate, without the noise of a trial"


@frozen
class Suggested:
    """Suggestions with the trials that they rest on: so many of these `experiments`, and how many were skipped.

    `outside`: the arms that lie outside of the space. `start`: what `--from` is to say, None for HEAD.
    """

    found: Suggestions
    experiments: tuple[str, ...]
    trials: int
    elsewhere: int
    outside: tuple[str, ...]
    start: str | None


def document(answer: Suggested, settings: Settings) -> Document:
    """The answer."""
    found = answer.found
    blocks: list[Block] = [
        Prose(text=_learned(answer)),
        Items(items=tuple(_known(found, settings)), indent=2, near=True),
    ]
    if found.suggestions:
        blocks += [_table(found, settings), CodeBlock(text="\n".join(_commands(answer)), language="sh")]
    else:
        blocks.append(Prose(text="every configuration of the space has been tried"))
    blocks.append(Items(items=tuple(_remarks(answer)), mark=Mark.WRONG))
    return Document(title=f"what to try next: {found.objective}", blocks=tuple(blocks), data=shapes.suggestions(found))


def _learned(answer: Suggested) -> str:
    of = counted(len(answer.found.tried), "configuration")
    trials = counted(answer.trials, "trial")
    return f"{answer.found.objective}, by {of} in {trials} of {listed(answer.experiments, _FEW)}"


def _known(found: Suggestions, settings: Settings) -> Iterator[str]:
    """What is believed to be the best so far, and how noisy one trial is."""
    if found.best is None:
        return
    tried, believed = found.best
    precision = settings.precision(found.objective.metric)
    yield f"best so far: {assigned(tried.configuration)} ({listed(tried.labels, 1)})"
    mean = number(tried.mean, precision)
    yield f"estimated {_spread(believed, precision)}; measured {mean} in {counted(len(tried.values), 'trial')}"
    if found.noise is not None:
        yield f"one trial varies by {number(found.noise, digits_of(found.noise))} (sd)"


def _table(found: Suggestions, settings: Settings) -> Table:
    names = found.space.names
    precision = settings.precision(found.objective.metric)
    sure = any(one.believed is not None for one in found.suggestions)
    nearest = dict.fromkeys(_nearest(one.nearest, precision) for one in found.suggestions if one.nearest is not None)
    head = (*names, *(("expected", "better with", "gain") if sure else ()), "nearest tried")
    return Table(
        head=head,
        rows=tuple(_row(one, names, precision, sure=sure) for one in found.suggestions),
        right=tuple(range(len(names) + (3 if sure else 0))),
        optional=(len(head) - 2, len(head) - 1) if sure else (len(head) - 1,),
        notes=(f"{_EXPECTED}; gain: over the best so far",) if sure else (),
        # where there is no room for the column
        short_notes=(*((_EXPECTED,) if sure else ()), f"nearest tried: {listed(nearest)}"),
    )


def _row(one: Suggestion, names: tuple[str, ...], precision: int | None, *, sure: bool) -> tuple[str, ...]:
    values = (format_value(one.configuration[n]) if n in one.configuration else "" for n in names)
    expected: tuple[str, ...] = ()
    if sure:
        believed = "" if one.believed is None else _spread(one.believed, precision)
        gain = "" if one.improvement is None else number(one.improvement)
        expected = (believed, "" if one.chance is None else percent(one.chance), gain)
    return (*values, *expected, "" if one.nearest is None else _nearest(one.nearest, precision))


def _nearest(tried: Sampled, precision: int | None) -> str:
    value = "failed" if tried.mean is None else number(tried.mean, precision)
    return f"{tried.labels[0]} ({value})"


def _commands(answer: Suggested) -> Iterator[str]:
    counts = Counter(len(one.values) + one.failed for one in answer.found.tried)
    # as often as most configurations were tried
    often = counts.most_common(1)[0][0] if counts else 1
    for one in answer.found.suggestions:
        words = ["ledger", "new", f"Try {assigned(one.configuration)}"]
        for name, value in one.configuration.items():
            words += ["-S", f"{name}={format_value(value)}"]
        words += ["--seeds", str(often)] if often > 1 else []
        words += ["--from", answer.start] if answer.start is not None else []
        yield shlex.join(words)


def _remarks(answer: Suggested) -> Iterator[str]:
    found = answer.found
    if found.suggestions and all(one.believed is None for one in found.suggestions) and found.model != "tpe":
        yield "too few results to predict from: these are spread over the space"
    if found.never_varied and len(found.tried) > 1:
        yield f"{are(found.never_varied)} the same in all of them, so its effect is unknown"
    if len(found.tried) == 1:
        yield "one configuration says nothing about the effect of the parameters"
    if all(len(one.values) < 2 for one in found.tried):
        yield "no configuration has two results, so the noise of a trial is a guess: --seeds 3 measures it"
    failed = [one for one in found.tried if not one.values]
    if failed:
        verbs = ("lacks", "counts") if len(failed) == 1 else ("lack", "count")
        yield f"{counted(len(failed), 'configuration')} failed or {verbs[0]} the metric, and {verbs[1]} as bad"
    if answer.outside:
        yield f"left out, outside the space: {listed(answer.outside, _FEW)}"
    if answer.elsewhere:
        yield f"{counted(answer.elsewhere, 'trial')} at other code, data or parameters left out"


def _spread(believed: Believed, precision: int | None) -> str:
    fine = digits_of(believed.sd) if precision is None and believed.sd > 0 else precision
    return f"{number(believed.mean, fine)} ± {number(believed.sd, fine)}"
