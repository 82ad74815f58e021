"""What would run here and is not trusted, for whoever is to decide: read from git, nothing of it is run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import ndiff

from ledger.errors import FormatError, LedgerError
from ledger.git.entries import EMPTY_TREE
from ledger.git.git import Git
from ledger.git.three_way import merge_base
from ledger.machine.trust_store import TrustedState
from ledger.model import settings as settings_file
from ledger.model.experiment import Experiment
from ledger.model.trust import DvcSetting, Foreign, ForeignState, StageCommand
from ledger.repo.canonical import at_point
from ledger.repo.code import Code
from ledger.repo.code_reader import CodeReader
from ledger.repo.ledger import Ledger
from ledger.repo.targets import Target
from ledger.repo.trust.changed import changed_files
from ledger.repo.trust.require import arms_of, origin_of

# an arm whose replicates are named by words may fill in other commands at each; so many are looked at
_MOST = 50


def foreign(ledger: Ledger, target: Target) -> Foreign:
    """What of an experiment, or of a revision, is not trusted. Raises LedgerError where it has no pipeline."""
    commits = states_of(ledger.git, target)
    name = name_of(target)
    lacking = ledger.trust.lacking(commits)
    by_digest: dict[str, list[str]] = {}
    for commit in lacking:
        by_digest.setdefault(ledger.trust.digest(commit), []).append(commit)
    tip = next(iter(commits))
    earlier = _earlier(ledger, name)
    states = []
    for digest, same in by_digest.items():
        runs = tuple(dict.fromkeys(run for commit in same for run in commits[commit]))
        # beside the branch what differs from it is enough
        beside = tip if same[0] != tip and tip in lacking else None
        states.append(_state(ledger, target.experiment, same[0], digest, runs, beside=beside, earlier=earlier))
    return Foreign(
        name=name,
        origin=origin_of(ledger, tip),
        states=tuple(states),
        copies=_copies(ledger.git, tip) if states else (),
        since=None if earlier is None else earlier.when,
    )


def name_of(target: Target) -> str:
    """What is trusted is kept under this name: the experiment's, else the revision's id."""
    return target.experiment.name if target.experiment is not None else target.commit or target.text


def states_of(git: Git, target: Target) -> dict[str, list[str]]:
    """The commits that would run of an experiment or revision, the tip first, with the arms and trials of each."""
    experiment = target.experiment
    if experiment is None:
        return {} if target.commit is None else {target.commit: []}
    found = arms_of(git, experiment)
    for record in experiment.trials:
        code = record.trial.code
        if code in found or git.commit(code) == code:
            found.setdefault(code, []).append(record.trial.id)
    return found


def _earlier(ledger: Ledger, name: str) -> TrustedState | None:
    """The state of it that was trusted last and is still here to be compared with."""
    known = ledger.trust.store.latest(name)
    return next((one for one in known if ledger.git.commit(one.commit) == one.commit), None)


def _state(
    ledger: Ledger,
    experiment: Experiment | None,
    commit: str,
    digest: str,
    runs: tuple[str, ...],
    *,
    beside: str | None,
    earlier: TrustedState | None,
) -> ForeignState:
    against, base = _against(ledger, commit, beside, earlier)
    files = changed_files(ledger.git, base or EMPTY_TREE, commit)
    return ForeignState(
        commit=commit,
        digest=digest,
        runs=runs,
        against=against,
        against_commit=base,
        stages=tuple(_stages(ledger, experiment, commit)),
        settings=tuple(_settings(ledger.git, base, commit, [file.path for file in files])),
        files=files,
    )


def _against(ledger: Ledger, commit: str, beside: str | None, earlier: TrustedState | None) -> tuple[str, str | None]:
    if beside is not None:
        return "the branch", beside
    if earlier is not None:
        return "what was trusted", earlier.commit
    main = ledger.trust.bases.main
    base = None if main is None else merge_base(ledger.git, main, commit)
    return (main or "").removeprefix("refs/heads/").removeprefix("refs/remotes/") if base else "nothing", base


def _copies(git: Git, commit: str) -> tuple[str, ...]:
    text = git.objects.text(commit, settings_file.FILE)
    try:
        return () if text is None else tuple(settings_file.parse(text).copy)
    except (FormatError, LedgerError):
        return ()


# --- commands


def _stages(ledger: Ledger, experiment: Experiment | None, commit: str) -> Iterator[StageCommand]:
    """The commands of the code, then those that an arm fills in otherwise."""
    # whatever `targets` the ledger.yaml that is checked out may name
    reader = ledger.reader(replace(ledger.settings, targets=()))
    code = reader.at(commit)
    common = {stage.name: stage.command for stage in code.pipeline.stages}
    yield from (StageCommand(stage=s.name, folder=s.wdir, command=s.command) for s in code.pipeline.stages)
    seen: set[tuple[str, str, str]] = set()
    for arm, texts in _fillings(reader, experiment, code):
        for stage in reader.resolve(code, texts).stages:
            key = (arm, stage.name, stage.command)
            if common.get(stage.name) != stage.command and key not in seen:
                seen.add(key)
                yield StageCommand(stage=stage.name, folder=stage.wdir, command=stage.command, arm=arm)


def _fillings(reader: CodeReader, experiment: Experiment | None, code: Code) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The parameter files of the arms that run the commit; at each point where replicates are named by words."""
    if experiment is None:
        return
    plan = experiment.plan
    points = plan.replicates.points()
    worded = any(isinstance(value, str) for point in points for _, value in point)
    for variant in plan.variants:
        if variant.experiment is not None or (plan.commit_of(variant) or experiment.tip) != code.commit:
            continue
        arm = reader.arm(code, variant.params, plan.replicates.parameters)
        for point in points[: _MOST if worded else 1]:
            yield variant.name, at_point(arm, point)


# --- DVC's configuration


def _settings(git: Git, base: str | None, commit: str, changed: Sequence[str]) -> Iterator[DvcSetting]:
    for path in changed:
        if not f"/{path}".endswith(("/.dvc/config", "/.dvc/config.local")):
            continue
        texts = ("" if at is None else git.objects.text(at, path) or "" for at in (base, commit))
        before, now = (text.splitlines() for text in texts)
        for line in ndiff(before, now):
            if line[:2] in ("+ ", "- ") and line[2:].strip():
                yield DvcSetting(path=path, line=line[2:].strip(), added=line[0] == "+")
