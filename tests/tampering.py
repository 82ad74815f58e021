"""What `verify` gathers of an honest experiment, and changing one thing of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from conftest import Shelved
from honest import FILES, branch, landed

from ledger.analysis.checks import problems
from ledger.analysis.gathered import Claim, Gathered, Origin
from ledger.analysis.problems import Kind
from ledger.model.experiment import Unread
from ledger.model.formats.lockfile import LockedStage
from ledger.model.trial import Trial
from ledger.repo.ledger import open_ledger
from ledger.repo.proof.gather import gather
from ledger.report.problems import sentence

SEED0, SEED1, FAILED = "treatment/seed-0.2", "treatment/seed-1.2", "treatment/seed-2"
FILE = "seed-1.2.yaml"
OTHER = "1" * 40

Tampering = Callable[[Gathered], Gathered]
known: dict[str, Gathered] = {}


@pytest.fixture(params=["branch", "landed"])
def honest(request: pytest.FixtureRequest, shelved: Shelved) -> Gathered:
    """What is gathered of an experiment on its branch, and after it has landed; once per process."""
    return gathered(shelved, request.param)


@pytest.fixture
def on_branch(shelved: Shelved) -> Gathered:
    """The same on its branch alone."""
    return gathered(shelved, "branch")


def gathered(shelved: Shelved, kind: str) -> Gathered:
    """What is gathered, once per process."""
    if kind not in known:
        project = shelved(branch, FILES) if kind == "branch" else shelved(landed, FILES, after=branch)
        with open_ledger(project.root) as ledger:
            known[kind] = gather(ledger, ledger.experiment("a"), data=True, signed=False)
    return known[kind]


def found(gathered: Gathered, kind: Kind, trial: str | None, *texts: str, unproved: bool = False) -> None:
    """A problem of that kind names the trial, and its sentence the texts."""
    rows = [(one.kind, one.trial, one.unproved, sentence(one)) for one in problems(gathered)]
    said = [text for *key, text in rows if key == [kind, trial, unproved]]
    assert any(all(text in one for text in texts) for one in said), rows


def claim_of(gathered: Gathered, trial: str) -> Claim:
    return next(claim for claim in gathered.claims if claim.trial.id == trial)


def changed(gathered: Gathered, trial: str, **changes: Any) -> Gathered:
    """Another claim of a trial."""
    claims = [replace(claim, **changes) if claim.trial.id == trial else claim for claim in gathered.claims]
    return replace(gathered, claims=tuple(claims))


def edited(gathered: Gathered, trial: str, change: Callable[[Trial], Trial], **more: Any) -> Gathered:
    """A record that says something else, and so is not the one that its trial commit holds."""
    record = claim_of(gathered, trial).record
    told = changed(gathered, trial, record=replace(record, trial=change(record.trial)), same_record=False, **more)
    return replace(told, files={**gathered.files, f"trials/{trial}.yaml": OTHER})


def set_to(trial: str, **values: Any) -> Tampering:
    """A record with other values."""
    return lambda gathered: edited(gathered, trial, lambda one: replace(one, **values))


def forged(trial: str, **values: Any) -> Tampering:
    """A trial commit that holds something else."""

    def forge(gathered: Gathered) -> Gathered:
        witness = claim_of(gathered, trial).witness
        assert witness is not None
        return changed(gathered, trial, witness=replace(witness, **values))

    return forge


def lock_of(gathered: Gathered, trial: str = SEED1) -> LockedStage:
    witness = claim_of(gathered, trial).witness
    assert witness is not None
    return witness.locks["train"]


def without(gathered: Gathered, trial: str, **files: str) -> Gathered:
    """A record that is not among those that can be read."""
    claims = tuple(claim for claim in gathered.claims if claim.trial.id != trial)
    kept = {path: oid for path, oid in gathered.files.items() if path != f"trials/{trial}.yaml"}
    return replace(gathered, claims=claims, files=kept | files)


def unread(gathered: Gathered, trial: str, said: str) -> Gathered:
    """The same, for a reason that the reader names."""
    path = f"{gathered.folder}/trials/{trial}.yaml"
    experiment = replace(gathered.experiment, problems=(Unread(path=path, said=said),))
    files = {**gathered.files, f"trials/{trial}.yaml": OTHER}
    return replace(gathered, experiment=experiment, files=files)


def invented(gathered: Gathered, name: str, **values: Any) -> Gathered:
    """A record more, made of another, that a commit brought without a trial."""
    claim = claim_of(gathered, SEED1)
    trial = replace(claim.trial, **values)
    record = replace(claim.record, trial=trial, path=f"{gathered.folder}/trials/{name}.yaml")
    origin = Origin(unknown_to=gathered.tags.runs, commit=OTHER, subject="a small correction", with_trials=False)
    more = Claim(record=record, order=claim.order, origin=origin)
    return replace(gathered, claims=(*gathered.claims, more), files={**gathered.files, f"trials/{name}.yaml": OTHER})


def swapped(gathered: Gathered) -> Gathered:
    a, b = (claim_of(gathered, trial).trial.metrics for trial in (SEED0, SEED1))
    return set_to(SEED1, metrics=a)(set_to(SEED0, metrics=b)(gathered))


def verdict(**values: Any) -> Tampering:
    """A verdict that says something else."""

    def tamper(gathered: Gathered) -> Gathered:
        assert gathered.weighed is not None
        return replace(gathered, weighed=replace(gathered.weighed, stored=replace(gathered.weighed.stored, **values)))

    return tamper


def judged(**values: Any) -> Tampering:
    """The same of what it says of the prediction."""

    def tamper(gathered: Gathered) -> Gathered:
        assert gathered.weighed is not None
        (one,) = gathered.weighed.stored.predictions
        return verdict(predictions=(replace(one, **values),))(gathered)

    return tamper


def headline(gathered: Gathered) -> Gathered:
    assert gathered.weighed is not None
    text = re.sub(r"^## Verdict: \w+", "## Verdict: a triumph", gathered.weighed.text.lstrip())
    return replace(gathered, weighed=replace(gathered.weighed, text=text))


def number_in_the_text(gathered: Gathered) -> Gathered:
    """A number of the text is another, and nothing else is."""
    assert gathered.weighed is not None
    text, count = re.subn(r"\d\.\d+(?=\D)", "7.654", gathered.weighed.text, count=1)
    assert count == 1
    return replace(gathered, weighed=replace(gathered.weighed, text=text))


def environment(gathered: Gathered, oid: str | None) -> Gathered:
    """An environment's file that is another, or gone."""
    (path,) = (one.path for one in gathered.environments)
    kept = {at: held for at, held in gathered.files.items() if at != path}
    return replace(gathered, files=kept if oid is None else kept | {path: oid})


def metrics_of(gathered: Gathered, **values: float) -> dict[str, float]:
    return {**claim_of(gathered, SEED1).trial.metrics, **values}
