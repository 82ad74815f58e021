"""What a plan may ask of data: arms whose data cannot be had are refused, and those whose data no stage would read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ledger.dvc import config
from ledger.errors import LedgerError
from ledger.git.git import Git
from ledger.model.data_change import DataChange, Grouping
from ledger.model.experiment import Experiment
from ledger.model.listing import listed
from ledger.model.near_misses import did_you_mean
from ledger.model.pipeline import Pipeline, inside
from ledger.model.plan import BASE, Plan, Variant
from ledger.repo.asked_arms import data_paths, is_data
from ledger.repo.code import Code
from ledger.repo.ledger import Ledger


def resolved(git: Git, given: Variant, groups: Mapping[str, Grouping]) -> Variant:
    """The arm with its data at full ids of commits, and with additions named by them. Raises LedgerError."""
    return replace(
        given,
        data={
            path: _resolved(git, f"--variant {given.name}, {path}", path, change, groups.get(path))
            for path, change in given.data.items()
        },
    )


def _resolved(git: Git, where: str, path: str, change: DataChange, grouping: Grouping | None) -> DataChange:
    at = change.at if change.at is None else git.commit(change.at)
    if at is None and change.at not in (None, BASE):
        raise LedgerError(
            f"{where}: {change.at} is not a commit here", hint="git log --all, git tag; git fetch may bring it"
        )
    if grouping is not None and not grouping.is_addition:
        return replace(change, at=at or change.at)

    def addition(name: str) -> str:
        found = git.commit(name)
        if found is None and grouping is None:
            raise LedgerError(
                f"{where}: {name} is not a commit, and no groups are declared",
                hint=f"--group '{path}={{site}}/**' for folders, --group {path}=TABLE:FILE:GROUP for a table",
            )
        return found or name

    return replace(
        change,
        at=at or change.at,
        without=tuple(map(addition, change.without)),
        only=tuple(map(addition, change.only)),
    )


def check(ledger: Ledger, code: Code, plan: Plan) -> None:
    """Raise LedgerError where an arm asks for data that there is not, that is not here, or that no stage reads.

    `code` is what arms run that are at no other commit. Lists of files are fetched where they are needed.
    """
    strange = [path for path in plan.groups if not is_data(code, path)]
    if strange:
        raise LedgerError(
            f"groups of {strange[0]} are declared, and neither git nor DVC holds it",
            hint=did_you_mean(strange[0], data_paths(code), "--group 'data/raw={site}/**'"),
        )
    for variant in plan.variants:
        changes = plan.data_of(variant, plan.replicates.points()[0])
        if variant.experiment is not None or not changes:
            continue
        fixed = plan.commit_of(variant)
        own = code if fixed is None or variant.at == BASE else ledger.code.at(fixed)
        try:
            _refuse_two_samples(plan, variant)
            _check(ledger, own, plan, changes)
        except LedgerError as error:
            raise LedgerError(f"the variant {variant.name}: {error.message}", hint=error.hint) from None


def bring(ledger: Ledger, experiment: Experiment) -> None:
    """Fetch the lists of files that arms are computed from, where they are in no cache here. Raises LedgerError."""
    plan = experiment.plan
    for variant in plan.variants:
        changes = plan.data_of(variant, plan.replicates.points()[0])
        # an older state is laid out as any data are
        if variant.experiment is None and any(one.groups or one.keep is not None for one in changes.values()):
            code = ledger.code.at(plan.commit_of(variant) or experiment.tip)
            ledger.datasets.bring(code, changes, plan.groups, base=plan.base)


def _refuse_two_samples(plan: Plan, variant: Variant) -> None:
    twice = [path for path, change in variant.data.items() if path in plan.replicates.samples and change.keep]
    if twice:
        raise LedgerError(
            f"every replicate draws a sample of {twice[0]}, and so does the arm", hint="choose one of the two"
        )


def _check(ledger: Ledger, code: Code, plan: Plan, changes: Mapping[str, DataChange]) -> None:
    for path in changes:
        require_read(code.pipeline, path)
    ledger.datasets.bring(code, changes, plan.groups, base=plan.base)
    ledger.datasets.applied(code, changes, plan.groups, base=plan.base)
    if all(place is not None and place.is_dir() for _, place in config.remotes(ledger.git)):
        # what a remote elsewhere holds is known when it is fetched
        _require_here(ledger, code, plan, changes)


def _require_here(ledger: Ledger, code: Code, plan: Plan, changes: Mapping[str, DataChange]) -> None:
    """Refuse data of which files are in no cache, beside those that the code itself has. Raises LedgerError."""
    found, store = ledger.datasets, ledger.datasets.store
    for path, change in changes.items():
        older = change.at is not None or (change.groups and plan.grouping(path).is_addition)
        if path not in code.data or not older:
            # a part of what the code has
            continue
        files = found.files(code, path, change, plan.grouping(path), base=plan.base)
        own = store.members(path, code.data[path].md5 or "")
        other = {name: md5 for name, md5 in files.items() if own.get(f"{path}/{name}") != md5}
        lacking = [name for name, md5 in other.items() if store.lacks(md5)]
        if lacking:
            where = "" if change.at is None else f" as of {change.at[:10]}"
            raise LedgerError(
                f"{path}{where}: {listed(lacking, 3)} {'is' if len(lacking) == 1 else 'are'} in no cache and no remote",
                hint="dvc fetch --all-commits, where a remote has them; dvc remote list",
            )


def require_read(pipeline: Pipeline, path: str) -> None:
    """Refuse data that no stage depends on: its change would make no difference. Raises LedgerError."""
    dependencies = [each for stage in pipeline.stages if not stage.frozen for each in stage.dependencies]
    if not any(inside(each, path) or inside(path, each) for each in dependencies):
        raise LedgerError(
            f"no stage depends on {path}: DVC would not run anything again when it changes",
            hint="list it in dvc.yaml under `deps:` of the stage that reads it",
        )
