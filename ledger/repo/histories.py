"""What branches and tags keep of an experiment's history: its own commits, and the states of its trials."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from ledger.git.git import Git
from ledger.git.git_object import GitObject, message_of, parents_of
from ledger.git.objects import Objects
from ledger.model.experiment import Experiment, Recorded, directory
from ledger.model.formats import trailers
from ledger.repo import folder_log
from ledger.repo.snapshot import Repository
from ledger.repo.sources import TIP, TRIALS_OF

# commits that a branch usually has at most
_FAR = 200


def tip(ledger: Repository, experiment: Experiment) -> str | None:
    """The commit whose history is the experiment's own: its branch's, or the tip that landing or archiving kept.

    None where that history is gone, as after a squash by hand.
    """
    known, key = ledger.snapshot.tips, _key(experiment)
    if key not in known:
        known[key] = _tip(ledger, experiment)
    return known[key]


def _key(experiment: Experiment) -> tuple[str, str | None, str]:
    """What an experiment's history depends on, besides what the refs of the moment say."""
    return experiment.name, experiment.branch, experiment.tip


def _tip(ledger: Repository, experiment: Experiment) -> str | None:
    if experiment.deleted:
        return _last_run(ledger, experiment)
    if experiment.archived or (experiment.branch or "").startswith("refs/heads/"):
        return experiment.tip
    kept = kept_tip(ledger, experiment)
    if experiment.branch is not None:
        # a remote may have been left behind by what was put away or landed here
        return kept if kept is not None and ledger.git.is_ancestor(experiment.tip, kept) else experiment.tip
    # the branch may have gone on after it had landed
    own = _named_by_landing(ledger, experiment) or (None if kept is None else _as_landed(ledger, experiment, kept))
    return own or (experiment.tip if grew(ledger, experiment.name, experiment.tip) else kept)


def _named_by_landing(ledger: Repository, experiment: Experiment) -> str | None:
    """The tip of the branch when it last landed, as the commit on the main branch says that brought it."""
    named_so = trailers.having((trailers.EXPERIMENT, experiment.name), (trailers.TIP, None))
    form = f"--format=%(trailers:key={trailers.TIP},valueonly)"
    named = ledger.git.text("log", "-1", *named_so, form, experiment.tip, "--").strip()
    return ledger.git.commit(named) if named else None


def _as_landed(ledger: Repository, experiment: Experiment, kept: str) -> str | None:
    """The last commit below a kept tip whose record of the experiment is the one that the main branch has."""
    git, folder = ledger.git, directory(experiment.name)
    commits = git.text("log", "--topo-order", "--format=%H", kept, "--", folder).split()
    landed, *trees = git.objects.read_many([f"{commit}:{folder}" for commit in (experiment.tip, *commits)])
    same = (commit for commit, tree in zip(commits, trees, strict=True) if tree is not None and tree == landed)
    return next(same, None)


def grew(ledger: Repository, name: str, at: str) -> bool:
    """Whether a history has the experiment's own commits, and not one that brought it whole, as a squash does."""
    first = next(iter(_texts(ledger.git, at, name, "hypothesis.md")), None)
    return first is not None and not ledger.git.objects.folder(f"{first[0]}:{directory(name)}/trials")


def of_file(ledger: Repository, experiment: Experiment, file: str) -> Sequence[tuple[str, datetime, str]]:
    """The commits that changed a file of the experiment, oldest first: id, the author's date, the text from then on."""
    own = tip(ledger, experiment)
    return () if own is None else _texts(ledger.git, own, experiment.name, file)


def changes_of(git: Git, at: str, name: str, file: str) -> tuple[tuple[str, datetime], ...]:
    """The commits below one that changed a file of the experiment, the latest first: id and the author's date."""
    folder = directory(name)
    known = folder_log.followed(git, at, folder)
    if known is not None:
        path = f"{folder}/{file}"
        return tuple((one.oid, one.moment) for one in known if any(changed.path == path for changed in one.files))
    out = git.text("log", "--topo-order", "--format=%H %aI", "--no-renames", at, "--", f"{folder}/{file}")
    lines = (line.partition(" ") for line in out.splitlines())
    return tuple((commit, datetime.fromisoformat(moment)) for commit, _, moment in lines)


@lru_cache(maxsize=64)
def _texts(git: Git, at: str, name: str, file: str) -> tuple[tuple[str, datetime, str], ...]:
    found = []
    for commit, moment in reversed(changes_of(git, at, name, file)):
        text = git.objects.text(commit, f"{directory(name)}/{file}")
        if text is not None:
            found.append((commit, moment, text))
    return tuple(found)


def as_it_was(ledger: Repository, experiment: Experiment, commit: str) -> str:
    """The commit that a verdict was written by, where `commit` made it anew on another clone's: it knew only its own.

    Itself where it is the first, or the other is not here or holds another verdict.
    """
    objects = ledger.git.objects
    original = trailers.value(objects.message(commit), trailers.REPLAYED)
    if original is None or objects.read(f"{original}^{{commit}}") is None:
        return commit
    file = f"{directory(experiment.name)}/verdict.md"
    there, here = objects.at(original, file), objects.at(commit, file)
    return original if there is not None and here is not None and there.oid == here.oid else commit


def rewritten(ledger: Repository, experiment: Experiment) -> bool:
    """Whether the branch is no longer that on which the trials ran: it was rebased, squashed or filtered since.

    Tags keep the commits whose code ran, and name the run commits that were on the branch.
    """
    known, key = ledger.snapshot.rewritten, (*_key(experiment), frozenset(codes(experiment, experiment.trials)))
    if key not in known:
        known[key] = _rewritten(ledger, experiment)
    return known[key]


def _rewritten(ledger: Repository, experiment: Experiment) -> bool:
    own = tip(ledger, experiment)
    held = ledger.snapshot.tags_of(experiment.name).values()
    named = [trailers.value(ledger.git.objects.message(commit), trailers.RUN) for commit in held]
    asked = {name for name in named if name} | codes(experiment, experiment.trials)
    here = [commit for commit in asked if ledger.git.objects.read(f"{commit}^{{commit}}") is not None]
    if own is None or len(here) < len(asked):
        return True
    missing = set(here)
    for commit in _line(ledger.git.objects, own):
        missing.discard(commit)
        if not missing:
            return False
    return bool(ledger.git.text("rev-list", "-n1", *missing, "--not", own, "--").strip())


def _line(objects: Objects, commit: str) -> Iterator[str]:
    """A commit and its first parents, as far back as a branch usually goes."""
    for _ in range(_FAR):
        yield commit
        parents = objects.parents(commit)
        if not parents:
            return
        commit = parents[0]


def before_rewriting(ledger: Repository, experiment: Experiment, file: str) -> Sequence[tuple[str, datetime, str]]:
    """The same as `of_file` of the commits below the code that ran, which tags keep: the longest such history."""
    here = [
        code
        for code in codes(experiment, experiment.trials)
        if ledger.git.objects.read(f"{code}^{{commit}}") is not None
    ]
    return max((_texts(ledger.git, code, experiment.name, file) for code in sorted(here)), key=len, default=())


def codes(experiment: Experiment, records: Iterable[Recorded]) -> set[str]:
    """The commits on the branch whose code ran in these of its trials."""
    plan = experiment.plan
    elsewhere = {variant.name for variant in plan.variants if variant.at is not None}
    return {r.trial.code for r in records if r.trial.reused is None and r.trial.variant not in elsewhere} - {plan.base}


def _last_run(ledger: Repository, experiment: Experiment) -> str:
    """Of a deleted branch the commit of its last run while git still has it, else that which holds the run's trials."""
    message = ledger.git.objects.message(experiment.tip)
    run = trailers.value(message, trailers.RUN)
    return (ledger.git.commit(run) if run else None) or experiment.tip


def verdict_commits(
    objects: Objects, tips: Mapping[str, str], *, rounds: int, replayed: bool = True
) -> dict[str, GitObject]:
    """The latest commit behind each experiment's tip that wrote its verdict, by name.

    An experiment is not among them where that lies more than so many `rounds` behind. Commits that `pull` has
    `replayed` count unless they are not to.
    """
    found: dict[str, GitObject] = {}
    waiting = dict(tips)
    for _ in range(rounds):
        if not waiting:
            break
        commits = list(objects.read_many(list(waiting.values())))
        older = {}
        for name, commit in zip(waiting, commits, strict=True):
            said, parents = message_of(commit), parents_of(commit)
            concludes = trailers.value(said, trailers.OUTCOME) and trailers.value(said, trailers.EXPERIMENT) == name
            if commit is not None and concludes and (replayed or not trailers.value(said, trailers.REPLAYED)):
                found[name] = commit
            elif parents:
                older[name] = parents[0]
        waiting = older
    return found


def older_on_main(ledger: Repository, experiment: Experiment) -> str | None:
    """The main branch where it has another record of the experiment than the experiment's own branch, else None."""
    read, folder, main = ledger.git.objects.read, directory(experiment.name), ledger.snapshot.main_tip
    differs = experiment.landed and read(f"{experiment.tip}:{folder}") != read(f"{main}:{folder}")
    return ledger.snapshot.landed_on if differs else None


def kept_tip(ledger: Repository, experiment: Experiment) -> str | None:
    """The commit that the latest tag for a branch's tip holds, None where there is no such tag."""
    tags = ledger.git.text(
        "for-each-ref", "--sort=-taggerdate", "--format=%(refname)", f"refs/tags/ledger/{experiment.name}"
    )
    for tag in tags.splitlines():
        if (ledger.git.objects.tag_message(tag) or "").startswith(TIP):
            return ledger.git.commit(tag)
    return None


def trial_commits(ledger: Repository, name: str, *, tip: str | None = None) -> dict[str, str]:
    """The trial commits that tags hold, by trial id; a trial whose commit is lost is not among them.

    `tip` stands for the branch's commit where it is not written yet.
    """
    objects = ledger.git.objects

    def read(commit: str) -> GitObject | None:
        found = objects.read(f"{commit}^{{commit}}")
        objects.ahead(parents_of(found) if message_of(found).startswith(TRIALS_OF) else ())
        return found

    return _by_record(ledger, name, _claims(ledger.snapshot.tags_of(name).values(), read), tip)


def all_trial_commits(ledger: Repository) -> dict[str, dict[str, str]]:
    """The same of every experiment that has tags, by name; all commits are read together."""
    tagged = {name: list(tags.values()) for name, tags in ledger.snapshot.tags.items()}
    known: dict[str, GitObject | None] = {}
    asked = list(dict.fromkeys(commit for commits in tagged.values() for commit in commits))
    while asked:
        read = ledger.git.objects.read_many([f"{commit}^{{commit}}" for commit in asked])
        known |= dict(zip(asked, read, strict=True))
        holding = [known[commit] for commit in asked if message_of(known[commit]).startswith(TRIALS_OF)]
        asked = list(dict.fromkeys(p for commit in holding for p in parents_of(commit) if p not in known))
    return {name: _by_record(ledger, name, _claims(commits, known.get), None) for name, commits in tagged.items()}


def _claims(tagged: Iterable[str], read: Callable[[str], GitObject | None]) -> dict[str, list[str]]:
    """The trial commits by the id that each gives its trial."""
    found: dict[str, list[str]] = {}
    pending = list(tagged)
    seen: set[str] = set()
    while pending:
        commit = pending.pop()
        if commit in seen:
            continue
        seen.add(commit)
        held = read(commit)
        message = message_of(held)
        trial = trailers.value(message, trailers.TRIAL)
        if trial is not None:
            found.setdefault(trial, []).append(commit)
        elif message.startswith(TRIALS_OF):
            pending += parents_of(held)
    return found


def _by_record(ledger: Repository, name: str, claims: Mapping[str, Sequence[str]], tip: str | None) -> dict[str, str]:
    """The trial commits by the names that their records have: of two that claim one id, which two clones may have run,
    one has another name on the branch.
    """
    found = {trial: commits[-1] for trial, commits in claims.items()}
    rivals = {trial: commits for trial, commits in claims.items() if len(commits) > 1}
    if tip is None:
        source = ledger.snapshot.source(name) if rivals else None
        tip = None if source is None else source.tip
    if tip is None:
        return found
    objects, folder = ledger.git.objects, f"{directory(name)}/trials"
    for trial, commits in rivals.items():
        arm = trial.partition("/")[0]
        files = objects.folder(f"{tip}:{folder}/{arm}")
        names = {entry.oid: f"{arm}/{file.removesuffix('.yaml')}" for file, entry in files.items()}
        for commit in commits:
            record = objects.at(commit, f"{folder}/{trial}.yaml")
            if record is not None and record.oid in names:
                found[names[record.oid]] = commit
    return found
