"""What a command that writes has done, in words: the answer, and notes beside it."""

from __future__ import annotations

from ledger.analysis.landing import ADOPT, RECORD
from ledger.model.changes import Amended, Archived, BroughtBack, Landed, Noted, RecordedByHand, Voided
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.plan import TREATMENT
from ledger.model.settings import Settings
from ledger.report.remarks import sentences
from ledger.report.trials import line


@frozen
class Told:
    """An answer, and the `notes` that stand beside it."""

    answer: str
    notes: tuple[str, ...] = ()


def landed(done: Landed, *, chosen: bool) -> Told:
    """Where it went and how; `chosen`: as its verdict says."""
    main, branch = done.main, done.experiment.branch_name
    change = "with its change" if done.arm == TREATMENT else f"with the change of its arm {done.arm}"
    what = change if done.kind == ADOPT else "its record only, code untouched"
    why = f" (the verdict is {done.experiment.state}; --{RECORD if done.kind == ADOPT else ADOPT} overrides it)"
    lines = [f"landed {done.experiment.name} on {main} as {done.commit[:10]}: {what}{why if chosen else ''}"]
    if chosen and done.data_left:
        lines.append(
            f"its data ({listed(done.data_left, 3)}) do not land on {main}: --adopt brings them too, without a claim"
        )
    if done.stale:
        lines.append(f"to be reproduced on {main}: {', '.join(done.stale)} (git switch {main}, dvc repro)")
    elif done.measured is False:
        lines.append(f"no trial ran what {main} now has: the recorded numbers may not hold there")
    if done.tag is not None:
        lines.append(f"the tag {done.tag} holds its tip, so the branch can be deleted: git branch -D {branch}")
    else:
        lines.append(f"the branch can be deleted: git branch -d {branch}")
    notes = sentences(done.remarks)
    if done.changed is not None:
        notes = (
            *notes,
            f"warning: no trial ran this change in its present form: {done.changed} changed after its trials",
        )
    return Told(answer="\n".join(lines), notes=notes)


def amended(done: Amended) -> Told:
    """Which keys changed, and what the verdict will say of it."""
    notes = [
        f"note: no result has {old}, so {new} corrects a name and decides nothing" for old, new in done.corrects.items()
    ]
    if done.after_results and not done.corrects:
        notes.append("warning: results had already been seen, and the verdict will say so too")
    changed = f"amended {', '.join(done.keys)} of {done.plan.name} as {done.commit[:10]}"
    return Told(answer=f"{changed}: the verdict will say so", notes=tuple(notes))


def archived(done: Archived | BroughtBack) -> Told:
    """Where the branch is now, and how it comes back; of one that has, what may be missing."""
    if isinstance(done, BroughtBack):
        lost = "note: no tag holds later commits, such as a verdict; git reflog may"
        where = "at its old tip" if done.whole else "as a run left it"
        return Told(answer=f"the branch {done.branch} is back, {where}", notes=() if done.whole else (lost,))
    notes = [f"ledger archive {done.experiment} --undo brings it back"]
    if done.older is not None:
        notes.insert(0, f"note: {done.older} keeps {done.experiment} as it landed, without later changes")
    if done.remote is not None:
        remote = done.remote.partition("/")[0]
        notes.insert(0, f"{done.remote} is still there: git push {remote} --delete {done.branch} removes it")
    answer = f"archived {done.experiment}: the tag {done.tag} holds the tip of {done.branch}"
    return Told(answer=answer, notes=tuple(notes))


def noted(done: Noted) -> Told:
    """Where the note is."""
    return Told(answer=f"{'already noted' if done.commit is None else 'noted'} in {done.path}")


def recorded(done: RecordedByHand, settings: Settings) -> Told:
    """The trial with its metrics, and what became of the change."""
    notes = [f"warning: {warning}" for warning in sentences(done.warnings)]
    if done.code is not None:
        notes.append(f"committed the change as {done.code[:10]}")
    answer = f"recorded {line(done.trial, done.plan, settings)} as {done.trial.id}"
    return Told(answer=answer, notes=tuple(notes))


def voided(done: Voided) -> Told:
    """Whether the trial counts now, and what to do next."""
    name = f"{done.experiment}:{done.trial}"
    if done.commit is None:
        return Told(answer=f"{name} is already voided: {done.why}")
    notes = []
    if not done.counts:
        notes.append(f"ledger run {done.experiment} runs the replicate again; ledger void {name} --undo takes it back")
    if done.concluded:
        notes.append(f"the verdict is out of date: ledger conclude {done.experiment}")
    answer = f"{name} {'counts again' if done.counts else 'is voided'}: commit {done.commit[:10]}"
    return Told(answer=answer, notes=tuple(notes))
