"""Remarks qualify numbers: each is a kind with the facts that its sentence needs.

Sentences are made in `report/remarks.py` alone. Verdicts store the kind and the facts, which is what `verify` compares,
so that rewording a sentence changes no verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from enum import StrEnum
from typing import TypeAlias

from ledger.errors import FormatError
from ledger.model.frozen import frozen

Fact: TypeAlias = bool | int | float | str | tuple[str, ...] | None


class Kind(StrEnum):
    """What a remark is about. Verdicts store these values: never change one, and never reuse one."""

    # why a verdict is not confirmatory
    PLAN_EXPLORATORY = "plan-exploratory"
    CHANGED_AFTER_RESULTS = "changed-after-results"
    OLDER_RESULTS = "older-results"
    LEFT_OUT = "left-out"
    VOIDED_AFTER_RESULTS = "voided-after-results"
    LATE_ALIASES = "late-aliases"
    LATE_DIRECTIONS = "late-directions"
    UNDECLARED_LOOKS = "undeclared-looks"

    # of a verdict as a whole
    TOO_MANY_LOOKS = "too-many-looks"
    EARLY = "early"
    NOTHING_PREDICTED = "nothing-predicted"
    EXPLORATORY = "exploratory"
    ONE_EVALUATION_SET = "one-evaluation-set"
    ONE_DATA_SET = "one-data-set"

    # of the trials behind it
    BY_HAND = "by-hand"
    RESTORED = "restored"
    BEFORE_PREDICTION = "before-prediction"
    TRIED_AGAIN = "tried-again"
    BEYOND_PLAN = "beyond-plan"
    VOIDED = "voided"
    REPEATED_VOIDED = "repeated-voided"
    ENVIRONMENTS = "environments"
    ALIAS = "alias"

    # why a prediction is neither supported nor refuted
    NO_TRIALS = "no-trials"
    NO_REFERENCE = "no-reference"
    NOT_POSITIVE = "not-positive"
    NOT_SURELY_POSITIVE = "not-surely-positive"
    NOT_FINITE = "not-finite"
    TRIALS_NOT_RUN = "trials-not-run"
    NO_SUCH_METRIC = "no-such-metric"
    NO_WORSE_DIRECTION = "no-worse-direction"
    NO_WORST_VALUE = "no-worst-value"
    EVALUATION_UNKNOWN = "evaluation-unknown"
    EVALUATION_DIFFERS = "evaluation-differs"
    NOT_DETERMINISTIC = "not-deterministic"
    REFUTED_ALONE = "refuted-alone"

    # no estimate of the noise
    NO_REPLICATES = "no-replicates"
    ONE_REPLICATE = "one-replicate"
    SMALL_SIDE = "small-side"
    ONE_FOLD = "one-fold"
    ONE_SPLIT = "one-split"
    TOO_LARGE = "too-large"
    NO_VARIATION = "no-variation"
    NO_SIDE_VARIES = "no-side-varies"
    SAME_DIFFERENCE = "same-difference"

    # no test fits
    OTHER_AXES = "other-axes"
    OTHER_FOLDS = "other-folds"
    NO_SPLITS = "no-splits"
    PARTIAL_PARTITION = "partial-partition"

    # how a prediction was tested, and what that rests on
    RIGHT_DIRECTION = "right-direction"
    FAILURES_COUNT = "failures-count"
    IDENTICAL = "identical"
    AVERAGED = "averaged"
    RESHUFFLED = "reshuffled"
    RELATIVE = "relative"
    UNCLEAR_AXIS = "unclear-axis"
    NOT_PAIRED = "not-paired"
    TOLD_FROM_ZERO = "told-from-zero"
    NOT_TOLD_FROM_ZERO = "not-told-from-zero"
    CONSTANT_SIDE = "constant-side"
    TWO_REPLICATES = "two-replicates"
    ROUNDING = "rounding"

    # what per-case results say beyond the cases that were evaluated, or why they say nothing
    ON_NEW_CASES = "on-new-cases"
    CASES_LEFT_OUT = "cases-left-out"
    CASES_LACKING = "cases-lacking"
    CASES_UNREADABLE = "cases-unreadable"
    CASES_WITHOUT_METRIC = "cases-without-metric"
    CASES_DIFFER = "cases-differ"
    CASES_OF_OTHER = "cases-of-other"
    CASES_DISAGREE = "cases-disagree"
    CASES_UNPAIRED = "cases-unpaired"
    ONE_SEED = "one-seed"
    SEEDS_LEFT_OUT = "seeds-left-out"

    # what more replicates would tell
    CAN_TELL = "can-tell"
    CAN_EQUATE = "can-equate"
    NEEDED = "needed"
    TOO_NEAR = "too-near"

    # why a stored verdict is no longer that of the plan and the records
    PREDICTIONS_CHANGED_SINCE = "predictions-changed-since"
    PLAN_AMENDED_SINCE = "plan-amended-since"
    RECORDED_SINCE = "recorded-since"
    RECORDS_CHANGED_SINCE = "records-changed-since"
    VOIDED_SINCE = "voided-since"
    ALIASES_CHANGED_SINCE = "aliases-changed-since"
    OTHERS_VOIDED_SINCE = "others-voided-since"

    # why one cannot be computed again
    BASIS_NOT_HERE = "basis-not-here"
    NOT_WEIGHED = "not-weighed"

    # of two sides that are compared
    THINGS_DIFFER = "things-differ"
    PARAMETERS_DIFFER = "parameters-differ"
    NO_METRICS = "no-metrics"
    SINGLE = "single"
    NO_INTERVAL = "no-interval"
    VALUES_LEFT_OUT = "values-left-out"
    NOT_RUN = "not-run"
    NONE_SUCCEEDED = "none-succeeded"
    SIDE_CHANGED = "side-changed"
    CODE_UNTOLD = "code-untold"
    SIDE_VOIDED = "side-voided"
    UNREADABLE = "unreadable"

    # of a plan, before its trials
    NO_METRICS_FILE = "no-metrics-file"
    UNKNOWN_METRIC = "unknown-metric"
    UNCOMMITTED_ALIAS = "uncommitted-alias"
    REPEATED_SEED = "repeated-seed"
    IN_NO_GROUP = "in-no-group"
    STRAY_FILES = "stray-files"
    RUNS_EACH_COLUMN = "runs-each-column"
    ONE_TRIAL = "one-trial"
    ONE_PART = "one-part"
    REUSED_IN_PART = "reused-in-part"
    SAME_ARMS = "same-arms"
    NOT_SHARED = "not-shared"
    SEARCH_CHANGED = "search-changed"
    CURRENT_OUTSIDE = "current-outside"
    FEW_REPLICATES = "few-replicates"
    FLAT_PRIOR = "flat-prior"
    HELD_AT_BAD = "held-at-bad"

    # of what a run or `record` has recorded
    NO_NUMBER = "no-number"
    INFINITE = "infinite"
    LEFT_RUNNING = "left-running"
    PERSISTS = "persists"
    SET_BACK = "set-back"

    # of outputs in work trees
    OUTPUT_KEPT = "output-kept"
    NOT_CHECKED_OUT = "not-checked-out"
    NOT_IN_CACHE = "not-in-cache"

    # of what has landed
    RECORD_UPDATED = "record-updated"
    AS_ON_BRANCH = "as-on-branch"
    MERGED_BY_KEY = "merged-by-key"
    MERGED_BY_STAGE = "merged-by-stage"
    RESULTS_OF = "results-of"

    # what a plot or a table leaves out, or draws otherwise
    SEVERAL_X = "several-x"
    REPLICATES_END = "replicates-end"
    THINNED = "thinned"
    NO_COMMON_STEPS = "no-common-steps"
    CURVES_NOT_DRAWN = "curves-not-drawn"
    PARAMETERS_NOT_DRAWN = "parameters-not-drawn"
    ARMS_NOT_DRAWN = "arms-not-drawn"
    TRIALS_LEFT_OUT = "trials-left-out"
    ARMS_LEFT_OUT = "arms-left-out"
    ARMS_WITHOUT_VALUE = "arms-without-value"
    TRIALS_WITHOUT_CURVE = "trials-without-curve"
    ONE_COLOUR = "one-colour"
    COLOURS_ARE_DATA = "colours-are-data"
    OTHER_DATA_LEFT_OUT = "other-data-left-out"
    POOLED_ONCE = "pooled-once"
    UNCOUNTED = "uncounted"
    SAME_TRIALS = "same-trials"
    BEST_OF_MANY = "best-of-many"

    # what an answer over configurations leaves out, or cannot tell apart
    OTHER_STATE_LEFT_OUT = "other-state-left-out"
    UNKNOWN_STATE_LEFT_OUT = "unknown-state-left-out"
    COUNTED_AS_BAD = "counted-as-bad"
    TRIALS_AS_BAD = "trials-as-bad"
    VARIED_TOGETHER = "varied-together"
    PLOT_FILE_MALFORMED = "plot-file-malformed"
    PLOT_FILES_MALFORMED = "plot-files-malformed"
    PLOT_FILES_LACKING = "plot-files-lacking"
    CODE_NOT_HERE = "code-not-here"
    TRIALS_LACKING = "trials-lacking"

    # of what coverage is counted over
    MOVED_TOGETHER = "moved-together"
    PARAMETER_ABSENT = "parameter-absent"
    EXCLUDED_TRIED = "excluded-tried"
    VOIDED_NOT_COUNTED = "voided-not-counted"
    PLANNED_NOT_READ = "planned-not-read"
    NOT_ALL_LISTED = "not-all-listed"


@frozen
class Remark:
    """One remark. `kind` is a `Kind`, or one that only a newer version knows.

    `text` is its sentence in a file. Verdicts of schemas 1 and 2 have nothing else: their kind is "".
    """

    kind: str
    facts: tuple[tuple[str, Fact], ...] = ()
    text: str = field(default="", compare=False)

    @classmethod
    def of(cls, kind: Kind, **facts: Fact) -> Remark:
        """The remark of that kind with these facts."""
        return cls(kind=kind, facts=tuple(facts.items()))

    def having(self, **facts: Fact) -> Remark:
        """The remark with further facts."""
        return replace(self, facts=(*self.facts, *facts.items()))


def to_mapping(remark: Remark) -> dict[str, object]:
    """The kind and the facts as files hold them; numbers are rounded to 10 significant digits."""
    return {"kind": str(remark.kind), **{name: _plain(fact) for name, fact in remark.facts}}


def from_mapping(document: object, text: str) -> Remark:
    """The inverse of `to_mapping`, with the sentence beside it. Raises FormatError where the shape is another."""
    if not isinstance(document, Mapping) or not isinstance(document.get("kind"), str):
        raise FormatError("it is not a mapping with a `kind`")
    facts = ((str(name), _fact(value)) for name, value in document.items() if name != "kind")
    return Remark(kind=str(document["kind"]), facts=tuple(facts), text=text)


def rounded(value: float | None) -> float | None:
    """The number to 10 significant digits: these are the same on every machine, whatever its mathematical library."""
    return None if value is None else float(f"{value:.10g}")


def _plain(fact: Fact) -> object:
    if isinstance(fact, tuple):
        return list(fact)
    return rounded(fact) if isinstance(fact, float) else fact


def _fact(value: object) -> Fact:
    if isinstance(value, list):
        return tuple(map(str, value))
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise FormatError(f"{value!r} is neither a number, a text nor a list of texts")
