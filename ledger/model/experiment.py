"""An experiment as it stands in the repository: the hypothesis with all the trials that are recorded."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import field, replace

from ledger.model import aliases as names
from ledger.model.aliases import Aliases
from ledger.model.frozen import frozen
from ledger.model.hypothesis import Hypothesis
from ledger.model.parameters import renamed
from ledger.model.plan import Plan, Variant
from ledger.model.replicates import Point
from ledger.model.trial import Trial
from ledger.model.tune_finding import TuneFinding
from ledger.model.verdict import Verdict, stated
from ledger.model.void import VOIDED, Void

DIRECTORY = "experiments"

# what an experiment can be, in the order of its life
PLANNED = "planned"
RUNNING = "running"
RECORDED = "recorded"
CONCLUDED = "concluded"
LANDED = "landed"
ARCHIVED = "archived"
DELETED = "no branch here"
STATUSES = (PLANNED, RUNNING, RECORDED, CONCLUDED, LANDED, ARCHIVED, DELETED)


def at_present(status: str, *, running: bool) -> str:
    """The status that follows from the records, or `running` where a run is running what is not decided yet."""
    return RUNNING if running and status in (PLANNED, RECORDED) else status


def directory(name: str) -> str:
    """The experiment's folder, relative to the git root."""
    return f"{DIRECTORY}/{name}"


@frozen
class Recorded:
    """A trial with the place of its record. `commit`: its trial commit, where the record is not on the branch yet.

    `written`: the id that the record's own text gives it, where a trial of another clone has that name: the file alone
    says which attempt this one is, so that its text stays what the trial commit holds.
    `void` says who has voided it and why, None where nobody has. `aliases` are the names by which its metrics are read,
    `joined` those of metrics that other trials of the experiment have under another name, because files came or went
    that hold the same key. The trial itself is what the file holds, but for the attempt of one that is `written` so.
    """

    trial: Trial
    path: str
    commit: str | None = None
    void: Void | None = None
    aliases: Aliases = names.NONE
    joined: Mapping[str, str] = field(default_factory=dict)
    written: str | None = None

    @property
    def own_id(self) -> str:
        """The trial's id in its own commit."""
        return self.written or self.trial.id

    @property
    def own_path(self) -> str:
        """Where its own commit has the record."""
        return f"{directory(self.trial.experiment)}/trials/{self.own_id}.yaml"

    @property
    def metrics(self) -> Mapping[str, float]:
        """Its metrics by their present names."""
        measured = self.trial.metrics
        return self.aliases.read(renamed(measured, self.joined) if self.joined else measured)

    @property
    def unclear(self) -> str | None:
        """What is wrong with names that it has for one metric with different values, None where nothing is."""
        groups = self.aliases.unclear(self.trial.metrics)
        if not groups:
            return None
        said = "; ".join(" and ".join(group) for group in groups)
        return f"it has {said} with different values, which ledger.yaml calls one metric"

    @property
    def collected(self) -> bool:
        """Whether the record is on the branch."""
        return self.commit is None

    @property
    def valid(self) -> bool:
        """Whether it has a result that may count: it succeeded, and was not voided."""
        return self.trial.succeeded and self.void is None

    @property
    def status(self) -> str:
        """How the trial ended, or that it was voided."""
        return self.trial.status if self.void is None else VOIDED


@frozen
class Unread:
    """A file that was skipped, and what is wrong with it, as it continues from the path."""

    path: str
    said: str

    def __str__(self) -> str:
        # a line break in a file's name would let it write a line of its own
        return f"{self.path if self.path.isprintable() else json.dumps(self.path)}{self.said}"


@frozen
class Experiment:
    """One question. `branch` is the full ref that speaks for it, None where it has landed or is archived only,
    or its branch was deleted or never fetched.

    `tip` is the commit that was read; `problems` say which files could not be read and were skipped, `too_new`
    which records are of a newer schema and were skipped too. `archived`: it was put away under a tag, without
    having landed. `running`: a run of it is at work in this repository. `aliases`: the names by which its metrics are
    read. `interpretation`: what its author makes of the verdict, as markdown.
    """

    name: str
    branch: str | None
    tip: str
    hypothesis: Hypothesis
    trials: tuple[Recorded, ...]
    notes: str
    verdict: Verdict | None
    landed: bool
    problems: tuple[Unread, ...]
    archived: bool = False
    too_new: tuple[Unread, ...] = ()
    running: bool = False
    aliases: Aliases = names.NONE
    interpretation: str = ""

    def named(self, aliases: Aliases) -> Experiment:
        """The same with its metrics read by these names."""
        if aliases == self.aliases:
            return self
        return replace(self, aliases=aliases, trials=tuple(replace(r, aliases=aliases) for r in self.trials))

    @property
    def passed_over(self) -> tuple[Unread, ...]:
        """The problems, and the records of which a metric is skipped since it is two."""
        if not self.aliases:
            return self.problems
        unclear = ((r.path, r.unclear) for r in self.trials)
        return (*self.problems, *(Unread(path=path, said=f": {said}") for path, said in unclear if said is not None))

    @property
    def predicted(self) -> tuple[str, ...]:
        """The metrics that it is about, predicted or searched for, by their present names in the plan's order."""
        return tuple(dict.fromkeys(map(self.aliases.now, self.plan.metrics)))

    @property
    def plan(self) -> Plan:
        """What was fixed before the first trial."""
        return self.hypothesis.plan

    @property
    def leading(self) -> str:
        """The arm that stands for it where none is named: the plan's, of a search for the best parameters the best."""
        search = self.plan.tunes
        if search is None:
            return self.plan.leading
        if self.verdict is not None and isinstance(self.verdict.finding, TuneFinding) and self.verdict.finding.best:
            return self.verdict.finding.best
        # imported late: few plans are of this kind
        from ledger.model.tune_search import leader

        metric = self.aliases.now(search.metric)
        values: dict[str, list[float]] = {}
        for record in self.trials:
            value = record.metrics.get(metric, math.nan)
            if record.valid and math.isfinite(value) and search.configuration(record.trial.variant) is not None:
                values.setdefault(record.trial.variant, []).append(value)
        best = leader(values, len(self.plan.replicates.points()), search.better)
        return best or next((record.trial.variant for record in self.trials), self.plan.leading)

    @property
    def tried_or_declared(self) -> tuple[Variant, ...]:
        """The arms of the plan; of a search those that it has tried, since it has many of which nothing is asked."""
        if self.plan.search is None:
            return self.plan.variants
        names = dict.fromkeys([*(v.name for v in self.plan.variants), *(r.trial.variant for r in self.trials)])
        tried = {r.trial.variant for r in self.trials}
        found = (self.plan.variant(name) for name in names if name in tried)
        return tuple(variant for variant in found if variant is not None)

    @property
    def outcome(self) -> str | None:
        """The verdict's outcome, None before there is one, and where it is about other predictions than the plan's."""
        if self.verdict is None or self.overtaken:
            return None
        return self.verdict.outcome or None

    @property
    def confirmatory(self) -> bool | None:
        """Whether its outcome is confirmatory, None where there is none, or where the verdict does not say."""
        return None if self.verdict is None or self.outcome is None else self.verdict.confirmatory

    @property
    def found(self) -> str | None:
        """What a search has found, as its verdict has it, in a word or two."""
        return None if self.verdict is None or self.verdict.finding is None else self.verdict.finding.stated

    @property
    def state(self) -> str:
        """The outcome for people, of a search its answer, and before there is one how far it has come."""
        if self.found is not None:
            return self.found
        return self.status if self.outcome is None else stated(self.outcome, self.confirmatory)

    @property
    def overtaken(self) -> bool:
        """Whether the predictions have been changed since the verdict."""
        if self.verdict is None:
            return False
        return [one.text for one in self.verdict.predictions] != [str(one) for one in self.plan.predictions]

    @property
    def status(self) -> str:
        """How far it has come: by its records, and by whether a run is in progress."""
        if self.landed:
            return LANDED
        if self.archived:
            return ARCHIVED
        if self.deleted:
            return DELETED
        if self.verdict is not None and not self.overtaken:
            return CONCLUDED
        return at_present(RECORDED if self.trials else PLANNED, running=self.running)

    @property
    def deleted(self) -> bool:
        """Whether its branch is not here, without having landed or been put away: the tags of its trials speak for it.

        It was deleted, or a clone of some branches alone never fetched it.
        """
        return self.branch is None and not self.landed and not self.archived

    @property
    def branch_name(self) -> str:
        """The short name of its branch; its own name where it has none."""
        return (self.branch or self.name).removeprefix("refs/heads/").removeprefix("refs/remotes/")

    def without_branch(self, prefix: str) -> tuple[str, str]:
        """Why it has no branch here to write on, and what to type; experiments' branches begin with `prefix`."""
        if self.branch is not None:
            return f"{self.name} has no branch here, only on a remote", f"git switch {prefix}{self.name}"
        if self.archived:
            return f"{self.name} is archived", f"ledger archive {self.name} --undo brings its branch back"
        if self.deleted:
            return f"the branch of {self.name} is not in this clone", self.missing_hint(prefix)
        return f"{self.name} has landed, and its branch is gone", f"ledger show {self.name} shows its record"

    def missing_hint(self, prefix: str) -> str:
        """What to type where its branch is not in this clone, for either reason that this may have."""
        branch = f"{prefix}{self.name}"
        return (
            f"where a remote has it: git fetch REMOTE {branch}:{branch}; "
            f"where it was deleted: ledger archive {self.name} --undo"
        )

    def of(self, variant: str) -> tuple[Recorded, ...]:
        """The records of one arm."""
        return tuple(r for r in self.trials if r.trial.variant == variant)


def declared_points(plan: Plan) -> set[tuple[str, Point]]:
    """The (variant, point) pairs that the plan asks for; an arm that another experiment fills has none here.

    A search declares none.
    """
    if plan.search is not None:
        return set()
    return {(v.name, point) for v in plan.variants if v.experiment is None for point in plan.replicates.points()}
