"""Registering a version: a tag on the trial's own commit, whose lock pins the checkpoint.

So `dvc get --rev` and `dvc artifacts get` give that file. Where dvc.yaml does not name the model there, one more commit
on the trial's does, which no branch has.
"""

from __future__ import annotations

from ledger.analysis import promotable
from ledger.errors import LedgerError
from ledger.git.entries import plain_file
from ledger.git.git import Git
from ledger.model import gto, promotion
from ledger.model.experiment import Experiment, Recorded
from ledger.model.formats import trailers
from ledger.model.gto import Event
from ledger.model.listing import listed
from ledger.model.models import Registered
from ledger.model.promoting import Promoted, Promoting
from ledger.model.promotion import MODEL, Promotion
from ledger.repo import histories
from ledger.repo.change import Change
from ledger.repo.ledger import Ledger
from ledger.repo.models import artifacts, checkpoint, git_held, pinned, reasons, standing, tagging
from ledger.repo.models.checkpoint import Checkpoint
from ledger.repo.models.known import ModelTags, stage_move


def register(change: Change, there: ModelTags, experiment: Experiment, record: Recorded, asked: Promoting) -> Promoted:
    """Register a version for a trial's checkpoint, with a stage where one is asked for.

    Raises LedgerError, and then nothing has changed.
    """
    ledger, model = change.ledger, there.model
    commit = standing.commit_of(ledger, experiment, record)
    definition = ledger.git.objects.text(commit, artifacts.file_of(model))
    artifact = artifacts.artifact(model, definition)
    if artifact is None:
        _require_no_namesake(ledger.git, commit, model)
    found = checkpoint.chosen(ledger, record, commit, model, artifact, asked.path)
    version = there.next(asked.version)
    md5 = checkpoint.md5_of(ledger, found)
    checkpoint.require_there(ledger, record, found)
    _require_pinned(ledger, commit, experiment, record, found)
    objections = standing.objections(ledger, experiment, record)
    said, hint = reasons.against(experiment, record.trial.id, objections)
    reasons.require_reason(objections, asked.why, said, hint=hint)
    claim = Promotion(
        experiment=experiment.name,
        trial=record.trial.id,
        outcome=promotable.standing(experiment),
        path=found.path,
        md5=md5,
        blob=found.blob,
        metrics=dict(record.trial.metrics),
        why=asked.why if objections else "",
        confirmed=standing.confirmed_by(ledger, experiment, record),
    )
    tagged = commit
    if artifact is None:
        tagged = _declaring(change, commit, model, version, claim, definition)
        if found.blob not in (None, git_held.blob_at(ledger.git, tagged, found.path)):
            raise LedgerError(f"{found.path} would name itself", hint="--path names the file that is the model")
    made = _tags(change, there, version, tagged, claim, asked, said)
    holder = None if asked.stage is None else there.holder(asked.stage)
    return Promoted(
        model=model,
        version=version,
        tags=made,
        commit=tagged,
        stage=asked.stage,
        experiment=experiment.name,
        trial=record.trial.id,
        state=claim.outcome,
        path=found.path,
        md5=md5,
        blob=found.blob,
        metrics=record.metrics,
        declared=artifact is not None,
        held_by=None if holder is None else holder.version,
        confirmed=claim.confirmed,
        why=claim.why,
        objections=objections,
    )


def _tags(
    change: Change, there: ModelTags, version: str, commit: str, claim: Promotion, asked: Promoting, against: str
) -> dict[str, Event]:
    ledger, what = change.ledger, f"{there.model}@{version}"
    tag = gto.version_tag(there.model, version)
    confirmed = f", confirmed by {listed(claim.confirmed, 3)}" if claim.confirmed else ""
    subject = f"{there.model} {version}: {claim.experiment}:{claim.trial}, {claim.outcome}{confirmed}"
    body = f"Against it: {against}.\nWhy anyway: {' '.join(claim.why.split())}" if claim.why else ""
    text = promotion.message(trailers.inert(subject), trailers.inert(body) if body else "", claim)
    moves = [tagging.made(ledger.git, tag, commit, text, there.moment)]
    made = {tag: Event.REGISTERED}
    if asked.stage is not None:
        subject = f"{there.model} {version} is {asked.stage}"
        message = promotion.remark(trailers.inert(subject), claim.experiment, what, claim.why)
        staged = stage_move(ledger.git, there, asked.stage, commit, message)
        moves.append(staged)
        made[staged.ref.removeprefix("refs/tags/")] = Event.ASSIGNED
    change.move(moves, f"ledger promote: {what}")
    return made


def already(ledger: Ledger, there: ModelTags, experiment: Experiment, record: Recorded) -> Registered | None:
    """The version that the trial's checkpoint is already, None where it is none: GTO has one version a commit."""
    commit = histories.trial_commits(ledger, experiment.name).get(record.trial.id)
    for one in there.versions:
        claim = one.tag.claim
        ours = claim is not None and (claim.experiment, claim.trial) == (experiment.name, record.trial.id)
        if one.active and (ours or one.tag.commit == commit):
            return one
    return None


def _require_no_namesake(git: Git, commit: str, model: str) -> None:
    """Refuse a plain name that another folder's dvc.yaml has among its artifacts: GTO calls that by the folder too."""
    folder, name = gto.apart(model)
    if folder:
        if git.objects.text(commit, artifacts.file_of(model)) is None:
            raise LedgerError(
                f"there is no {artifacts.file_of(model)} at {commit[:10]} that could have {name}",
                hint=f"name it {name}",
            )
        return
    for path in git.objects.files(commit):
        where, _, file = path.rpartition("/")
        if file == artifacts.FILE and where and artifacts.artifact(f"{where}:{name}", git.objects.text(commit, path)):
            raise LedgerError(
                f"{name} is an artifact of {path}, which GTO calls {where}:{name}", hint=f"name it {where}:{name}"
            )


def _require_pinned(ledger: Ledger, commit: str, experiment: Experiment, record: Recorded, found: Checkpoint) -> None:
    """Refuse a commit whose lock has another content than the record: `dvc get` would give that."""
    if found.blob is not None:
        # what is promoted is what the commit has
        return
    if not pinned.holds(ledger, commit, found.output, found.pin.md5, exact=True):
        raise LedgerError(
            f"the commit of {experiment.name}:{record.trial.id} pins another {found.output} than its record names",
            hint=f"ledger verify {experiment.name} says what is wrong",
        )


def _declaring(change: Change, commit: str, model: str, version: str, claim: Promotion, definition: str | None) -> str:
    """A commit on the trial's whose dvc.yaml has the model among its artifacts."""
    git = change.ledger.git
    file = artifacts.file_of(model)
    text = artifacts.with_artifact(model, claim.path, definition or "")
    tree = git.tree(commit, {file: plain_file(git.blob(text.encode()))})
    message = trailers.compose(
        f"model: {model} {version} is {claim.path}",
        trailers=[(trailers.EXPERIMENT, claim.experiment), (MODEL, f"{model}@{version}")],
    )
    return git.commit_tree(tree, [commit], message)
