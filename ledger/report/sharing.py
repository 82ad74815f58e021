"""What was sent to a remote and what came from one, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ledger.model.listing import are, counted, listed
from ledger.model.sharing import News, Pulled, Pushed, Received, Sent
from ledger.model.transfer import DataTransfer
from ledger.report.changes import Told
from ledger.report.numbers import size
from ledger.report.remarks import sentence, sentences

# how many trials whose files are absent, or experiments with such trials, are named one by one
_MOST = 5
# how many tags of models are named
_MODELS = 4
# how many lines of what a remote's host says are passed on
_TOLD = 20


def pushed(done: Pushed) -> Told:
    """A line for each experiment of which something was sent, or that there was nothing."""
    lines = [_sent(one, done) for one in done.sent if one.refs]
    lines += _data(done.data, "would push" if done.dry_run else "pushed", "to")
    notes = _absent(done.data)
    made = "would be made" if done.dry_run else "was made"
    notes += [f"note: {one} did not exist and {made}" for one in (done.data.made if done.data else ())]
    notes += _beside(done)
    notes += [f"{done.remote}: {line}" for line in done.said[:_TOLD]]
    return Told(answer="\n".join(lines) or _nothing(done.data), notes=tuple(notes))


def _sent(one: Sent, done: Pushed) -> str:
    parts = []
    if one.branch is not None:
        way = "new branch" if one.old is None else f"{one.old[:10]}..{(one.new or '')[:10]}"
        parts.append(f"{one.branch} ({way})")
    if one.trials:
        parts.append(counted(one.trials, "trial"))
    if one.tags:
        parts.append(counted(len(one.tags), "tag"))
    if one.models:
        parts.append(listed(one.models, _MODELS))
    verb = "would push" if done.dry_run else "pushed"
    return f"{verb} {one.experiment} to {done.remote}: {', '.join(parts)}"


def _beside(done: Pushed) -> list[str]:
    """What is to be known of experiments beside it: the same of several in one line."""
    remote = done.remote
    notes = [
        f"note: {remote} has {_trials(one.behind)} of {one.experiment} that are not here: ledger pull {one.experiment}"
        for one in done.sent
        if one.behind is not None
    ]
    gone = [one.experiment for one in done.sent if one.deleted and one.branch is None]
    if gone:
        notes.append(f"note: {_branches(gone)} deleted on {remote}, and {'stay' if len(gone) > 1 else 'stays'} so")
    anew = [one.experiment for one in done.sent if one.deleted and one.branch is not None]
    if anew:
        is_ = "would be" if done.dry_run else "are" if len(anew) > 1 else "is"
        notes.append(f"note: {_branches(anew)} deleted on {remote}, and {is_} there again")
    running = [one.experiment for one in done.sent if one.running]
    if running:
        notes.append(f"note: trials of {listed(running, 5)} are running: push again when they have ended")
    if done.main_ahead is not None:
        branch, commits = done.main_ahead.branch, done.main_ahead.commits
        lacks = "does not have all of" if commits is None else f"lacks {counted(commits, 'commit')} of"
        notes.append(f"note: {remote} {lacks} {branch}, on which experiments have landed: git push {remote} {branch}")
    return notes


def _branches(names: Sequence[str]) -> str:
    return f"the branch{'es' if len(names) > 1 else ''} of {are(names, 5, one='was', many='were')}"


def _trials(count: int) -> str:
    return counted(count, "trial") if count else "commits"


def pulled(done: Pulled) -> Told:
    """A line or more for each experiment of which something came, or that there was nothing."""
    lines = [line for one in done.received if not one.nothing for line in _received(one, done)]
    verb = "would pull" if done.dry_run else "pulled"
    if done.models:
        lines.append(f"{verb} what was promoted from {done.remote}: {listed(done.models, _MODELS)}")
    lines += _data(done.data, verb, "from")
    notes = _absent(done.data)
    if done.models_differ:
        differ = are(done.models_differ, _MODELS, one="differs", many="differ")
        notes.append(f"note: {differ} on {done.remote}; nothing was changed here")
    untrusted = [one.experiment for one in done.received if one.trusted is False and not one.nothing]
    if untrusted:
        notes.append(
            f"note: {listed(untrusted, 3)} may not run here yet: ledger trust {untrusted[0]} shows what would run; "
            f"ledger trust --remote {done.remote} trusts all there"
        )
    notes += [note for one in done.received for note in _told(one)]
    gone = [one.experiment for one in done.received if one.deleted]
    if gone:
        notes.append(
            f"note: {_branches(gone)} deleted on {done.remote}; here {'they stay' if gone[1:] else 'it stays'}"
        )
    if done.shallow:
        notes.append("note: this clone is shallow and lacks trial commits: git fetch --unshallow --tags brings them")
    if done.strange:
        notes.append(f"note: skipped {listed(done.strange, 3)}: not valid experiment names")
    return Told(answer="\n".join(lines) or _nothing(done.data), notes=tuple(notes))


def _received(one: Received, done: Pulled) -> list[str]:
    if one.refused is not None:
        return []
    verb = "would pull" if done.dry_run else "pulled"
    head = f"{verb} {one.experiment} from {done.remote}: "
    news = _news(one.news)
    if not news:
        news = [counted(one.commits, "commit")] if one.commits else [counted(len(one.tags), "tag")]
    lines = [head + ", ".join(news)]
    if one.replayed:
        again = "would stand" if done.dry_run else "stands" if one.replayed == 1 else "stand"
        lines.append(f"  {counted(one.replayed, 'commit')} of yours {again} on top: ledger push {one.experiment}")
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
        parts.append(f"{counted(sum(news.trials.values()), 'trial')} ({arms})")
    if news.voided:
        parts.append(f"{news.voided} voided")
    if news.notes:
        parts.append(counted(news.notes, "note"))
    if news.outcome is not None:
        parts.append(f"verdict: {news.outcome}")
    if news.amended:
        parts.append(f"amended: {', '.join(news.amended)}")
    return parts


def _told(one: Received) -> list[str]:
    notes = [f"note: {sentence}" for sentence in sentences(one.remarks)]
    if one.outdated is not None:
        notes.append(f"the verdict is out of date ({sentence(one.outdated)}): ledger conclude {one.experiment}")
    if one.refused is not None:
        notes.append(f"error: {one.experiment}: {one.refused.message}")
        if one.refused.hint:
            notes.append(f"hint: {one.refused.hint}")
    return notes


def _data(data: DataTransfer | None, verb: str, way: str) -> list[str]:
    if data is None or not data.objects:
        return []
    return [f"{verb} {counted(data.objects, 'file')} of data {way} {data.remote}: {size(data.bytes)}"]


def _nothing(data: DataTransfer | None) -> str:
    if data is not None and data.absent:
        return "everything is up to date, except data that is in neither place"
    return "everything is up to date"


def _absent(data: DataTransfer | None) -> list[str]:
    """What neither side has: by trial where they are few, else counted by experiment."""
    if data is None or not data.absent:
        return []
    by_trial: dict[str, list[str]] = {}
    for one in data.absent:
        by_trial.setdefault(one.trial, []).append(f"{one.path} (corrupt)" if one.corrupt else one.path)
    found = {trial: listed(paths, 3) for trial, paths in by_trial.items()}
    if len(found) > _MOST:
        counts = Counter(trial.partition(":")[0] for trial in by_trial)
        found = {name: f"data of {counted(count, 'trial')}" for name, count in counts.items()}
    lines = [f"warning: {what}: neither here nor on the remote: {named}" for what, named in list(found.items())[:_MOST]]
    if len(found) > _MOST:
        lines.append(f"warning: the same for {len(found) - _MOST} more experiments: --json names all")
    return lines
