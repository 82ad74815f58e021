"""Reading experiments out of git objects: from a commit's tree and from trials that are not collected yet."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.errors import FormatError
from ledger.model import hypothesis as hypotheses
from ledger.model import trial as trials
from ledger.model import yaml12
from ledger.model.experiment import Experiment, Recorded, directory
from ledger.model.hypothesis import Plan
from ledger.store.objects import Objects

TRIAL_REFS = "refs/ledger/trials"


def read(
    objects: Objects,
    name: str,
    *,
    tip: str,
    branch: str | None,
    landed: bool,
    pending: Iterable[tuple[str, str]],
) -> Experiment | None:
    """The experiment as the commit `tip` holds it, None where it has no `hypothesis.md`.

    `pending` are the (trial id, trial commit) pairs that are not on the branch. A record that cannot be read is
    passed over and named in `problems`. Raises FormatError where the hypothesis cannot be.
    """
    folder = directory(name)
    text = objects.text(tip, f"{folder}/hypothesis.md")
    if text is None:
        return None
    hypothesis = hypotheses.parse(text)
    if hypothesis.plan.name != name:
        raise FormatError(f"`name` is {hypothesis.plan.name}, but the folder is {folder}")
    problems: list[str] = []
    found = list(_records(objects, name, tip, problems))
    known = {record.path for record in found}
    for trial_id, commit in pending:
        path = f"{folder}/trials/{trial_id}.yaml"
        text = objects.text(commit, path)
        if text is not None and path not in known:
            found += _record(text, path, name, problems, commit)
    verdict = objects.text(tip, f"{folder}/verdict.md")
    return Experiment(
        name=name,
        branch=branch,
        tip=tip,
        hypothesis=hypothesis,
        trials=_ordered(found, hypothesis.plan),
        notes=objects.text(tip, f"{folder}/notes.md") or "",
        verdict=None if verdict is None else _front_matter(verdict, f"{folder}/verdict.md", problems),
        landed=landed,
        problems=tuple(problems),
    )


def _records(objects: Objects, name: str, tip: str, problems: list[str]) -> Iterable[Recorded]:
    folder = f"{directory(name)}/trials"
    for variant, entry in objects.folder(f"{tip}:{folder}").items():
        if not entry.is_tree:
            continue
        for file, record in objects.folder(entry.oid).items():
            if file.endswith(".yaml") and not record.is_tree:
                found = objects.read(record.oid)
                text = "" if found is None else found.data.decode("utf-8", errors="replace")
                path = f"{folder}/{variant}/{file}"
                if record.mode == "120000":
                    problems.append(f"{path} is a symbolic link, not a record")
                    continue
                yield from _record(text, path, name, problems, None)


def _record(text: str, path: str, name: str, problems: list[str], commit: str | None) -> list[Recorded]:
    try:
        trial = trials.loads(text)
    except FormatError as error:
        problems.append(f"{path}: {error}")
        return []
    if trial.experiment != name or trials.record_path(directory(name), trial) != path:
        problems.append(f"{path}: it says that it is {trial.experiment}:{trial.id}")
        return []
    return [Recorded(trial=trial, path=path, commit=commit)]


def _ordered(records: Iterable[Recorded], plan: Plan) -> tuple[Recorded, ...]:
    arms = {variant.name: number for number, variant in enumerate(plan.variants)}
    points = {point: number for number, point in enumerate(plan.replicates.points())}

    def key(record: Recorded) -> tuple[int, str, int, str, int]:
        trial = record.trial
        place = points.get(trial.point, len(points))
        return (arms.get(trial.variant, len(arms)), trial.variant, place, str(trial.point), trial.attempt)

    return tuple(sorted(records, key=key))


def _front_matter(text: str, path: str, problems: list[str]) -> dict[str, object] | None:
    try:
        front, _ = hypotheses.split_front_matter(text)
        document = yaml12.loads_untrusted(front)
        if not isinstance(document, dict):
            raise FormatError("the front matter is not a mapping")
    except (FormatError, yaml12.YamlError) as error:
        problems.append(f"{path}: {error}")
        return None
    return document
