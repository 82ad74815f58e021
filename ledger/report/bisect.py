"""`ledger bisect` as a document: the answer in sentences, then the versions with their trials."""

from __future__ import annotations

from ledger.analysis.bisection.answer import NO_VALUE, Bisection, Fate, SearchedVersion
from ledger.analysis.bisection.nature import Judgement
from ledger.model.finding import Answer
from ledger.model.settings import Settings
from ledger.report import bisect_words as words
from ledger.report.blocks import Block, Document, Figure, Heading, Items, Mark, Prose, Table
from ledger.report.numbers import p_value, percent, spread
from ledger.report.shapes.bisect import shape

# a version that was not tried is shown from this probability on
_SHOWN = 0.05
# how many versions of which one did it are all shown
_FEW = 8


def document(found: Bisection, settings: Settings, *, plot: str | None = None, svg: str | None = None) -> Document:
    """The steps in their order, as far as they were gone; `plot` is the picture in characters, `svg` as one."""
    said = words.answer(found)
    blocks: list[Block] = [Heading(text=f"{found.metric}: where did it change?", paged=True), Prose(text=said)]
    if found.evaluation is not None:
        blocks.append(Items(items=words.evaluation(found.evaluation, found.metric), indent=2, near=True))
    if found.confirmation is not None:
        items = words.confirmation(found.confirmation, found.metric, found.versions)
        blocks.append(Items(items=items, indent=2, near=True))
    if found.judgement is not None:
        blocks.append(Items(items=(words.judgement(found.judgement, found.metric),), indent=2, near=True))
    blocks.append(Items(items=words.note(found), mark=Mark.WRONG, near=True))
    if plot is not None or svg is not None:
        blocks.append(Figure(alternative=said, plot=plot, svg=svg))
    blocks.append(_versions(found, settings))
    if found.judgement is not None:
        blocks.append(_groups(found.judgement))
    blocks.append(Prose(text=cost(found)))
    return Document(title=f"{found.experiment}: {said}", blocks=tuple(blocks), data=shape(found))


def title(found: Bisection) -> str:
    """What its picture is called."""
    what = f"versions of {' and '.join(found.paths)}" if found.paths else "commits"
    return f"{found.metric} over the {what}"


def cost(found: Bisection) -> str:
    """How many trainings it took, and how to go on where there is no answer or nothing confirms it."""
    more = f", and {found.others} more to confirm and compare" if found.others else ""
    text = f"{found.trainings} of {found.budget} trainings{more}"
    if found.answer is Answer.OPEN and found.posterior is not None:
        return f"{text}; the same command with --budget {2 * found.budget} continues"
    return f"{text}; ledger show {found.experiment} lists them"


def _versions(found: Bisection, settings: Settings) -> Table:
    """A row for each version that was tried, found, or may be the one."""
    shown = [at for at, each in enumerate(found.versions) if _is_shown(found, at, each)]
    left_out = len(found.versions) - len(shown)
    fresh = any(version.fresh for version in found.versions)
    each = "" if found.posterior is None else f" and at most {_SHOWN:.0%} each"
    return Table(
        head=("version", "subject", "n", found.metric, *(("fresh n", "fresh") if fresh else ()), "probability"),
        rows=tuple(_row(found, at, settings, fresh=fresh) for at in shown),
        right=(2, 3, 4, 5, 6) if fresh else (2, 3, 4),
        names=1,
        notes=(f"{left_out} more, not tried{each}: --json shows all",) if left_out else (),
        strong=frozenset((row, 0) for row, at in enumerate(shown) if at in found.places),
    )


def _is_shown(found: Bisection, at: int, version: SearchedVersion) -> bool:
    ends = at in (0, len(found.versions) - 1)
    likely = version.posterior is not None and version.posterior >= _SHOWN
    named = at in found.places and len(found.places) <= _FEW
    return ends or likely or named or version.state is not Fate.UNTRIED or bool(version.fresh)


def _row(found: Bisection, at: int, settings: Settings, *, fresh: bool) -> tuple[str, ...]:
    version, precision = found.versions[at], settings.precision(found.metric)
    value = spread(version.summary, precision) if version.values else ""
    if version.state in NO_VALUE:
        value = version.state.value
    own = (str(len(version.fresh) or ""), spread(version.fresh_summary, precision) if version.fresh else "")
    chance = "" if version.posterior is None else percent(version.posterior)
    count = str(len(version.values) or "")
    return (version.name, version.subject, count, value, *(own if fresh else ()), chance)


def _groups(found: Judgement) -> Table:
    """A row for each group of the evaluation."""
    rows = tuple(
        (
            f"{each.group}{' (its own)' if each.own else ''}",
            words.change(each.change),
            "" if each.adjusted is None else p_value(each.adjusted),
            each.effect.value,
        )
        for each in found.groups
    )
    return Table(head=("group", "change with it", "p (Holm)", ""), rows=rows, names=0)
