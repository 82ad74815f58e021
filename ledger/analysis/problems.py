"""What the checks of `ledger verify` find, as values. `report/problems.py` makes sentences of them."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import NamedTuple

from ledger.model.frozen import frozen
from ledger.model.trial import Trial

# what a sentence names, as it is written there: a path, a commit, a value; or several names
Fact = str | tuple[str, ...]


class Check(StrEnum):
    """What a problem is about; `analysis/checks` has a function for each."""

    RECORDS = "records"
    PLAN = "plan"
    SEARCH = "search"
    CONFIRMATION = "confirmation"
    LOST = "lost"
    COMMIT = "commit"
    CODE = "code"
    NUMBERS = "numbers"
    VERDICT = "verdict"
    BRANCH = "branch"
    DATA = "data"
    SIGNATURE = "signature"


class Kind(StrEnum):
    """Every kind of problem, with the check that finds it. `ledger verify --json` shows these names."""

    check: Check

    def __new__(cls, name: str, check: Check) -> Kind:
        kind = str.__new__(cls, name)
        kind._value_ = name
        kind.check = check
        return kind

    # the experiment's folder
    UNREADABLE_EXPERIMENT = "unreadable-experiment", Check.RECORDS
    ONLY_TAGS = "only-tags", Check.RECORDS
    DELETED = "deleted", Check.RECORDS
    UNREADABLE_FILE = "unreadable-file", Check.RECORDS
    LINK = "link", Check.RECORDS
    SUBMODULE = "submodule", Check.RECORDS
    UNCOMMITTED = "uncommitted", Check.RECORDS
    STRAY_RECORD = "stray-record", Check.RECORDS
    VOIDS_NOTHING = "voids-nothing", Check.RECORDS
    VOIDED = "voided", Check.RECORDS
    VOIDED_SOURCE = "voided-source", Check.RECORDS
    # environments
    ENVIRONMENT_GONE = "environment-gone", Check.RECORDS
    ENVIRONMENT_REPLACED = "environment-replaced", Check.RECORDS
    ENVIRONMENT_UNREADABLE = "environment-unreadable", Check.RECORDS
    ENVIRONMENT_CHANGED = "environment-changed", Check.RECORDS
    # what a record says against itself, or against another
    ERROR_OF_SUCCESS = "error-of-success", Check.RECORDS
    EMPTY_SUCCESS = "empty-success", Check.RECORDS
    FAILURE_WITHOUT_ERROR = "failure-without-error", Check.RECORDS
    FAILURE_WITH_METRICS = "failure-with-metrics", Check.RECORDS
    OTHER_REPLICATE = "other-replicate", Check.RECORDS
    TWO_RESULTS = "two-results", Check.RECORDS
    RAN_TWICE = "ran-twice", Check.RECORDS
    COPIED = "copied", Check.RECORDS
    # records that came or went otherwise than by a run
    TAG_OF_NOTHING = "tag-of-nothing", Check.RECORDS
    TAG_MOVED = "tag-moved", Check.RECORDS
    TAG_OF_NO_TRIAL = "tag-of-no-trial", Check.RECORDS
    RESULT_REPLACED = "result-replaced", Check.RECORDS
    BEHIND = "behind", Check.RECORDS
    AFTER_LANDING = "after-landing", Check.RECORDS
    RECORD_GONE = "record-gone", Check.RECORDS
    SET_BACK = "set-back", Check.RECORDS
    RECORD_REMOVED = "record-removed", Check.RECORDS
    RECORD_CHANGED = "record-changed", Check.RECORDS
    UNKNOWN_TO_RUN = "unknown-to-run", Check.RECORDS
    CAME_BY_COMMIT = "came-by-commit", Check.RECORDS
    # the plan
    CREATED_BEFORE_BASE = "created-before-base", Check.PLAN
    STARTED_BEFORE_PLAN = "started-before-plan", Check.PLAN
    PLAN_NOT_HERE = "plan-not-here", Check.PLAN
    PLAN_UNREADABLE = "plan-unreadable", Check.PLAN
    NO_PLAN = "no-plan", Check.PLAN
    OTHER_PLAN = "other-plan", Check.PLAN
    AMENDMENT_GONE = "amendment-gone", Check.PLAN
    SEEDS_CHOSEN = "seeds-chosen", Check.PLAN
    SEEDS_OF_NO_PLAN = "seeds-of-no-plan", Check.PLAN
    # the trials of a search
    NOT_ASKED_FOR = "not-asked-for", Check.SEARCH
    KNEW_NOTHING = "knew-nothing", Check.SEARCH
    KNEW_ITSELF = "knew-itself", Check.SEARCH
    NOT_THE_NEXT = "not-the-next", Check.SEARCH
    OTHER_RULE = "other-rule", Check.SEARCH
    # what was put to the test
    CONFIRMS_ITSELF = "confirms-itself", Check.CONFIRMATION
    FINDING_NOT_HERE = "finding-not-here", Check.CONFIRMATION
    NOT_FRESH = "not-fresh", Check.CONFIRMATION
    FRESH_NO_MORE = "fresh-no-more", Check.CONFIRMATION
    OTHER_THAN_FOUND = "other-than-found", Check.CONFIRMATION
    # what cannot be compared, since it is not here
    TRIAL_NOT_HERE = "trial-not-here", Check.LOST
    TRIAL_BEYOND_SHALLOW = "trial-beyond-shallow", Check.LOST
    SOURCE_NOT_HERE = "source-not-here", Check.LOST
    # trial commits
    HISTORY_FILTERED = "history-filtered", Check.COMMIT
    OTHER_PARENTS = "other-parents", Check.COMMIT
    NOT_ON_CODE = "not-on-code", Check.COMMIT
    OTHER_RECORD = "other-record", Check.COMMIT
    FAILURE_TOUCHES = "failure-touches", Check.COMMIT
    TRIAL_TOUCHES = "trial-touches", Check.COMMIT
    OTHER_STATUS_SAID = "other-status-said", Check.COMMIT
    OTHER_METRIC_SAID = "other-metric-said", Check.COMMIT
    # the code and data that ran
    CODE_NOT_HERE = "code-not-here", Check.CODE
    CODE_UNREADABLE = "code-unreadable", Check.CODE
    STAGE_NOT_PINNED = "stage-not-pinned", Check.CODE
    OTHER_COMMAND = "other-command", Check.CODE
    INPUT_NOT_PINNED = "input-not-pinned", Check.CODE
    OTHER_INPUT = "other-input", Check.CODE
    INPUT_DOUBTFUL = "input-doubtful", Check.CODE
    INPUT_NOT_HERE = "input-not-here", Check.CODE
    OTHER_INTERMEDIATE = "other-intermediate", Check.CODE
    # the data that the plan gives an arm instead of its code's
    OTHER_DATA = "other-data", Check.CODE
    DATA_REFUSED = "data-refused", Check.CODE
    DATA_UNTOLD = "data-untold", Check.CODE
    DATA_FORGED = "data-forged", Check.CODE
    # the numbers
    PARAMETERS_NOT_HERE = "parameters-not-here", Check.NUMBERS
    OTHER_PINNED = "other-pinned", Check.NUMBERS
    PARAMETER_LACKING = "parameter-lacking", Check.NUMBERS
    PARAMETER_UNREAD = "parameter-unread", Check.NUMBERS
    OTHER_PARAMETER = "other-parameter", Check.NUMBERS
    OTHER_RESULT = "other-result", Check.NUMBERS
    RESULT_DOUBTFUL = "result-doubtful", Check.NUMBERS
    METRICS_LOST = "metrics-lost", Check.NUMBERS
    METRICS_NOT_HERE = "metrics-not-here", Check.NUMBERS
    METRICS_FILTERED = "metrics-filtered", Check.NUMBERS
    METRICS_UNREADABLE = "metrics-unreadable", Check.NUMBERS
    OTHER_METRIC = "other-metric", Check.NUMBERS
    OTHER_HASH = "other-hash", Check.NUMBERS
    NO_FINGERPRINT = "no-fingerprint", Check.NUMBERS
    OTHER_FINGERPRINT = "other-fingerprint", Check.NUMBERS
    OTHER_VARIANT = "other-variant", Check.NUMBERS
    OTHER_THAN_SOURCE = "other-than-source", Check.NUMBERS
    # the verdict
    NOT_COMPUTABLE = "not-computable", Check.VERDICT
    OTHER_VERDICT = "other-verdict", Check.VERDICT
    BEFORE_CONFIRMATORY = "before-confirmatory", Check.VERDICT
    OTHER_HEADING = "other-heading", Check.VERDICT
    OTHER_TEXT = "other-text", Check.VERDICT
    OTHER_NUMBERS = "other-numbers", Check.VERDICT
    OUTDATED = "outdated", Check.VERDICT
    OUTDATED_FOR_GOOD = "outdated-for-good", Check.VERDICT
    STATED_ALONE = "stated-alone", Check.VERDICT
    WITHOUT_CASES = "without-cases", Check.VERDICT
    # what the branch shows
    OBJECT_REPLACED = "object-replaced", Check.BRANCH
    CHANGED_UNSEEN = "changed-unseen", Check.BRANCH
    PERHAPS_CHANGED = "perhaps-changed", Check.BRANCH
    BRANCH_UNREADABLE = "branch-unreadable", Check.BRANCH
    OTHER_OUTPUT = "other-output", Check.BRANCH
    ENTRY_OF_NONE_HERE = "entry-of-none-here", Check.BRANCH
    ENTRY_OF_NO_TRIAL = "entry-of-no-trial", Check.BRANCH
    NOT_RECORDED = "not-recorded", Check.BRANCH
    SHOWN_DOUBTFUL = "shown-doubtful", Check.BRANCH
    SHOWN_CHANGED = "shown-changed", Check.BRANCH
    SHOWN_OF_NO_TRIAL = "shown-of-no-trial", Check.BRANCH
    SHOWN_GONE = "shown-gone", Check.BRANCH
    NOT_SHOWN = "not-shown", Check.BRANCH
    # checkpoints
    CORRUPT = "corrupt", Check.DATA
    ABSENT = "absent", Check.DATA
    # signatures
    TAG_UNSIGNED = "tag-unsigned", Check.SIGNATURE
    COMMIT_UNSIGNED = "commit-unsigned", Check.SIGNATURE


class Subject(NamedTuple):
    """What a problem is of: an experiment as a whole, or the trial of that id."""

    experiment: str
    trial: str | None = None


@frozen
class Problem:
    """One thing that is wrong, or where `unproved` one that cannot be proved here. `facts`: what its sentence names."""

    kind: Kind
    experiment: str
    trial: str | None = None
    facts: tuple[tuple[str, Fact], ...] = ()
    unproved: bool = False


def wrong(kind: Kind, of: Trial | Subject, **facts: Fact) -> Problem:
    """A problem, with what its sentence names."""
    experiment, trial = (of.experiment, of.id) if isinstance(of, Trial) else of
    return Problem(kind=kind, experiment=experiment, trial=trial, facts=tuple(facts.items()))


def unproved(kind: Kind, of: Trial | Subject, **facts: Fact) -> Problem:
    """The same for what cannot be proved here."""
    return replace(wrong(kind, of, **facts), unproved=True)


@frozen
class Proof:
    """What came of one experiment. `trials`: how many records were looked at."""

    experiment: str
    trials: int
    found: tuple[Problem, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What cannot be so."""
        return tuple(one for one in self.found if not one.unproved)

    @property
    def unproved(self) -> tuple[Problem, ...]:
        """What cannot be proved here."""
        return tuple(one for one in self.found if one.unproved)
