"""`ledger verify`: gather from git what proves an experiment's record, and put it to the checks.

Reading only: no command of a pipeline, and none of DVC's, is run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ledger.analysis import checks, findings, verdict_checks
from ledger.analysis.counting import When
from ledger.analysis.findings import CODE, COMMIT, LOST, NUMBERS, RECORDS, VERDICT, Finding
from ledger.dvc.store import store_of
from ledger.errors import LedgerError, NotHere
from ledger.git.entries import Entry
from ledger.git.replaced import replaced
from ledger.model import environment as environments
from ledger.model.experiment import Experiment, Recorded, directory
from ledger.model.formats import front_matter, yaml12
from ledger.model.formats.lockfile import Pinned
from ledger.model.frozen import frozen
from ledger.model.trial import Trial, record_path
from ledger.repo import concluded, plan_history, voided
from ledger.repo.evidence import gather
from ledger.repo.ledger import Ledger
from ledger.repo.proof.checkpoints import lacking
from ledger.repo.proof.dropped import dropped
from ledger.repo.proof.filtered import excused, filtered
from ledger.repo.proof.ordered import Ordered
from ledger.repo.proof.signatures import unsigned
from ledger.repo.proof.tags import ended, held_by_tags
from ledger.repo.proof.tip import tip_findings
from ledger.repo.proof.witness import Trees
from ledger.repo.weighing import weigh
from ledger.report import verdict as report


@frozen
class Proof:
    """What came of one experiment. `trials`: how many records were looked at."""

    experiment: str
    trials: int
    findings: tuple[Finding, ...]

    @property
    def problems(self) -> tuple[Finding, ...]:
        """What cannot be so."""
        return tuple(f for f in self.findings if f.problem)

    @property
    def unproved(self) -> tuple[Finding, ...]:
        """What cannot be proved here."""
        return tuple(f for f in self.findings if not f.problem)


def prove(ledger: Ledger, experiment: Experiment, *, data: bool, signed: bool = False) -> Proof:
    """The proof of one experiment. `data`: read its checkpoints too; `signed`: ask for signatures."""
    prover = _Prover(ledger, experiment)
    findings = prover.findings(data=data)
    if filtered(ledger.git, experiment, prover.commits):
        findings = excused(findings, prover.held.strange)
    found = dict.fromkeys([*findings, *(unsigned(ledger, experiment) if signed else ())])
    return Proof(experiment=experiment.name, trials=len(experiment.trials), findings=tuple(found))


def prove_all(ledger: Ledger, *, data: bool, signed: bool = False) -> tuple[Proof, ...]:
    """The proofs of all experiments, those that cannot be read among them, by name."""
    proofs = []
    unreadable = ledger.unreadable()
    tagged = {ref.split("/")[3] for ref in ledger.git.refs("refs/tags/ledger") if ref.count("/") > 3}
    for name in sorted(ledger.snapshot.sources.keys() | tagged):
        experiment = None if name in unreadable else ledger.find(name)
        if experiment is not None:
            proofs.append(prove(ledger, experiment, data=data, signed=signed))
        elif name in unreadable:
            finding = Finding(check=RECORDS, message=unreadable[name])
            proofs.append(Proof(experiment=name, trials=0, findings=(finding,)))
        elif name in tagged:
            message = f"tags hold its trials, but no branch and not the main one has {directory(name)}/hypothesis.md"
            finding = Finding(check=RECORDS, message=message, problem=name in ledger.snapshot.sources)
            proofs.append(Proof(experiment=name, trials=0, findings=(finding,)))
    return tuple(proofs)


class _Prover:
    """One experiment under proof."""

    def __init__(self, ledger: Ledger, experiment: Experiment) -> None:
        self.ledger = ledger
        self.experiment = experiment
        self.folder = directory(experiment.name)
        self.objects = ledger.git.objects
        self.store = store_of(ledger.git)
        self.trees = Trees(ledger, self.store)
        self.ordered = Ordered(ledger, experiment, self.trees)
        self.files = self._files(experiment.tip)
        self.held = held_by_tags(ledger, experiment.name)
        self.commits = {r.path: c for r in experiment.trials if (c := self._commit(r)) is not None}

    def findings(self, *, data: bool) -> Iterator[Finding]:
        """Everything that was found, in the order of the checks."""
        yield from replaced(self.ledger.git, dict.fromkeys([self.experiment.tip, *self.commits.values()]))
        yield from self._tree()
        yield from self.ordered.begun()
        yield from dropped(self.ledger, self.experiment, self.held, self.files, self.commits.values())
        for record in self.experiment.trials:
            yield from checks.consistent(record.trial)
            yield from self.ordered.trial(record)
            yield from self._trial(record)
            yield from self._environment(record)
        yield from checks.duplicates(r.trial for r in self.experiment.trials)
        yield from self._environments()
        yield from self.ordered.seeds()
        yield from self._verdict()
        yield from tip_findings(self.ledger, self.experiment, self.trees, self.commits)
        if data:
            yield from lacking(self.ledger.git, self.store, self.experiment)

    # --- records

    def _files(self, commit: str) -> dict[str, Entry]:
        """The files in the experiment's folder at a commit, by their path in it."""
        folder = self.objects.at(commit, self.folder)
        return {} if folder is None else self.objects.files(folder.oid)

    def _commit(self, record: Recorded) -> str | None:
        """The trial commit of a record: that which holds its very text, else any that claims the trial."""
        if record.commit is not None:
            return record.commit
        claiming = self.held.commits.get(record.trial.id, ())
        return next((c for c in claiming if self._same(record, c)), claiming[0] if claiming else None)

    def _same(self, record: Recorded, commit: str) -> bool:
        entry = self.files.get(record.path.removeprefix(f"{self.folder}/"))
        held = self.objects.at(commit, record.path)
        return record.commit is not None or (entry is not None and held is not None and entry.oid == held.oid)

    def _tree(self) -> Iterator[Finding]:
        """What lies in the experiment's folder and should not, or cannot be read."""
        said = (*self.experiment.problems, *self.experiment.too_new)
        for problem in said:
            yield Finding(check=RECORDS, trial=_trial_in(problem), message=problem)
        for path, entry in self.files.items():
            message = f"{self.folder}/{path}"
            if (entry.is_link or entry.is_submodule) and not any(text.startswith(f"{message} ") for text in said):
                what = "symbolic link" if entry.is_link else "submodule"
                yield Finding(check=RECORDS, trial=_trial_in(message), message=f"{message} is a {what}")
            elif path.startswith("trials/") and path.endswith(".yaml") and path.count("/") != 2:
                yield Finding(check=RECORDS, message=f"{message} is a record where none is read")

    def _environment(self, record: Recorded) -> Iterator[Finding]:
        trial = record.trial
        if trial.environment is None:
            return
        path = f"environments/{trial.environment}.yaml"
        commit = self.commits.get(record.path)
        held = None if commit is None else self.objects.at(commit, f"{self.folder}/{path}")
        if path not in self.files:
            if record.collected or held is None:
                yield Finding(check=RECORDS, trial=trial.id, message=f"{self.folder}/{path}, which it names, is gone")
        elif held is not None and held.oid != self.files[path].oid:
            message = f"{self.folder}/{path} is not what the trial commit {str(commit)[:10]} holds"
            yield Finding(check=RECORDS, trial=trial.id, message=message)

    def _environments(self) -> Iterator[Finding]:
        for path, entry in self.files.items():
            if not path.startswith("environments/") or not path.endswith(".yaml"):
                continue
            name = path.removeprefix("environments/").removesuffix(".yaml")
            try:
                read = environments.from_mapping(yaml12.loads_untrusted(self.trees.text(entry)))
            except ValueError as error:
                yield Finding(check=RECORDS, message=f"{self.folder}/{path}: {error}")
                continue
            if environments.digest(read) != name:
                message = f"{self.folder}/{path} was changed: its content is not what its name says"
                yield Finding(check=RECORDS, message=message)

    # --- the trials

    def _trial(self, record: Recorded) -> Iterator[Finding]:
        trial, commit = record.trial, self.commits.get(record.path)
        if trial.reused is not None:
            yield from self._reused(record)
        if commit is None:
            if trial.reused is None:
                yield self._lost(record)
            return
        if self.objects.read(f"{trial.code}^{{commit}}") is None:
            if self.objects.parents(commit) != (trial.code,):
                message = f"{record.path}: `code` is {trial.code[:10]}, which is not the trial commit's parent"
                yield Finding(check=COMMIT, trial=trial.id, message=message)
            if not self._same(record, commit):
                message = f"{record.path} is not the record that the trial commit {commit[:10]} holds"
                yield Finding(check=COMMIT, trial=trial.id, message=message)
            message = f"its code {trial.code[:10]} is not in this clone (git fetch --unshallow, or --tags)"
            yield Finding(check=CODE, trial=trial.id, message=message, problem=False)
            return
        try:
            witness = self.trees.witness(self.experiment, record, commit, same_record=self._same(record, commit))
        except LedgerError as error:
            if not self._same(record, commit):
                message = f"{record.path} is not the record that the trial commit {commit[:10]} holds"
                yield Finding(check=COMMIT, trial=trial.id, message=message)
            without = not self.ledger.code.has_pipeline(trial.code)
            yield Finding(check=CODE, trial=trial.id, message=error.message, problem=without)
            return
        yield from checks.committed(witness)
        if trial.succeeded:
            yield from checks.traced(witness)
        yield from checks.numbers(witness)

    def _lost(self, record: Recorded) -> Finding:
        """A record without its trial commit: lost with its tag, or never run."""
        trial = record.trial
        for tag in self.held.runs:
            # a run collects all that has ended, so this trial would be among those of the run
            if tag.last is None or trial.by_hand:
                continue
            if ended(trial) <= tag.last and not self._had(tag.commit, record.path):
                message = f"{record.path} came without a trial: the run {tag.name}, which ended later, did not know it"
                return Finding(check=RECORDS, trial=trial.id, message=message)
        if self.held.commits:
            commit, subject = self._added(record.path)
            if commit is not None and not subject.startswith("run: ") and not self._adds_trials(commit):
                message = f"{record.path} came without a trial, in the commit {commit[:10]} ({subject})"
                return Finding(check=RECORDS, trial=trial.id, message=message)
        message = f"{record.path}: no tag here holds its trial commit (git fetch --tags), so its numbers are unproved"
        return Finding(check=LOST, trial=trial.id, message=message, problem=False)

    def _had(self, commit: str, path: str) -> bool:
        return self.objects.at(commit, path) is not None

    def _added(self, path: str) -> tuple[str | None, str]:
        """The commit that brought a file onto the branch, with the first line of its message."""
        arguments = ("--diff-filter=A", "--no-renames", "--format=%H %s", self.experiment.tip)
        lines = self.ledger.git.text("log", *arguments, "--", path).splitlines()
        commit, _, subject = (lines[-1] if lines else "").partition(" ")
        return commit or None, subject

    def _adds_trials(self, commit: str) -> bool:
        """Whether a commit brings records of trials whose commits are held, as one that lands an experiment does."""
        parents = self.objects.parents(commit)
        before = self._files(parents[0]) if parents else {}
        after = self._files(commit)
        added = after.keys() - before.keys()
        return any(path.removeprefix(f"{self.folder}/") in added for path in self.commits)

    def _reused(self, record: Recorded) -> Iterator[Finding]:
        """A record that repeats another experiment's: the other must be there, and say the same."""
        trial, found = record.trial, voided.source(self.ledger, record)
        if found is None:
            message = f"{_path(trial)} repeats {trial.reused}, which is not here"
            yield Finding(check=LOST, trial=trial.id, message=message, problem=False)
            return
        source = found.trial
        if found.void is not None and record.void is None:
            message = f"it repeats {trial.reused} and counts, where that was {found.void}"
            yield Finding(check=RECORDS, trial=trial.id, message=message, problem=False)
        for key in ("fingerprint", "point", "code", "metrics", "params", "data", "outs"):
            if not findings.same(_plain(getattr(trial, key)), _plain(getattr(source, key))):
                message = f"{_path(trial)}: `{key}` is not that of {trial.reused}, which it repeats"
                yield Finding(check=NUMBERS, trial=trial.id, message=message)

    # --- the verdict

    def _verdict(self) -> Iterator[Finding]:
        file = f"{self.folder}/verdict.md"
        if self.experiment.verdict is None:
            return
        # what has been recorded and amended since makes it old, and not false
        experiment = concluded.as_concluded(self.ledger, self.experiment)
        assert experiment.verdict is not None
        try:
            verdict = weigh(self.ledger, experiment)
        except LedgerError as error:
            message = f"{file} cannot be computed again: {error.message}"
            yield Finding(check=VERDICT, message=message, problem=not isinstance(error, NotHere))
            return
        yield from verdict_checks.judged(experiment.verdict, verdict, file)
        stored = self.trees.text(self.files["verdict.md"])
        _, body = front_matter.split(stored)
        heading = body.strip().partition("\n")[0]
        outcome = experiment.verdict.outcome
        if heading != f"## Verdict: {outcome}":
            message = f"{file}: the text begins with {heading!r}, the outcome is {outcome}"
            yield Finding(check=VERDICT, message=message)
        said = report.interpretation_of(stored)
        arms = gather(self.ledger, experiment, When.JUDGED).arms
        if body != report.body(verdict, experiment, arms, self.ledger.settings, said):
            message = f"{file}: the text is not what the front matter gives, so the front matter alone is proved"
            yield Finding(check=VERDICT, message=message, problem=False)
        outdated = concluded.outdated(self.ledger, self.experiment)
        if outdated is not None:
            # what has landed or was put away is no longer changed by anybody honest; what it rests on may be voided
            settled = self.experiment.branch is None
            changed = settled and concluded.own_change(self.ledger, self.experiment) is not None
            message = f"{file} is out of date: {outdated}{'' if settled else ' (ledger conclude)'}"
            yield Finding(check=VERDICT, message=message, problem=changed)
        if plan_history.stored_alone(self.ledger, experiment):
            message = f"{file}: `amendments` and `looks` follow from the branch's history, which is not here as it was"
            yield Finding(check=VERDICT, message=message, problem=False)


_TRIAL = re.compile(r"/trials/([^/\s]+/[^/\s]+)\.yaml")


def _trial_in(message: str) -> str | None:
    """The trial that a message names by its file."""
    found = _TRIAL.search(message)
    return None if found is None else found[1]


def _path(trial: Trial) -> str:
    return record_path(directory(trial.experiment), trial)


def _plain(value: object) -> object:
    """Hashes as mappings, all else as it is."""
    if isinstance(value, Mapping):
        return {key: item.to_mapping() if isinstance(item, Pinned) else item for key, item in value.items()}
    return value
