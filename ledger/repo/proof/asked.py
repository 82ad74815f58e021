"""Which trials did a search know that called them by names which another clone has used too?"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.analysis.gathered_tags import Tags
from ledger.git.git import Git
from ledger.model.experiment import Experiment, directory
from ledger.model.trial import Trial


def meanings(
    git: Git, experiment: Experiment, trial: Trial, commit: str | None, tags: Tags, files: Mapping[str, str]
) -> tuple[Mapping[str, str], ...]:
    """What the names that a trial's record knew may be now, the likeliest first; none where no name was used twice.

    The commit that holds a run has the files of its branch after the run, under the names that they had there. What
    ran while two clones came together was asked for by the names before that, and is held by a run after it.
    """
    written = {record.own_id: record.trial.id for record in experiment.trials if record.written is not None}
    if trial.asked is None or not any(id in written for id in trial.asked.ids):
        return ()
    run = next((run for run in tags.runs if commit in run.trials), None)
    if run is None:
        return written, {}
    folder = f"{directory(experiment.name)}/trials"
    now = {oid: path.removeprefix("trials/").removesuffix(".yaml") for path, oid in files.items()}
    names = {}
    for id in trial.asked.ids:
        held = git.objects.at(run.commit, f"{folder}/{id}.yaml")
        if held is not None and held.oid in now:
            names[id] = now[held.oid]
    return names, written, {}
