"""What `ledger verify` found, as sentences: the only place that words them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ledger.analysis.problems import Fact, Kind, Problem
from ledger.model.listing import are

_Facts = Mapping[str, Fact]


def _voided(facts: _Facts) -> str:
    who = f" by {facts['by']} on {facts['when']}" if facts["by"] else ""
    why = f": {facts['why']}" if facts["why"] else ""
    return f"voided{who}, and counts nowhere{why}"


def _differs(facts: _Facts) -> str:
    keys, was = facts["keys"], "was" if len(facts["keys"]) == 1 else "were"
    return f"{facts['file']}: {', '.join(keys)} {was} another when the trial ran ({facts['code']:.10})"


def _are(facts: _Facts) -> str:
    return are(list(facts["names"]), 3)


def _where(facts: _Facts) -> str:
    named = ", ".join(facts["remotes"])
    return f"a remote may have what is missing ({named}): dvc fetch" if named else "nowhere here, and no remote is set"


# commits are named by their first letters
_SENTENCES: Mapping[Kind, str | Callable[[_Facts], str]] = {
    Kind.UNREADABLE_EXPERIMENT: "{said}",
    Kind.ONLY_TAGS: "tags hold its trials, but no branch and not the main one has {file}",
    Kind.UNREADABLE_FILE: "{said}",
    Kind.LINK: "{path} is a symbolic link",
    Kind.SUBMODULE: "{path} is a submodule",
    Kind.STRAY_RECORD: "{path} is a record where none is read",
    Kind.VOIDS_NOTHING: "{path} voids a record that is not here",
    Kind.VOIDED: _voided,
    Kind.VOIDED_SOURCE: "it repeats {source} and counts, where that was {void}",
    Kind.ENVIRONMENT_GONE: "{path}, which it names, is gone",
    Kind.ENVIRONMENT_REPLACED: "{path} is not what the trial commit {commit:.10} holds",
    Kind.ENVIRONMENT_UNREADABLE: "{path}: {said}",
    Kind.ENVIRONMENT_CHANGED: "{path} was changed: its content is not what its name says",
    Kind.ERROR_OF_SUCCESS: "{path}: it says {status}, and which error ended it",
    Kind.EMPTY_SUCCESS: "{path}: it says {status}, but names no stage, no metric and no output",
    Kind.FAILURE_WITHOUT_ERROR: "{path}: it says {status}, but not what went wrong",
    Kind.FAILURE_WITH_METRICS: "{path}: it says {status}, and has metrics",
    Kind.OTHER_REPLICATE: "{path}: its replicate is {axis}={value}, but its params say {said}",
    Kind.TWO_RESULTS: "{first} and {second} claim one replicate at one fingerprint, with different {names}",
    Kind.TAG_OF_NOTHING: "the tag {tag} names no commit that is here",
    Kind.TAG_MOVED: "the tag {tag} was moved: it names the commit {commit:.10}",
    Kind.TAG_OF_NO_TRIAL: "the tag {tag} holds the commit {commit:.10}, which is no trial",
    Kind.RESULT_REPLACED: "{path} was another result, which the trial commit {commit:.10} holds",
    Kind.BEHIND: "{path} is on another branch of the experiment, which this one is behind",
    Kind.RECORD_GONE: "{path} is gone; the trial commit {commit:.10} holds it",
    Kind.SET_BACK: "the branch does not hold a run that was on it; this brings its records back: {command}",
    Kind.RECORD_REMOVED: "{path} was removed by the commit {commit:.10}, which had recorded a result",
    Kind.RECORD_CHANGED: "{path} was changed by the commit {commit:.10}, which had recorded a result",
    Kind.UNKNOWN_TO_RUN: "{path} came without a trial: the run {run}, which ended later, did not know it",
    Kind.CAME_BY_COMMIT: "{path} came without a trial, in the commit {commit:.10} ({subject})",
    Kind.CREATED_BEFORE_BASE: "{file}: `created` is {created}, before its base {base:.10} was made ({made})",
    Kind.STARTED_BEFORE_PLAN: "{path}: it started {started}, before the plan was written ({late})",
    Kind.PLAN_NOT_HERE: "its code {code:.10} is not in this clone, so the plan that it held is unknown",
    Kind.PLAN_UNREADABLE: "{file} cannot be read at {code:.10}, the code that ran",
    Kind.NO_PLAN: "the trial ran on {code:.10}, which holds no {file}: the plan came after it",
    Kind.OTHER_PLAN: lambda facts: f"{_differs(facts)}, and no commit amended it",
    Kind.AMENDMENT_GONE: lambda facts: f"{_differs(facts)}, and the history that would show the amendment is gone",
    Kind.SEEDS_CHOSEN: "{file}: the seeds are not those that `seeds_from` gives: somebody chose them",
    Kind.SEEDS_OF_NO_PLAN: (
        "{file}: `seeds_from` does not follow from the base, the title and the predictions of any version of it"
    ),
    Kind.TRIAL_NOT_HERE: ("{path}: no tag here holds its trial commit (git fetch --tags), so its numbers are unproved"),
    Kind.SOURCE_NOT_HERE: "{path} repeats {source}, which is not here",
    Kind.HISTORY_FILTERED: (
        "the history was filtered (git filter-repo, or filter-branch): no ref reaches the commits that records name"
    ),
    Kind.OTHER_PARENTS: "{path}: `code` is {code:.10}, the parent of the trial commit {commit:.10} {parents}",
    Kind.NOT_ON_CODE: "{path}: `code` is {code:.10}, which is not the trial commit's parent",
    Kind.OTHER_RECORD: "{path} is not the record that the trial commit {commit:.10} holds",
    Kind.FAILURE_TOUCHES: "the trial commit {commit:.10} changes {path}: a failed trial keeps its record alone",
    Kind.TRIAL_TOUCHES: "the trial commit {commit:.10} changes {path}: a trial may not",
    Kind.OTHER_STATUS_SAID: "the message of the trial commit {commit:.10} says {said}, the record {recorded}",
    Kind.OTHER_METRIC_SAID: "the message of the trial commit {commit:.10} says {said}, the record {recorded}",
    Kind.CODE_NOT_HERE: "its code {code:.10} is not in this clone (git fetch --unshallow, or --tags)",
    Kind.CODE_UNREADABLE: "{said}",
    Kind.STAGE_NOT_PINNED: "{lock} pins nothing for the stage {stage}",
    Kind.OTHER_COMMAND: "{lock}: the command of {stage} is not that of dvc.yaml",
    Kind.INPUT_NOT_PINNED: "{lock} does not pin {path}, which {stage} reads",
    Kind.OTHER_INPUT: "{lock}: {stage} read {path} with another content than the trial commit {commit:.10} holds",
    Kind.INPUT_DOUBTFUL: "{lock}: {stage} read {path} with a hash that cannot be checked: {doubt}",
    Kind.INPUT_NOT_HERE: ("{path}, which {stage} reads: neither git nor DVC holds it here, so only its hash is known"),
    Kind.OTHER_INTERMEDIATE: "{lock}: {stage} read another {path} than the stage that makes it wrote",
    Kind.PARAMETERS_NOT_HERE: "{file} is not in the trial commit, so its values are unproved",
    Kind.OTHER_PINNED: "{lock} pins {key}={value}, which is {said} in {file} of the trial commit",
    Kind.PARAMETER_LACKING: "{path} lacks the parameter {key} of {file}",
    Kind.PARAMETER_UNREAD: "{path}: no stage reads the parameter {key} of {file}",
    Kind.OTHER_PARAMETER: "{path}: {key} is {recorded}, but {ran} ran ({file})",
    Kind.OTHER_RESULT: "dvc.lock pins {path} with another content than the trial commit {commit:.10} holds",
    Kind.RESULT_DOUBTFUL: "dvc.lock pins {path} with a hash that cannot be checked: {doubt}",
    Kind.METRICS_LOST: "the trial commit {commit:.10} has lost the metrics file {said}",
    Kind.METRICS_NOT_HERE: (
        "{said} is not in the trial commit, nor in a cache here, so its numbers cannot be compared"
    ),
    Kind.METRICS_FILTERED: "git holds {said} as filters have left it, so its numbers cannot be compared",
    Kind.METRICS_UNREADABLE: "in the trial commit, {said}",
    Kind.OTHER_METRIC: "{path}: {name} is {recorded}, but {held} in {files} of the trial commit",
    Kind.OTHER_HASH: "{path}: `{key}` does not say of {file} what dvc.lock pins",
    Kind.NO_FINGERPRINT: "the fingerprint cannot be computed: {said}",
    Kind.OTHER_FINGERPRINT: "{path}: the fingerprint is not that of its code, data and parameters",
    Kind.OTHER_VARIANT: "{path}: its code, data and parameters are not those of the variant {variant}",
    Kind.OTHER_THAN_SOURCE: "{path}: `{key}` is not that of {source}, which it repeats",
    Kind.NOT_COMPUTABLE: "{file} cannot be computed again: {said}",
    Kind.OTHER_VERDICT: "{file}: `{key}` is {stored}, but the records give {computed}",
    Kind.BEFORE_CONFIRMATORY: (
        "{file} is older than `confirmatory`, and the records give no ({why}): ledger conclude says so"
    ),
    Kind.OTHER_HEADING: "{file}: the text begins with {heading}, the outcome is {outcome}",
    Kind.OTHER_TEXT: "{file}: the text is not what the front matter gives, so the front matter alone is proved",
    Kind.OUTDATED: "{file} is out of date: {said} (ledger conclude)",
    Kind.OUTDATED_FOR_GOOD: "{file} is out of date: {said}",
    Kind.STATED_ALONE: (
        "{file}: `amendments` and `looks` follow from the branch's history, which is not here as it was"
    ),
    Kind.OBJECT_REPLACED: (
        "git shows another object in place of {oid:.10} (git replace, or a graft); the original counts"
    ),
    Kind.CHANGED_UNSEEN: "since the trials: {said}",
    Kind.BRANCH_UNREADABLE: "the branch cannot be read: {said}",
    Kind.OTHER_OUTPUT: "{lock} pins another {paths} than {trial}, which ran the same inputs",
    Kind.ENTRY_OF_NONE_HERE: "{lock}: the entry of {stage} is of none of the trials whose commits are here",
    Kind.ENTRY_OF_NO_TRIAL: "{lock}: the entry of {stage} is of no trial, and of no code that the branch had",
    Kind.NOT_RECORDED: "{lock}: {stage} was reproduced and not recorded (ledger record)",
    Kind.SHOWN_DOUBTFUL: "{path} on the branch may not be what dvc.lock pins",
    Kind.SHOWN_CHANGED: "{path} on the branch is not what dvc.lock pins: it was changed by hand",
    Kind.SHOWN_OF_NO_TRIAL: "{path} on the branch is of no trial: it was changed by hand",
    Kind.SHOWN_GONE: "{path} is gone from the branch; {trial} wrote it",
    Kind.NOT_SHOWN: "the branch does not show {trial}, but what it had before",
    Kind.CORRUPT: lambda facts: f"{_are(facts)} in the cache, but not with the content that the name says",
    Kind.ABSENT: lambda facts: f"{_are(facts)} not in the cache; {_where(facts)}",
    Kind.TAG_UNSIGNED: "the tag {tag} has no good signature: {why}",
    Kind.COMMIT_UNSIGNED: "the commit {commit:.10} ({subject}) has no good signature: {why}",
}


def sentence(problem: Problem) -> str:
    """What is wrong, or unproved."""
    facts, said = dict(problem.facts), _SENTENCES[problem.kind]
    return said.format(**facts) if isinstance(said, str) else said(facts)
