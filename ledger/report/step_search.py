"""A search for a step in sentences and as a table of its versions: what it found, how sure that is, what it cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ledger.model.directions import HIGHER
from ledger.model.finding import Answer, Finding
from ledger.model.listing import listed
from ledger.model.settings import Settings
from ledger.model.version_search import VersionSearch
from ledger.report.blocks import Table
from ledger.report.numbers import number, p_stated, percent, seconds, signed, spread

if TYPE_CHECKING:
    # with them comes numpy, which documents without a search do without
    from ledger.analysis.search.forecast import SearchForecast
    from ledger.analysis.search.state import SearchState

_FEW = 4
# a version that was not tried is shown from this probability on
_SHOWN = 0.05


def told(finding: Finding, metric: str, better: str, settings: Settings) -> str:
    """The answer in one sentence, with its probability: where a metric changed of which `better` is better."""
    if finding.answer is Answer.STEP:
        which = _versions(finding.credible) if finding.version else f"one of {_versions(finding.credible, word='or')}"
        moved = _moved(finding, metric, better, settings)
        return f"{metric} {moved} with {which} (probability {percent(finding.posterior)})"
    if finding.answer is Answer.DRIFT:
        said = f"{metric} changed gradually or with several versions: no single one explains it"
        return f"{said} (probability {percent(finding.drift)})"
    if finding.answer is Answer.NONE:
        return f"no {'fall' if better == HIGHER else 'rise'} of {metric} is seen between the ends"
    if not finding.credible:
        return f"open: nothing can be said yet of where {metric} changed"
    most = f"{percent(finding.confidence)} of the probability of one step lies with"
    return f"open: {most} {_versions(finding.credible)}"


def described(search: VersionSearch) -> Iterator[str]:
    """What is searched, between which versions, and for how much."""
    arms = list(search.arms)
    of = listed(search.paths) or "the code"
    yield f"at which of {len(arms)} versions of {of} {search.metric} changed ({search.better} is better)"
    yield f"from {search.short(arms[0])} to {search.short(arms[-1])}"
    yield f"until {percent(search.confidence)} sure, in at most {search.budget} trials"
    if search.confirm is not None:
        yield f"then tested on {search.confirm.seeds} fresh seeds"


def remarks(finding: Finding, experiment: str, *, commands: bool = True) -> Iterator[str]:
    """What it cost, what could not run, and by which `commands` it goes on where there is no answer; `experiment` is
    "" for that which is checked out.
    """
    yield f"{finding.trainings} of at most {finding.budget} trials"
    if finding.failed:
        have = "has" if len(finding.failed) == 1 else "have"
        yield f"{_versions(finding.failed)} {have} a trial that failed or lacks the metric, and {have} no part in it"
    if finding.drift is not None and finding.none is not None:
        yield f"gradual {percent(finding.drift)}, no change {percent(finding.none)}"
    if finding.confirmation is not None:
        yield from _confirmed(finding.confirmation)
    if commands and not finding.answered and finding.trainings >= finding.budget:
        more = finding.budget + max(finding.budget // 2, 10)
        amend = f'ledger amend {experiment} --key search.budget={more} -m "why"'.replace("  ", " ")
        yield f"the budget is spent: {amend} raises it, then ledger run continues"


def coming(forecast: SearchForecast | None, each: float | None) -> str:
    """What it is expected to cost still: `about 12 more trials (about 3 min)`; `each`: seconds that a trial takes."""
    if forecast is None:
        return "how many more trials it takes is unknown: the noise is not known yet"
    count = max(1, round(forecast.trials))
    time = "" if each is None else f", {seconds(each * count)} one at a time"
    return f"{'more than' if forecast.at_least else 'about'} {count} more trial{'s' if count > 1 else ''}{time}"


def versions(state: SearchState, settings: Settings) -> Table:
    """A row for each version that was tried, found, or may be the one."""
    shown = [at for at, _ in enumerate(state.versions) if _is_shown(state, at)]
    fresh = any(version.fresh for version in state.versions)
    left_out = len(state.versions) - len(shown)
    return Table(
        head=("version", "n", state.search.metric, *(("fresh n",) if fresh else ()), "probability"),
        rows=tuple(_row(state, at, settings, fresh=fresh) for at in shown),
        right=(1, 2, 3, 4) if fresh else (1, 2, 3),
        notes=(f"{left_out} more, not tried and under {_SHOWN:.0%} each",) if left_out else (),
        strong=frozenset((row, 0) for row, at in enumerate(shown) if at in state.places),
        indent=2,
    )


def _is_shown(state: SearchState, at: int) -> bool:
    version = state.versions[at]
    likely = version.posterior is not None and version.posterior >= _SHOWN
    return likely or at in state.places or bool(version.values or version.fresh) or version.failed or version.skipped


def _row(state: SearchState, at: int, settings: Settings, *, fresh: bool) -> tuple[str, ...]:
    version = state.versions[at]
    value = spread(version.summary, settings.precision(state.search.metric)) if version.values else ""
    if version.skipped or version.failed:
        value = "skipped" if version.skipped else "failed"
    chance = "" if version.posterior is None else percent(version.posterior)
    own = (str(len(version.fresh) or ""),) if fresh else ()
    return (VersionSearch.short(version.name), str(len(version.values) or ""), value, *own, chance)


def _versions(arms: Sequence[str], word: str = "and") -> str:
    return listed([VersionSearch.short(arm) for arm in arms], _FEW, word=word)


def _confirmed(found: Mapping[str, Any]) -> Iterator[str]:
    """What fresh seeds say of the answer, as the verdict holds it."""
    p = found.get("p_value")
    shown = "" if p is None else f", {p_stated(p)}"
    said = "confirmed" if found.get("confirmed") else "not confirmed"
    yield f"{said} on fresh seeds: {_bounded(found['difference'], found.get('interval'), signed)}{shown}"
    share = found.get("share")
    if share is not None:
        regained = _bounded(share["estimate"], share.get("interval"), "{:.0%}".format)
        yield f"without it the newest version regains {regained} of the drop"


def _bounded(value: float, interval: Sequence[float] | None, show: Callable[[float], str]) -> str:
    if interval is None or None in interval:
        return show(value)
    return f"{show(value)} (90% interval {show(interval[0])} to {show(interval[1])})"


def _moved(finding: Finding, metric: str, better: str, settings: Settings) -> str:
    word = "fell" if better == HIGHER else "rose"
    if finding.before is None or finding.after is None:
        return word
    before, after = (number(level, settings.precision(metric)) for level in (finding.before, finding.after))
    return f"{word} from {before} to {after}"
