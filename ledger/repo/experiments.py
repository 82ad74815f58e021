"""Reading experiments out of git objects: from a commit's tree and from trials that are not collected yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache

from ledger.errors import FormatError, NewerError
from ledger.git.entries import Entry
from ledger.git.git import ZERO
from ledger.git.git_object import GitObject, entries
from ledger.git.objects import Objects
from ledger.model import hypothesis as hypotheses
from ledger.model import interpretation, trial_file, verdict_file
from ledger.model import trial as trials
from ledger.model import void as voids
from ledger.model.aliases import NONE, Aliases
from ledger.model.experiment import DIRECTORY, Experiment, Recorded, Unread, directory
from ledger.model.formats import front_matter
from ledger.model.frozen import frozen
from ledger.model.plan import Plan
from ledger.model.trial import Trial
from ledger.model.verdict import Verdict
from ledger.model.void import Void

TRIAL_REFS = "refs/ledger/trials"

# the same trials where `dvc gc --all-commits` looks: it follows heads, remotes and tags, and deletes the checkpoints of
# what other refs hold. Not tags, which `git push --tags` would give to others
HOLDING_REFS = "refs/remotes/ledger-trials"


ReadMany = Callable[[Sequence[str]], Iterable[GitObject | None]]


def is_record(objects: Objects, path: str, *commits: str) -> bool:
    """Whether a path belongs to the ledger: it lies in a folder of `experiments/` that holds a hypothesis at a commit.

    What else is below `experiments/` is the project's own, as in every other folder.
    """
    parts = path.split("/")
    if parts[0] != DIRECTORY or len(parts) < 3:
        return False
    asks = ((_is_experiment if len(commit) >= len(ZERO) else _is_experiment.__wrapped__, commit) for commit in commits)
    return any(ask(objects, commit, parts[1]) for ask, commit in asks)


# thousands of records are asked for one by one; what full ids name never changes
@lru_cache(maxsize=256)
def _is_experiment(objects: Objects, commit: str, name: str) -> bool:
    return objects.read(f"{commit}:{directory(name)}/hypothesis.md") is not None


@frozen
class Wanted:
    """What is to be read: the experiment's directory at the commit `tip`, and trials that are not on the branch.

    `pending` are (trial id, trial commit) pairs. `aliases` are the names by which metrics are read.
    """

    name: str
    tip: str
    pending: tuple[tuple[str, str], ...] = ()
    aliases: Aliases = NONE


@frozen
class Folder:
    """An experiment's directory: the id of its tree, None where there is none, and what is in it."""

    tree: str | None
    files: Mapping[str, Entry]


@frozen
class Record:
    """A record's file; `text` is None where git cannot read it. `commit`: its trial commit, if not on the branch.

    `void` is the text of the file that voids it, None where there is none.
    """

    path: str
    text: str | None
    link: bool = False
    commit: str | None = None
    void: str | None = None


@frozen
class Texts:
    """The files of one experiment; `hypothesis` and `verdict` are None where there is none."""

    hypothesis: str | None
    notes: str
    verdict: str | None
    records: tuple[Record, ...]


def read(
    objects: Objects,
    wanted: Wanted,
    *,
    branch: str | None,
    landed: bool,
    archived: bool = False,
) -> Experiment | None:
    """The experiment, None where it has no `hypothesis.md`.

    A record that cannot be read is skipped and named in `problems`. Raises FormatError where the hypothesis
    cannot be.
    """
    few = objects.read_few
    (texts,) = read_texts(few, [wanted], folders(few, [wanted]))
    return assemble(wanted, texts, branch=branch, landed=landed, archived=archived)


# --- from git


def folders(read_many: ReadMany, wanted: Sequence[Wanted]) -> list[Folder]:
    """The experiments' directories."""
    found = read_many([f"{w.tip}:{directory(w.name)}" for w in wanted])
    return [Folder(tree=f.oid if f is not None and f.kind == "tree" else None, files=entries(f)) for f in found]


def read_texts(read_many: ReadMany, wanted: Sequence[Wanted], at: Sequence[Folder]) -> list[Texts]:
    """The files of the experiments, in three rounds of reading however many they are."""
    names = ("hypothesis.md", "notes.md", "verdict.md", "trials")
    listed = [(number, name) for number, folder in enumerate(at) for name in names if name in folder.files]
    pending = [(number, trial, commit) for number, w in enumerate(wanted) for trial, commit in w.pending]
    asked = [at[number].files[name].oid for number, name in listed]
    asked += [f"{commit}:{_path(wanted[number].name, trial)}" for number, trial, commit in pending]
    found = list(read_many(asked))

    texts: list[dict[str, str]] = [{} for _ in at]
    arms: list[tuple[int, str, str]] = []
    for (number, name), got in zip(listed, found, strict=False):
        if name == "trials":
            arms += [(number, arm, entry.oid) for arm, entry in entries(got).items() if entry.is_tree]
        elif got is not None and got.kind == "blob":
            texts[number][name] = _text(got)

    files = [
        (number, f"{directory(wanted[number].name)}/trials/{arm}/{file}", entry)
        for (number, arm, _), got in zip(arms, read_many([oid for *_, oid in arms]), strict=True)
        for file, entry in entries(got).items()
        if file.endswith((".yaml", voids.SUFFIX)) and not entry.is_tree
    ]
    records: list[list[Record]] = [[] for _ in at]
    held = list(zip(files, read_many([entry.oid for *_, entry in files]), strict=True))
    voided = {path: "" if got is None else _text(got) for (_, path, _), got in held if path.endswith(voids.SUFFIX)}
    for (number, path, entry), got in held:
        if path in voided:
            continue
        void = voided.get(voids.path_of(path)) if voided else None
        text = None if got is None else _text(got)
        records[number].append(Record(path=path, text=text, link=entry.is_link, void=void))
    for (number, trial, commit), got in zip(pending, found[len(listed) :], strict=True):
        if got is None or got.kind != "blob":
            continue
        path, text = _path(wanted[number].name, trial), _text(got)
        known = {record.path: record.text for record in records[number]}
        if path in known and known[path] != text:
            # a trial that ran in another clone has the name
            path = path if text in known.values() else trials.next_free(path, known)
        if path not in known:
            records[number].append(Record(path=path, text=text, commit=commit))
    return [
        Texts(
            hypothesis=text.get("hypothesis.md"),
            notes=text.get("notes.md", ""),
            verdict=text.get("verdict.md"),
            records=tuple(own),
        )
        for text, own in zip(texts, records, strict=True)
    ]


def _path(name: str, trial: str) -> str:
    return f"{directory(name)}/trials/{trial}.yaml"


def _text(found: GitObject) -> str:
    return found.data.decode("utf-8", errors="replace")


# --- from texts


def assemble(
    wanted: Wanted, texts: Texts, *, branch: str | None, landed: bool, archived: bool = False
) -> Experiment | None:
    """The experiment that the texts make, as `read` says."""
    name, folder = wanted.name, directory(wanted.name)
    if texts.hypothesis is None:
        return None
    with anything_wrong():
        hypothesis = hypotheses.parse(texts.hypothesis)
    if hypothesis.plan.name != name:
        raise FormatError(f"`name` is {hypothesis.plan.name}, but the folder is {folder}")
    problems: list[Unread] = []
    found: list[Recorded] = []
    too_new: list[Unread] = []
    for record in texts.records:
        try:
            found.append(_recorded(record, name, problems))
        except NewerError as error:
            too_new.append(Unread(path=record.path, said=f": {error}"))
        except FormatError as error:
            problems.append(Unread(path=record.path, said=str(error)))
    verdict = texts.verdict
    as_written = Experiment(
        name=name,
        branch=branch,
        tip=wanted.tip,
        hypothesis=hypothesis,
        trials=_ordered(found, hypothesis.plan),
        notes=texts.notes,
        interpretation=interpretation.interpretation_of(verdict or ""),
        verdict=None if verdict is None else _verdict(verdict, f"{folder}/verdict.md", problems),
        landed=landed,
        archived=archived,
        problems=tuple(problems),
        too_new=tuple(too_new),
    )
    return as_written.named(wanted.aliases)


@contextmanager
def anything_wrong() -> Iterator[None]:
    """Whatever a reader of other people's files fails over is a FormatError: their file's problem, not the command's.

    But for a lack of memory, which is the machine's.
    """
    try:
        yield
    except (FormatError, MemoryError):
        raise
    except Exception as error:
        said = str(error).strip().splitlines() or ["no message"]
        raise FormatError(f"it cannot be read: {type(error).__name__}: {said[0][:200]}") from error


def _recorded(record: Record, name: str, problems: list[Unread]) -> Recorded:
    """The trial that a file holds. Raises FormatError, which continues from the file's path."""
    if record.link:
        raise FormatError(" is a symbolic link, not a record")
    if record.text is None:
        raise FormatError(": git cannot read it (git fsck says what is damaged)")
    try:
        with anything_wrong():
            written = trial_file.loads(record.text)
            stem = record.path.rpartition("/")[2].removesuffix(".yaml")
            trial = trials.renamed(written, stem) or written
            path = trials.record_path(directory(name), trial)
    except NewerError:
        raise
    except FormatError as error:
        raise FormatError(f": {error}") from None
    if trial.experiment != name or path != record.path:
        raise FormatError(f": it says that it is {trial.experiment}:{trial.id}")
    void = None if record.void is None else _void(record.void, trial, voids.path_of(path), problems)
    own = None if written.attempt == trial.attempt else written.id
    return Recorded(trial=trial, path=record.path, commit=record.commit, void=void, written=own)


def _void(text: str, trial: Trial, path: str, problems: list[Unread]) -> Void:
    """What voids a trial: whatever is wrong with the file, somebody has meant that the trial shall not count."""
    try:
        with anything_wrong():
            return voids.loads(text)
    except FormatError as error:
        problems.append(Unread(path=path, said=f": {error}"))
        return Void(by="", when=trial.started, why="")


def _ordered(records: Iterable[Recorded], plan: Plan) -> tuple[Recorded, ...]:
    arms = {variant.name: number for number, variant in enumerate(plan.variants)}
    points = {point: number for number, point in enumerate(plan.replicates.points())}

    def key(record: Recorded) -> tuple[int, str, int, str, int]:
        trial = record.trial
        place = points.get(trial.point, len(points))
        return (arms.get(trial.variant, len(arms)), trial.variant, place, str(trial.point), trial.attempt)

    return tuple(sorted(records, key=key))


def _verdict(text: str, path: str, problems: list[Unread]) -> Verdict | None:
    try:
        with anything_wrong():
            document, _ = front_matter.read(text)
            return verdict_file.from_mapping(document)
    except FormatError as error:
        problems.append(Unread(path=path, said=f": {error}"))
        return None
