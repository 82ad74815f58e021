"""The versions of models with what the records say of each as of now.

A tag is somebody's claim. The experiment's own record is read beside it, and the lock at the commit that is tagged:
where they disagree, the version says so and nothing that the tag claims is taken for true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from ledger.analysis import model_doubts
from ledger.analysis.promotable import standing
from ledger.analysis.registry import registry
from ledger.errors import FormatError
from ledger.git.git import Git
from ledger.git.git_object import GitObject, message_of
from ledger.model import void as voids
from ledger.model.confirmation import Standing
from ledger.model.experiment import Experiment, Recorded, directory
from ledger.model.formats import trailers
from ledger.model.formats.lockfile import Pinned
from ledger.model.frozen import frozen
from ledger.model.models import Artifact, ModelTag, ModelVersion, Registered
from ledger.model.names import NAME
from ledger.model.pipeline import inside
from ledger.model.promotion import TRIAL_ID, Promotion, same_metrics
from ledger.repo import experiments
from ledger.repo.experiments import Record, Texts, Wanted
from ledger.repo.ledger import Ledger
from ledger.repo.models import artifacts, git_held, pinned, tags
from ledger.repo.models.since import standings

# of more experiments than this all are looked up together
_FEW = 20


def versions(
    ledger: Ledger, asked: Callable[[Registered], bool] | None = None, *, at: datetime | None = None
) -> tuple[ModelVersion, ...]:
    """Every version that was ever registered and is asked for, the highest of each model first; `at` as it was then.

    What the experiments say of it is what they say now.
    """
    every = registry(tags.read(ledger.git), at)
    return tuple(read(ledger, [one for one in every if asked is None or asked(one)]))


def read(ledger: Ledger, registered: Sequence[Registered]) -> list[ModelVersion]:
    """The same versions with what the records say of them."""
    commits = _commits(ledger.git, [one.tag.commit for one in registered])
    origins = [_origin(one, commits.get(one.tag.commit)) for one in registered]
    files = _definitions(ledger.git, registered)
    found = _experiments(ledger, [origin for origin in origins if origin is not None])
    locks = ledger.git.objects.read_many([f"{one.tag.commit}:{pinned.LOCK}" for one in registered])
    now = standings(ledger, found)
    versions_ = []
    for one, origin, artifact, lock in zip(registered, origins, files, locks, strict=True):
        name = "" if origin is None else origin.experiment
        data = lock.data if lock is not None and lock.kind == "blob" else None
        versions_.append(_version(ledger, one, origin, found.get(name), now.get(name), artifact, data))
    return versions_


@frozen
class _Origin:
    """Where a version comes from, as its tag claims, or without that as the commit does that is tagged."""

    experiment: str
    trial: str | None


def _origin(one: Registered, commit: GitObject | None) -> _Origin | None:
    if one.tag.claim is not None:
        return _Origin(experiment=one.tag.claim.experiment, trial=one.tag.claim.trial)
    message = message_of(commit)
    experiment, trial = (trailers.value(message, key) for key in (trailers.EXPERIMENT, trailers.TRIAL))
    if experiment is None or NAME.fullmatch(experiment) is None:
        return None
    return _Origin(experiment=experiment, trial=trial if trial and TRIAL_ID.fullmatch(trial) else None)


def _commits(git: Git, oids: Iterable[str]) -> dict[str, GitObject]:
    asked = list(dict.fromkeys(oids))
    read = zip(asked, git.objects.read_many(asked), strict=True)
    return {oid: found for oid, found in read if found is not None and found.kind == "commit"}


def _definitions(git: Git, registered: Sequence[Registered]) -> list[Artifact | None]:
    """What dvc.yaml says of each version's model at its commit."""
    asked = [f"{one.tag.commit}:{artifacts.file_of(one.model)}" for one in registered]
    known: dict[tuple[str, str], Artifact | None] = {}
    found = []
    for one, blob in zip(registered, git.objects.read_many(asked), strict=True):
        # most versions of a model have the same
        key = (one.model, "" if blob is None else blob.oid)
        if key not in known:
            text = blob.data.decode("utf-8", errors="replace") if blob is not None and blob.kind == "blob" else None
            known[key] = artifacts.artifact(one.model, text)
        found.append(known[key])
    return found


def _experiments(ledger: Ledger, origins: Sequence[_Origin]) -> dict[str, Experiment]:
    """The experiments that are here, each with the records that are asked for and no others."""
    wanted: dict[str, set[str]] = {}
    for origin in origins:
        wanted.setdefault(origin.experiment, set()).update([origin.trial] if origin.trial else [])
    known = ledger.snapshot.sources if len(wanted) > _FEW else {name: ledger.snapshot.source(name) for name in wanted}
    sources = {name: source for name in wanted if (source := known.get(name)) is not None}
    asked = []
    for name, source in sources.items():
        folder = f"{source.tip}:{directory(name)}"
        paths = [f"trials/{trial}.yaml" for trial in sorted(wanted[name])]
        asked += [f"{folder}/{path}" for path in ("hypothesis.md", "verdict.md", *paths, *map(voids.path_of, paths))]
    blobs = iter(ledger.git.objects.read_many(asked))
    found = {}
    for name, source in sources.items():
        hypothesis, verdict = _text(next(blobs)), _text(next(blobs))
        paths = [f"{directory(name)}/trials/{trial}.yaml" for trial in sorted(wanted[name])]
        records, void = [[_text(next(blobs)) for _ in paths] for _ in range(2)]
        texts = Texts(
            hypothesis=hypothesis,
            notes="",
            verdict=verdict,
            records=tuple(
                Record(path=path, text=text, void=said)
                for path, text, said in zip(paths, records, void, strict=True)
                if text is not None
            ),
        )
        try:
            experiment = experiments.assemble(
                Wanted(name=name, tip=source.tip, aliases=ledger.settings.aliases),
                texts,
                branch=source.branch,
                landed=source.landed,
                archived=source.archived,
            )
        except FormatError:
            continue
        if experiment is not None:
            found[name] = experiment
    return found


def _text(blob: GitObject | None) -> str | None:
    return blob.data.decode("utf-8", errors="replace") if blob is not None and blob.kind == "blob" else None


# --- one version


def _version(
    ledger: Ledger,
    one: Registered,
    origin: _Origin | None,
    experiment: Experiment | None,
    now: Standing | None,
    artifact: Artifact | None,
    lock: bytes | None,
) -> ModelVersion:
    claim, commit = one.tag.claim, one.tag.commit
    record = None if experiment is None or origin is None else _record(ledger.git, experiment, origin.trial, one.tag)
    path = claim.path if claim is not None else _own_path(record, artifact)
    output, pin = _output(record, path)
    blob = None
    if output is not None and pin is not None:
        held = pinned.holds(ledger, commit, output, pin.md5, lock=lock)
    else:
        blob = None if record is None or path is None else git_held.blob_of_trial(ledger, record, path)
        held = blob is not None and git_held.blob_at(ledger.git, commit, path or "") == blob
        held = held and (claim is None or claim.blob == blob)
    belongs = experiment is not None and (
        held if origin is not None and origin.trial else ledger.git.is_ancestor(commit, experiment.tip)
    )
    doubts = model_doubts.doubts(
        claim, experiment, record, now, md5=None if pin is None or output != path else pin.md5, belongs=belongs
    )
    if claim is None and not belongs:
        # whoever made the commit may have written into it whatever is to be read here
        return ModelVersion(registered=one, path=path, artifact=artifact, doubts=doubts)
    return ModelVersion(
        registered=one,
        experiment=None if origin is None else origin.experiment,
        trial=record.trial.id if record is not None else None if claim is None else claim.trial,
        outcome=None if experiment is None else experiment.outcome,
        state=None if experiment is None else standing(experiment),
        promoted=None if claim is None else claim.outcome,
        metrics=record.metrics if record is not None else {} if claim is None else claim.metrics,
        path=path,
        md5=_md5(pin, output, path, None if claim is None else claim.md5),
        blob=blob if record is not None or claim is None else claim.blob,
        why="" if claim is None else claim.why,
        tested=None if now is None or record is None else now.of(record.trial.variant),
        artifact=artifact,
        doubts=doubts,
    )


def _record(git: Git, experiment: Experiment, trial: str | None, tag: ModelTag) -> Recorded | None:
    """The record of a trial. One that another clone's took the name of is known by what the tagged commit holds."""
    found = next((record for record in experiment.trials if record.trial.id == trial), None)
    if trial is None or _agrees(found, tag.claim):
        return found
    commit = tag.commit
    path = f"{directory(experiment.name)}/trials/{trial}.yaml"
    objects = git.objects
    own, here = objects.read(f"{commit}:{path}"), objects.read(f"{experiment.tip}:{path}")
    if own is None or (here is not None and own.oid == here.oid):
        return found
    arm = path.rpartition("/")[0]
    files = objects.folder(f"{experiment.tip}:{arm}")
    name = next((name for name, entry in files.items() if entry.oid == own.oid and name.endswith(".yaml")), None)
    if name is None:
        return found
    wanted = Wanted(name=experiment.name, tip=experiment.tip, aliases=experiment.aliases)
    whole = experiments.read(objects, wanted, branch=experiment.branch, landed=experiment.landed)
    return None if whole is None else next((r for r in whole.trials if r.path == f"{arm}/{name}"), None)


def _agrees(record: Recorded | None, claim: Promotion | None) -> bool:
    """Whether a record says all that a tag claims of it."""
    if record is None or claim is None or not same_metrics(claim.metrics, record.trial.metrics):
        return False
    pin = record.trial.outs.get(claim.path)
    return pin is not None and pin.md5 == claim.md5


def _own_path(record: Recorded | None, artifact: Artifact | None) -> str | None:
    """The checkpoint of a version whose tag names none: what dvc.yaml says, else the trial's only output."""
    if artifact is not None:
        return artifact.path
    outputs = [] if record is None else list(record.trial.outs)
    return outputs[0] if len(outputs) == 1 else None


def _output(record: Recorded | None, path: str | None) -> tuple[str | None, Pinned | None]:
    """The output of a trial that is the path, or the folder that it lies in, with its pin."""
    outs: Mapping[str, Pinned] = {} if record is None else record.trial.outs
    found = None if path is None else next((out for out in outs if inside(path, out)), None)
    return found, None if found is None else outs[found]


def _md5(pin: Pinned | None, output: str | None, path: str | None, claimed: str | None) -> str | None:
    """The record's md5; of a file in an output folder the claimed one, which the folder's list alone could tell."""
    return pin.md5 if pin is not None and output == path else claimed
