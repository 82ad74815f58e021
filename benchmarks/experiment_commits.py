"""Writing experiments as commits, with the refs that hold them: what `ledger` leaves of one, of every kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from fast_import import FastImport, Name
from made_up import (
    PIPELINE,
    Made,
    curve_texts,
    fingerprint_of,
    hypothesis_of,
    label_of,
    lock_text,
    metrics_text,
    params_text,
    plan_of,
    trial_of,
    verdict_of,
)

from ledger.dvc.resolve import resolve
from ledger.model import environment as environments
from ledger.model import hypothesis as hypotheses
from ledger.model import trial_file
from ledger.model.environment import Environment
from ledger.model.experiment import directory
from ledger.model.formats import yaml12
from ledger.model.pipeline import Pipeline
from ledger.model.trial import Trial, record_path
from ledger.report.numbers import spread
from ledger.stats.summary import summarise

LANDED_AND_GONE: Final = "landed, its branch deleted"
LANDED: Final = "landed"
ARCHIVED: Final = "archived"
REMOTE: Final = "only on a remote"
SHARED: Final = "here and on a remote"
PENDING: Final = "with trials that are not collected"
FAILING: Final = "with a trial that failed"
EXPLORATORY: Final = "exploratory"
CONCLUDED: Final = "concluded"
RECORDED: Final = "recorded"

# by the last digits of the number; half of them have a verdict
KINDS: Final = (
    LANDED_AND_GONE, LANDED, ARCHIVED, REMOTE, SHARED, PENDING, FAILING, EXPLORATORY, CONCLUDED, RECORDED,
    CONCLUDED, RECORDED, CONCLUDED, RECORDED, CONCLUDED, RECORDED, CONCLUDED, RECORDED, CONCLUDED, RECORDED,
)  # fmt: skip

_WITH_VERDICT: Final = (LANDED_AND_GONE, LANDED, ARCHIVED, SHARED, CONCLUDED)

#: The branch of what has none in the end, to be deleted when all is written.
SCRATCH: Final = "refs/ledger/made-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """An experiment that is in the repository. `speaks`: the ref or commit from which it is read.

    `tip` is a mark of the import, or a commit; `paths` are its files there by their path, `uncollected` the refs of
    the trials that are not there yet, by the path of the record.
    """

    made: Made
    kind: str
    speaks: str
    tip: Name
    outcome: str | None
    paths: Mapping[str, Name]
    uncollected: Mapping[str, str]

    @property
    def name(self) -> str:
        """The experiment's name."""
        return self.made.name

    @property
    def revisions(self) -> tuple[str, ...]:
        """Every file of it as `revision:path`."""
        held = (f"{self.speaks}:{path}" for path in self.paths)
        return (*held, *(f"{ref}:{path}" for path, ref in self.uncollected.items()))


@dataclass(slots=True, kw_only=True)
class Writer:
    """Writes experiments one after another into a stream."""

    stream: FastImport
    steps: int = 0
    pipeline: Pipeline = field(default_factory=lambda: resolve({"dvc.yaml": PIPELINE.encode()}, folder=""))
    environments: dict[str, Name] = field(default_factory=dict)

    def write(self, made: Made, kind: str, base: Name) -> Written:
        """Write an experiment that is forked from `base`, with all its refs but what lands it."""
        return _One(self, made, kind, base).write()

    def tip_tag(self, made: Made, tip: Name, when: datetime) -> None:
        """The tag that keeps a branch's tip, as landing and archiving make it."""
        name = f"ledger/{made.name}/{self.stream.id(tip)[:10]}"
        self.stream.tag(name, tip, f"tip of {made.name}\n", author=made.author, when=when)

    def environment(self, environment: Environment) -> Name:
        """The blob of an environment, which many experiments have."""
        digest = environments.digest(environment)
        if digest not in self.environments:
            self.environments[digest] = self.stream.blob(yaml12.dumps(environments.to_mapping(environment)))
        return self.environments[digest]


class _One:
    """The commits of one experiment."""

    def __init__(self, writer: Writer, made: Made, kind: str, base: Name) -> None:
        self.writer, self.stream, self.made, self.kind, self.base = writer, writer.stream, made, kind, base
        self.folder = directory(made.name)
        self.branch = {
            LANDED_AND_GONE: SCRATCH,
            ARCHIVED: SCRATCH,
            REMOTE: f"refs/remotes/origin/exp/{made.name}",
        }.get(kind, f"refs/heads/exp/{made.name}")
        self.environment = writer.environment(made.environment)
        self.fingerprint = fingerprint_of(writer.pipeline, made.params)
        self.paths: dict[str, Name] = {}
        self.uncollected: dict[str, str] = {}
        self.results: dict[int, dict[str, Name]] = {}

    def write(self) -> Written:
        """Write it whole."""
        base = self.stream.id(self.base)
        plan = plan_of(self.made, base)
        hypothesis = hypothesis_of(self.made, plan)
        text = hypotheses.render(hypothesis)
        own = {f"{self.folder}/hypothesis.md": self.stream.blob(text)}
        code = self._commit(
            f"new: {plan.title}\n\n" + "\n".join(f"predicts {p}" for p in plan.predictions),
            self.base,
            {**own, "params.yaml": self._results(0)["params.yaml"]},
            minute=0,
        )
        self.paths |= own
        trials = [self._trial(seed, code) for seed in range(self.made.trials)]
        collected = trials[: max(1, len(trials) - 2)] if self.kind == PENDING else trials
        tip = self._run(code, collected)
        for trial, commit in trials[len(collected) :]:
            path, _ = self._record_paths(trial)
            self.uncollected[path] = f"refs/ledger/trials/{self.made.name}/{trial.id}"
            self.stream.ref(self.uncollected[path], commit)
            del self.paths[path]
        if self.made.number % 10 == 8:
            tip = self._note(tip)
        outcome = None
        if self.kind in _WITH_VERDICT:
            verdict, text = verdict_of(hypothesis, [trial for trial, _ in trials])
            outcome = verdict.outcome
            said = f"verdict: {outcome}, accuracy\n\nLedger-Outcome: {outcome}"
            own = {f"{self.folder}/verdict.md": self.stream.blob(text)}
            tip = self._commit(said, tip, own, minute=35)
            self.paths |= own
        return self._named(tip, outcome)

    def _named(self, tip: Name, outcome: str | None) -> Written:
        """The experiment with the refs that hold it in place."""
        when = self.made.created + timedelta(minutes=37)
        speaks = self.branch
        if self.branch != SCRATCH:
            # the branch was used for the trial commits too
            self.stream.ref(self.branch, tip)
        if self.kind == SHARED:
            self.stream.ref(f"refs/remotes/origin/exp/{self.made.name}", tip)
        if self.kind == ARCHIVED:
            self.writer.tip_tag(self.made, tip, when)
            speaks = f"refs/tags/ledger/{self.made.name}/{self.stream.id(tip)[:10]}"
        if self.kind == LANDED_AND_GONE:
            speaks = "refs/heads/main"
        return Written(
            made=self.made,
            kind=self.kind,
            speaks=speaks,
            tip=tip,
            outcome=outcome,
            paths=self.paths,
            uncollected=self.uncollected,
        )

    def _trial(self, seed: int, code: Name) -> tuple[Trial, Name]:
        made = self.made
        trial = trial_of(
            made,
            seed,
            code=self.stream.id(code),
            fingerprint=self.fingerprint,
        )
        record, environment = self._record_paths(trial)
        self.paths[record] = self.stream.blob(trial_file.dumps(trial))
        self.paths[environment] = self.environment
        files = {path: self.paths[path] for path in (record, environment)}
        if trial.succeeded:
            files |= self._results(seed)
        trailers = [
            f"Ledger-Trial: {trial.id}",
            f"Ledger-Variant: {trial.variant}",
            *(f"Ledger-Replicate: {axis}={value}" for axis, value in trial.point),
            f"Ledger-Status: {trial.status}",
            *(f"Ledger-Metric: {name}={value!r}" for name, value in trial.metrics.items()),
        ]
        said = f"trial: {label_of(trial)}\n\n" + "\n".join(trailers)
        return trial, self._commit(said, code, files, minute=5 + 25 * (seed + 1) / made.trials)

    def _run(self, code: Name, trials: list[tuple[Trial, Name]]) -> Name:
        """The run commit on the branch, and the merge of the trial commits under its tag."""
        made, good = self.made, [trial for trial, _ in trials if trial.succeeded]
        first = next((trial, commit) for trial, commit in trials if trial.succeeded)
        # the canonical trial's commit is the first parent, so that its results are in the tree already
        own = {path: self.paths[path] for trial, _ in trials for path in self._record_paths(trial)}
        commits = [first[1], *(commit for _, commit in trials if commit != first[1])]
        merge = self._commit(f"trials of {made.name}", commits, own, minute=31)
        tag = f"ledger/{made.name}/{self.stream.id(merge)[:10]}"
        when = made.created + timedelta(minutes=31)
        self.stream.tag(tag, merge, f"trials of {made.name}: {len(trials)} treatment\n", author=made.author, when=when)
        metric = spread(summarise(trial.metrics["accuracy"] for trial in good))
        said = f"run: treatment x{len(trials)}, accuracy {metric}\n\n" + "\n".join(label_of(t) for t, _ in trials)
        return self._commit(said, code, own | self._results(trials.index(first)), minute=31)

    def _note(self, tip: Name) -> Name:
        made = self.made
        at, author = made.created + timedelta(minutes=33), made.author.partition(" <")[0]
        text = f"## {at:%Y-%m-%d %H:%M} {author}\n\nThe curve of {made.name} was still rising at its end.\n"
        own = {f"{self.folder}/notes.md": self.stream.blob(text)}
        self.paths |= own
        return self._commit(f"note: the curve of {made.name} was still rising at its end.", tip, own, minute=33)

    # --- files and commits

    def _record_paths(self, trial: Trial) -> tuple[str, str]:
        return record_path(self.folder, trial), f"{self.folder}/environments/{trial.environment}.yaml"

    def _results(self, seed: int) -> dict[str, Name]:
        """What a trial wrote for git."""
        if seed not in self.results:
            texts = {
                "params.yaml": params_text(self.made.params, seed),
                "dvc.lock": lock_text(self.made, seed, self.writer.steps),
                "metrics.json": metrics_text(self.made.metrics[seed]),
                **curve_texts(self.made, seed, self.writer.steps),
            }
            self.results[seed] = {path: self.stream.blob(text) for path, text in texts.items()}
        return self.results[seed]

    def _commit(self, said: str, parents: Name | list[Name], files: Mapping[str, Name], *, minute: float) -> Name:
        return self.stream.commit(
            self.branch,
            f"{said.rstrip()}\n" + ("" if "\nLedger-" in said else "\n") + f"Ledger-Experiment: {self.made.name}\n",
            author=self.made.author,
            when=self.made.created + timedelta(minutes=minute),
            parents=[parents] if isinstance(parents, str) else parents,
            files=files,
        )
