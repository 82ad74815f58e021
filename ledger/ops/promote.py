"""Promoting: a trial's checkpoint becomes a version of a model, or a version gets a stage, as GTO's tags."""

from __future__ import annotations

from datetime import datetime

from ledger.errors import LedgerError
from ledger.model.near_misses import did_you_mean
from ledger.model.promoting import Promoted, Promoting
from ledger.repo.change import Change, transact
from ledger.repo.ledger import Ledger
from ledger.repo.models import registering, staging, standing, tagging, tags
from ledger.repo.models.known import known


def promote(ledger: Ledger, asked: Promoting, *, now: datetime) -> Promoted:
    """Promote what is asked for. Raises LedgerError, and then no tag is made."""
    ledger.git.identity()
    if asked.stage is not None:
        tagging.require_stage(ledger.git, asked.stage)
    if asked.model is None:
        return _existing(ledger, asked, now)
    tagging.require_model(asked.model)
    if asked.withdraw:
        raise LedgerError(
            "--deprecate takes a version or a model, not an experiment",
            hint=f"ledger promote {asked.model}@VERSION --deprecate",
        )
    model = asked.model

    def make(change: Change) -> Promoted:
        target = ledger.target(asked.what)
        if target.experiment is None:
            raise LedgerError(f"{asked.what} is a git revision, not an experiment", hint="ledger log lists them")
        there = known(ledger.git, model, now)
        record = standing.trial_of(ledger, target)
        same = registering.already(ledger, there, target.experiment, record)
        if same is None:
            return registering.register(change, there, target.experiment, record, asked)
        if asked.version not in (None, same.version) or asked.stage is None:
            raise LedgerError(
                f"{target.experiment.name}:{record.trial.id} is already {model} {same.version}",
                hint=f"ledger promote {model}@{same.version} --stage STAGE gives it a stage",
            )
        return staging.assign(change, there, same, asked)

    return transact(ledger, make)


def _existing(ledger: Ledger, asked: Promoting, now: datetime) -> Promoted:
    """Give a version that is there a stage, or take something back."""
    model, _, version = asked.what.partition("@")
    if not version and not asked.withdraw:
        raise LedgerError(
            f"name the model that {asked.what} becomes a version of",
            hint=f"ledger promote {asked.what} NAME; an existing version: NAME@v1.0.0 --stage STAGE",
        )
    if asked.version is not None or asked.path is not None:
        raise LedgerError("--version and --path apply only to a new version", hint="leave them out")
    if asked.stage is None and not asked.withdraw:
        raise LedgerError(f"say what to do with {asked.what}", hint="--stage STAGE, or --deprecate")

    def make(change: Change) -> Promoted:
        there = known(ledger.git, model, now)
        if not there.tags:
            names = {tag.name.model for tag in tags.read(ledger.git)}
            raise LedgerError(
                f"there is no model {model!r}",
                hint=did_you_mean(model, sorted(names), "ledger models lists them"),
            )
        if asked.withdraw:
            return staging.withdraw(change, there, version or None, asked)
        return staging.assign(change, there, there.named(version), asked)

    return transact(ledger, make)
