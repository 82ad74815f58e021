"""What was sent to a remote and what came from one, in words."""

from __future__ import annotations

from ledger.model.listing import listed
from ledger.model.sharing import News, Pulled, Pushed, Received, Sent
from ledger.model.transfer import DataTransfer
from ledger.report.changes import Told
from ledger.report.numbers import size
from ledger.report.remarks import sentences

# so many trials whose files are absent are named one by one
_MOST = 5


def pushed(done: Pushed) -> Told:
    """A line for each experiment of which something was sent, or that there was nothing."""
    lines = [_sent(one, done) for one in done.sent if one.refs]
    lines += _data(done.data, "would push" if done.dry_run else "pushed", "to")
    notes = _absent(done.data)
    notes += [note for one in done.sent for note in _beside(one, done.remote)]
    notes += [f"{done.remote}: {line}" for line in done.said]
    return Told(answer="\n".join(lines) or "everything is up to date", notes=tuple(notes))


def _sent(one: Sent, done: Pushed) -> str:
    parts = []
    if one.branch is not None:
        way = "new branch" if one.old is None else f"{one.old[:10]}..{(one.new or '')[:10]}"
        parts.append(f"{one.branch} ({way})")
    if one.trials:
        parts.append(_count(one.trials, "trial"))
    if one.tags:
        parts.append(_count(len(one.tags), "tag"))
    verb = "would push" if done.dry_run else "pushed"
    return f"{verb} {one.experiment} to {done.remote}: {', '.join(parts)}"


def _beside(one: Sent, remote: str) -> list[str]:
    notes = []
    if one.behind is not None:
        what = "commits" if not one.behind else _count(one.behind, "trial")
        notes.append(f"note: {remote} has {what} of {one.experiment} that are not here: ledger pull {one.experiment}")
    if one.deleted and one.branch is None:
        notes.append(f"note: the branch of {one.experiment} was deleted on {remote}, and stays so; its tags are there")
    elif one.deleted:
        notes.append(f"note: the branch of {one.experiment} was deleted on {remote}; it is there again")
    if one.running:
        notes.append(f"note: a trial of {one.experiment} is running: push again when it has ended")
    return notes


def pulled(done: Pulled) -> Told:
    """A line or more for each experiment of which something came, or that there was nothing."""
    lines = [line for one in done.received if not one.nothing for line in _received(one, done)]
    lines += _data(done.data, "would pull" if done.dry_run else "pulled", "from")
    notes = _absent(done.data)
    notes += [note for one in done.received for note in _told(one, done.remote)]
    if done.strange:
        notes.append(f"note: passed over {listed(done.strange, 3)}: no experiment can have such a name")
    return Told(answer="\n".join(lines) or "everything is up to date", notes=tuple(notes))


def _received(one: Received, done: Pulled) -> list[str]:
    if one.refused is not None:
        return []
    verb = "would pull" if done.dry_run else "pulled"
    head = f"{verb} {one.experiment} from {done.remote}: "
    news = _news(one.news)
    if not news:
        news = [_count(one.commits, "commit")] if one.commits else [_count(len(one.tags), "tag")]
    lines = [head + ", ".join(news)]
    if one.replayed:
        again = "would stand" if done.dry_run else "stands" if one.replayed == 1 else "stand"
        lines.append(f"  {_count(one.replayed, 'commit')} of yours {again} on top: ledger push {one.experiment}")
    if one.renamed:
        was, now = next(iter(one.renamed.items()))
        others = f" (and {len(one.renamed) - 1} more)" if len(one.renamed) > 1 else ""
        lines.append(f"  your {was} is {now} now, since both ran it{others}")
    if one.rewritten:
        lines.append("  its branch was rewritten there, and the branch here follows")
    return lines


def _news(news: News) -> list[str]:
    parts = []
    if news.new:
        parts.append("a new experiment")
    if news.trials:
        arms = listed((f"{count} {arm}" for arm, count in news.trials.items()), 4)
        parts.append(f"{_count(sum(news.trials.values()), 'trial')} ({arms})")
    if news.voided:
        parts.append(f"{news.voided} voided")
    if news.notes:
        parts.append(_count(news.notes, "note"))
    if news.outcome is not None:
        parts.append(f"verdict: {news.outcome}")
    if news.amended:
        parts.append(f"amended: {', '.join(news.amended)}")
    return parts


def _told(one: Received, remote: str) -> list[str]:
    notes = [f"note: {sentence}" for sentence in sentences(one.remarks)]
    if one.outdated is not None:
        notes.append(f"the verdict is out of date ({one.outdated}): ledger conclude {one.experiment}")
    if one.untrusted:
        notes.append(f"note: ledger trust {one.experiment} shows what would run, before it may run here")
    if one.deleted:
        notes.append(f"note: {remote} has no branch of {one.experiment} any more; the one here stays")
    if one.refused is not None:
        notes.append(f"error: {one.experiment}: {one.refused.message}")
        if one.refused.hint:
            notes.append(f"hint: {one.refused.hint}")
    return notes


def _data(data: DataTransfer | None, verb: str, way: str) -> list[str]:
    if data is None or not data.objects:
        return []
    return [f"{verb} {_count(data.objects, 'file')} of data {way} {data.remote}: {size(data.bytes)}"]


def _absent(data: DataTransfer | None) -> list[str]:
    """By trial what neither side has: as many as are read, the rest counted."""
    if data is None or not data.absent:
        return []
    by_trial: dict[str, list[str]] = {}
    for one in data.absent:
        by_trial.setdefault(one.trial, []).append(f"{one.path} (corrupt)" if one.corrupt else one.path)
    trials = list(by_trial.items())
    lines = [f"warning: {trial}: neither here nor on the remote: {listed(paths, 3)}" for trial, paths in trials[:_MOST]]
    if len(trials) > _MOST:
        lines.append(f"warning: the same of {len(trials) - _MOST} more trials: --json names all")
    return lines


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
