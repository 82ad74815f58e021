"""What `ledger verify` found, as sentences: the only place that words them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ledger.analysis.problems import Fact, Kind, Problem
from ledger.model import remarks
from ledger.model.listing import are, listed
from ledger.model.remarks import Remark
from ledger.report.remarks import sentence as sentence_of

_Facts = Mapping[str, Fact]


def _voided(facts: _Facts) -> str:
    who = f" by {facts['by']} on {facts['when']}" if facts["by"] else ""
    why = f": {facts['why']}" if facts["why"] else ""
    return f"voided{who}, and counts nowhere{why}"


def _are(facts: _Facts) -> str:
    return are(list(facts["names"]), 3)


def _corrupt(facts: _Facts) -> str:
    if "remote" in facts:
        names = listed(list(facts["names"]), 3)
        return f"{names}: on the remote folder {facts['remote']} its content does not match the hash"
    return f"{_are(facts)} in the cache, but the content does not match the hash"


def _gone(facts: _Facts) -> str:
    return f"{facts['path']} was asked for after trials whose records are gone: {listed(list(facts['names']), 3)}"


def _where(facts: _Facts) -> str:
    named = ", ".join(facts["remotes"])
    if not named:
        return "not in this clone, and no remote is set"
    return f"a remote may have what is missing ({named}): ledger pull {facts['experiment']}"


def _outdated(facts: _Facts) -> str:
    others = {"trials": facts["trials"]} if facts["trials"] else {}
    since = Remark.of(remarks.Kind(str(facts["since"])), **others)
    return f"{facts['file']} is out of date: {sentence_of(since)}"


def _not_computable(facts: _Facts) -> str:
    others = {"why": facts["why"]} if facts["why"] else {}
    because = Remark.of(remarks.Kind(str(facts["because"])), **others)
    return f"{facts['file']} cannot be recomputed: {sentence_of(because)}"


# commits are shortened to ten digits
_SENTENCES: Mapping[Kind, str | Callable[[_Facts], str]] = {
    Kind.UNREADABLE_EXPERIMENT: "{said}",
    Kind.DELETED: "{folder}/ is deleted, with the record of what was tried (ledger archive puts a branch away)",
    Kind.ONLY_TAGS: "tags hold trials of it, but no branch has {file}",
    Kind.UNREADABLE_FILE: "{said}",
    Kind.LINK: "{path} is a symbolic link",
    Kind.SUBMODULE: "{path} is a submodule",
    Kind.UNCOMMITTED: "{path} has uncommitted changes: only the commit is proved",
    Kind.STRAY_RECORD: "{path} is not where records are read",
    Kind.VOIDS_NOTHING: "{path} voids a record that does not exist",
    Kind.VOIDED: _voided,
    Kind.VOIDED_SOURCE: "it still counts, but repeats {source}, which was {void}",
    Kind.ENVIRONMENT_GONE: "{path}, which the record names, is gone",
    Kind.ENVIRONMENT_REPLACED: "{path} differs from the one in the trial commit {commit:.10}",
    Kind.ENVIRONMENT_UNREADABLE: "{path}: {said}",
    Kind.ENVIRONMENT_CHANGED: "{path} was changed: its content does not match its name",
    Kind.ERROR_OF_SUCCESS: "{path}: the status is {status}, but an error is recorded",
    Kind.EMPTY_SUCCESS: "{path}: the status is {status}, but no stage, metric or output is recorded",
    Kind.FAILURE_WITHOUT_ERROR: "{path}: the status is {status}, but no error is recorded",
    Kind.FAILURE_WITH_METRICS: "{path}: the status is {status}, but metrics are recorded",
    Kind.OTHER_REPLICATE: "{path}: the replicate is {axis}={value}, but the recorded parameter is {said}",
    Kind.RAN_TWICE: (
        "{second} is the same replicate as {first}, run in another clone, and differs in {names}: "
        "the first started counts"
    ),
    Kind.COPIED: "{path} is a copy of {other}: one trial is one attempt",
    Kind.TWO_RESULTS: "{first} and {second} claim the same replicate at the same fingerprint, but differ in {names}",
    Kind.TAG_OF_NOTHING: "the tag {tag} points to no commit in this clone",
    Kind.TAG_MOVED: "the tag {tag} was moved: it points to the commit {commit:.10}",
    Kind.TAG_OF_NO_TRIAL: "the tag {tag} holds the commit {commit:.10}, which is not a trial",
    Kind.RESULT_REPLACED: "{path} held another result, which is in the trial commit {commit:.10}",
    Kind.BEHIND: "{path} is on another branch of the experiment, and this one is behind",
    Kind.AFTER_LANDING: "{path} was recorded after the experiment had landed, and only the tag {tag} has it",
    Kind.RECORD_GONE: "{path} is gone; the trial commit {commit:.10} still has it",
    Kind.SET_BACK: "the branch was set back past a run; to bring its records back: {command}",
    Kind.RECORD_REMOVED: "{path}, a recorded result, was removed by the commit {commit:.10}",
    Kind.RECORD_CHANGED: "{path}, a recorded result, was changed by the commit {commit:.10}",
    Kind.UNKNOWN_TO_RUN: "{path} has no trial: the run {run}, which ended later, does not include it",
    Kind.NOT_ASKED_FOR: "{path} does not say what the search knew when it chose the trial: no search chose it",
    Kind.KNEW_NOTHING: _gone,
    Kind.KNEW_ITSELF: "{path} says that it was known before it ran",
    Kind.NOT_THE_NEXT: "{path}: after the {count} trials known then, the search would have chosen another",
    Kind.OTHER_RULE: "the search follows rule {rule}, of another version of ledger; this one knows rule {own}",
    Kind.CONFIRMS_ITSELF: "`confirms` names the experiment itself: {variant}",
    Kind.FINDING_NOT_HERE: (
        "{finding}, which it is meant to confirm, is not in this clone (ledger pull {finding}): whether its "
        "replicates are "
        "fresh is unproved"
    ),
    Kind.NOT_FRESH: "{path} is not a fresh replicate: {other} had already tried that state, so it confirms nothing",
    Kind.FRESH_NO_MORE: "{other} has since tried that state at the replicate of {path}, so it no longer confirms "
    "anything",
    Kind.OTHER_THAN_FOUND: "{arm} ran in a different state from the present one of {finding}, so it says nothing "
    "about that finding",
    Kind.CAME_BY_COMMIT: "{path} has no trial: the commit {commit:.10} added it ({subject})",
    Kind.CREATED_BEFORE_BASE: "{file}: `created` is {created}, before its base {base:.10} was committed ({made})",
    Kind.STARTED_BEFORE_PLAN: "{path}: the trial started {started}, before the plan was written ({late})",
    Kind.PLAN_NOT_HERE: "its code {code:.10} is not in this clone, so the plan at that commit is unknown",
    Kind.PLAN_UNREADABLE: "{file} cannot be read at {code:.10}, the code that ran",
    Kind.NO_PLAN: "the trial ran on {code:.10}, which has no {file}: the plan was written later",
    Kind.OTHER_PLAN: (
        "{file}: the plan had another value of {keys} when the trial ran ({code:.10}), and no commit amended it"
    ),
    Kind.AMENDMENT_GONE: (
        "{file}: the plan had another value of {keys} when the trial ran ({code:.10}), and the history that "
        "would show the amendment is gone"
    ),
    Kind.SEEDS_CHOSEN: "{file}: the seeds are not the ones that `seeds_from` generates: somebody picked them",
    Kind.SEEDS_OF_NO_PLAN: (
        "{file}: `seeds_from` does not match the base, title and predictions of any version of the plan"
    ),
    Kind.TRIAL_NOT_HERE: (
        "{path}: no tag in this clone holds its trial commit (ledger pull {experiment}), so its numbers are unproved"
    ),
    Kind.TRIAL_BEYOND_SHALLOW: (
        "{path}: this clone is shallow and lacks its trial commit (git fetch --unshallow --tags), so its numbers are "
        "unproved"
    ),
    Kind.SOURCE_NOT_HERE: "{path} repeats {source}, which is not in this clone",
    Kind.HISTORY_FILTERED: (
        "the history was filtered (git filter-repo, or filter-branch): no ref reaches the commits that records name"
    ),
    Kind.OTHER_PARENTS: "{path}: `code` is {code:.10}, but the parent of the trial commit {commit:.10} is {parents}",
    Kind.NOT_ON_CODE: "{path}: `code` is {code:.10}, which is not the parent of the trial commit",
    Kind.OTHER_RECORD: "{path} differs from the record in the trial commit {commit:.10}",
    Kind.FAILURE_TOUCHES: "the trial commit {commit:.10} changes {path}, but a failed trial may change only its record",
    Kind.TRIAL_TOUCHES: "the trial commit {commit:.10} changes {path}, which a trial may not",
    Kind.OTHER_STATUS_SAID: "the message of the trial commit {commit:.10} says {said}, but the record says {recorded}",
    Kind.OTHER_METRIC_SAID: "the message of the trial commit {commit:.10} says {said}, but the record says {recorded}",
    Kind.CODE_NOT_HERE: "its code {code:.10} is not in this clone (git fetch --unshallow, or --tags)",
    Kind.CODE_UNREADABLE: "{said}",
    Kind.STAGE_NOT_PINNED: "{lock} has no entry for the stage {stage}",
    Kind.OTHER_COMMAND: "{lock}: the command of {stage} differs from the one in dvc.yaml",
    Kind.INPUT_NOT_PINNED: "{lock} does not pin {path}, which {stage} depends on",
    Kind.OTHER_INPUT: "{lock}: {stage} read a different {path} from the one in the trial commit {commit:.10}",
    Kind.INPUT_DOUBTFUL: "{lock}: the hash of {path}, which {stage} read, cannot be checked: {doubt}",
    Kind.INPUT_NOT_HERE: "{path}, which {stage} reads, is neither in git nor in a cache here: only its hash is known",
    Kind.OTHER_DATA: lambda facts: (
        f"the trial commit {facts['commit']:.10} has different data at {facts['path']} from what the plan gives the "
        "arm: "
        f"{are(list(facts['names']), 3, one='differs', many='differ')}"
    ),
    Kind.DATA_REFUSED: "the plan cannot give the arm its data at {path}: {said}",
    Kind.DATA_UNTOLD: "the data that the plan gives the arm at {path} cannot be determined here: {said}",
    Kind.DATA_FORGED: "the data at {path}: {name} in the cache does not match its name",
    Kind.OTHER_INTERMEDIATE: "{lock}: {stage} read a different {path} from the one that its stage wrote",
    Kind.PARAMETERS_NOT_HERE: "{file} is not in the trial commit, so its values are unproved",
    Kind.OTHER_PINNED: "{lock} pins {key}={value}, but {file} in the trial commit has {said}",
    Kind.PARAMETER_LACKING: "{path} lacks the parameter {key} of {file}",
    Kind.PARAMETER_UNREAD: "{path} records the parameter {key} of {file}, which no stage reads",
    Kind.OTHER_PARAMETER: "{path}: {key} is {recorded}, but the trial ran with {ran} ({file})",
    Kind.OTHER_RESULT: "{path} in the trial commit {commit:.10} is not the one that dvc.lock pins",
    Kind.RESULT_DOUBTFUL: "the hash of {path} in dvc.lock cannot be checked: {doubt}",
    Kind.METRICS_LOST: "the trial commit {commit:.10} lacks the metrics file {said}",
    Kind.METRICS_NOT_HERE: (
        "{said} is neither in the trial commit nor in a cache here, so its numbers cannot be compared"
    ),
    Kind.METRICS_FILTERED: "git stores {said} through a filter, so its numbers cannot be compared",
    Kind.METRICS_UNREADABLE: "in the trial commit, {said}",
    Kind.OTHER_METRIC: "{path}: {name} is {recorded}, but {held} in {files} of the trial commit",
    Kind.OTHER_HASH: "{path}: `{key}` and dvc.lock disagree about {file}",
    Kind.NO_FINGERPRINT: "the fingerprint cannot be computed: {said}",
    Kind.OTHER_FINGERPRINT: "{path}: the fingerprint does not match its code, data and parameters",
    Kind.OTHER_VARIANT: "{path}: its code, data and parameters do not match the variant {variant}",
    Kind.OTHER_THAN_SOURCE: "{path}: `{key}` differs from that of {source}, which it repeats",
    Kind.NOT_COMPUTABLE: _not_computable,
    Kind.OTHER_VERDICT: "{file}: `{key}` is {stored}, but the records give {computed}",
    Kind.BEFORE_CONFIRMATORY: (
        "{file} is older than `confirmatory`, and the records say it is not ({why}): ledger conclude updates it"
    ),
    Kind.OTHER_HEADING: "{file}: the text begins with {heading}, but the outcome is {outcome}",
    Kind.OTHER_NUMBERS: "{file}: the text has numbers that the verdict does not give: {numbers}",
    Kind.OTHER_TEXT: "{file}: the text does not match the front matter, so only the front matter is proved",
    Kind.OUTDATED: lambda facts: f"{_outdated(facts)} (ledger conclude)",
    Kind.OUTDATED_FOR_GOOD: _outdated,
    Kind.STATED_ALONE: "{file}: `amendments` and `looks` follow from the branch's history, which is not here in full",
    Kind.WITHOUT_CASES: "{file} does not use the per-case results that ledger.yaml names (ledger conclude uses them)",
    Kind.OBJECT_REPLACED: (
        "git shows another object in place of {oid:.10} (git replace, or a graft); verify reads the original"
    ),
    Kind.CHANGED_UNSEEN: "since the trials: {said}",
    Kind.PERHAPS_CHANGED: "since the trials: {said}",
    Kind.BRANCH_UNREADABLE: "the branch cannot be read: {said}",
    Kind.OTHER_OUTPUT: "{lock} pins a different {paths} from {trial}, which ran with the same inputs",
    Kind.ENTRY_OF_NONE_HERE: "{lock}: the entry of {stage} matches none of the trials whose commits are here",
    Kind.ENTRY_OF_NO_TRIAL: "{lock}: the entry of {stage} matches no trial, and no code that the branch had",
    Kind.NOT_RECORDED: "{lock}: {stage} was reproduced but not recorded (ledger record)",
    Kind.SHOWN_DOUBTFUL: "{path} on the branch may not be the one that dvc.lock pins",
    Kind.SHOWN_CHANGED: "{path} on the branch is not the one that dvc.lock pins: it was edited by hand",
    Kind.SHOWN_OF_NO_TRIAL: "{path} on the branch comes from no trial: it was edited by hand",
    Kind.SHOWN_GONE: "{path} is gone from the branch; {trial} wrote it",
    Kind.NOT_SHOWN: "the branch does not show {trial}, but an earlier state",
    Kind.CORRUPT: _corrupt,
    Kind.ABSENT: lambda facts: f"{_are(facts)} not in the cache; {_where(facts)}",
    Kind.TAG_UNSIGNED: "the tag {tag} has no good signature: {why}",
    Kind.COMMIT_UNSIGNED: "the commit {commit:.10} ({subject}) has no good signature: {why}",
}


def sentence(problem: Problem) -> str:
    """What is wrong, or unproved."""
    facts, said = {"experiment": problem.experiment, **dict(problem.facts)}, _SENTENCES[problem.kind]
    return said.format(**facts) if isinstance(said, str) else said(facts)
