"""One commit of ours made anew on another base: what each of its files becomes there."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from contextlib import suppress

from ledger.analysis.lock_entries import OURS, THEIRS
from ledger.analysis.replaying import merged_notes
from ledger.errors import FormatError, LedgerError
from ledger.git.entries import Entry, plain_file
from ledger.git.three_way import merge_trees, weave
from ledger.model import hypothesis as hypotheses
from ledger.model import void as voids
from ledger.model.experiment import Experiment, directory
from ledger.model.frozen import frozen
from ledger.model.pipeline import inside
from ledger.repo.landing.files import merge_code
from ledger.repo.landing.merging import BASE, Conflict, Merging
from ledger.repo.landing.results import merge_locks, merge_results
from ledger.repo.ledger import Ledger
from ledger.repo.sharing.records import Names


@frozen
class Sides:
    """Whose commits are made anew, and on what: the commit `theirs`, which people call `remote`.

    `rewritten`: it lost commits. `ran`: trials of ours are among what is made anew.
    """

    ledger: Ledger
    experiment: Experiment
    theirs: str
    remote: str
    rewritten: bool
    ran: bool

    def agree(self, path: str) -> bool:
        """Whether a file is the same on both sides in the end, whatever became of it on the way."""
        at = self.ledger.git.objects.at
        ours, theirs = at(self.experiment.tip, path), at(self.theirs, path)
        return ours is not None and theirs is not None and ours.oid == theirs.oid


def _conflict(sides: Sides, commit: str, clashes: Sequence[Conflict], paths: Sequence[str]) -> LedgerError:
    """What is raised where a commit of ours cannot be made anew for these paths.

    A rebase by hand would stop at every record of a point that both ran, and at what the branch shows of it. Where both
    sides have the same in the end there is no conflict.
    """
    branch, remote = sides.experiment.branch_name, sides.remote
    subject = sides.ledger.git.objects.message(commit).split("\n")[0]
    why = " (which was rewritten: it no longer has commits that it had)" if sides.rewritten else ""
    said = "\n  ".join(map(str, clashes))
    hint = f"git switch {branch} && git rebase {remote}, resolve it there, then pull again"
    if paths and (sides.ran or f"{directory(sides.experiment.name)}/hypothesis.md" in paths):
        named = " ".join(map(shlex.quote, paths))
        hint = (
            f"git switch {branch} && git checkout {remote} -- {named}\n"
            f"      git commit -m 'as on {remote}', then pull again\n"
            "      and make your change on top of theirs"
        )
    return LedgerError(
        f"{branch} and {remote}{why} conflict in {commit[:10]} ({subject}), so nothing was changed:\n  {said}",
        hint=hint,
    )


def merged(sides: Sides, names: Names, base: str, commit: str, onto: str, changed: Sequence[str]) -> str:
    """The tree of `onto` with what `commit` has `changed` since `base`. Raises LedgerError in a conflict."""
    git, own = sides.ledger.git, directory(sides.experiment.name)
    files: dict[str, Entry | None] = {}
    code: list[str] = []
    clashes: list[Conflict] = []
    three = _Three(sides, base, commit, onto)
    for path in changed:
        if not inside(path, own):
            code.append(path)
        elif names.is_record(path):
            files |= _record(three, names, path, clashes)
        elif names.is_void(path):
            files |= _void(three, names, path)
        else:
            files |= _own_file(three, path, path.removeprefix(f"{own}/"), clashes)
    tree = git.objects.held(f"{onto}^{{tree}}").oid
    if code and any(not inside(path, own) for path in git.changed_paths(base, onto)):
        tree = _code(sides, base, commit, onto, clashes)
    else:
        files |= {path: three.entry(commit, path) for path in code}
    if clashes:
        named = {clash.path for clash in clashes}
        raise _conflict(sides, commit, clashes, [path for path in changed if path in named])
    return git.tree(tree, files) if files else tree


class _Three:
    """The three states of a file."""

    def __init__(self, sides: Sides, base: str, commit: str, onto: str) -> None:
        self.agree = sides.agree
        self.git = sides.ledger.git
        self.remote = sides.remote
        self.branch = sides.experiment.branch_name
        self.base, self.commit, self.onto = base, commit, onto

    def entry(self, commit: str, path: str) -> Entry | None:
        """The file as a commit has it."""
        folder, _, name = path.rpartition("/")
        return self.git.objects.folder(f"{commit}:{folder}" if folder else f"{commit}^{{tree}}").get(name)

    def entries(self, path: str) -> tuple[Entry | None, Entry | None, Entry | None]:
        """The file at the base, as ours and as theirs have it."""
        return self.entry(self.base, path), self.entry(self.commit, path), self.entry(self.onto, path)

    def texts(self, path: str) -> tuple[str, str, str]:
        """The same as texts, "" where it is not there."""
        base, ours, theirs = (self.git.objects.text(c, path) or "" for c in (self.base, self.commit, self.onto))
        return base, ours, theirs

    def file(self, text: str) -> Entry:
        """A plain file that holds the text."""
        return plain_file(self.git.blob(text.encode("utf-8", "surrogateescape")))


def _record(three: _Three, names: Names, path: str, clashes: list[Conflict]) -> dict[str, Entry | None]:
    before, ours = three.entry(three.base, path), three.entry(three.commit, path)
    if ours is not None and before is None:
        place = names.bring(path, ours)
        return {} if three.entry(three.onto, place) == ours else {place: ours}
    place = names.of(path)
    theirs = three.entry(three.onto, place)
    if theirs == ours:
        return {}
    if theirs != before:
        clashes.append(Conflict(path, "a record that both changed"))
    return {place: ours}


def _void(three: _Three, names: Names, path: str) -> dict[str, Entry | None]:
    """Of two who voided a trial the earlier is named; where one takes it back that the other has not seen, it stays."""
    place = names.of(path)
    before, ours = three.entry(three.base, path), three.entry(three.commit, path)
    theirs = three.entry(three.onto, place)
    if theirs in (before, None):
        return {place: ours}
    if ours is None:
        return {}
    with suppress(FormatError):
        texts = (three.git.objects.text(three.commit, path), three.git.objects.text(three.onto, place))
        mine, others = (voids.loads(text or "") for text in texts)
        if mine.when < others.when:
            return {place: ours}
    return {}


def _own_file(three: _Three, path: str, name: str, clashes: list[Conflict]) -> dict[str, Entry | None]:
    """A file in the experiment's folder that is not a record."""
    before, ours, theirs = three.entries(path)
    if theirs == ours:
        return {}
    if theirs == before or (name == "verdict.md" and ours is not None):
        # both verdicts are in the history; the later commit's is the one that is read
        return {path: ours}
    if name.startswith("environments/") and theirs is not None:
        # the name is the hash of what it says
        return {}
    if name == "notes.md":
        base, mine, there = three.texts(path)
        return {path: three.file(merged_notes(base, there, mine))}
    if three.agree(path):
        # both versions stay in the history, this one's first
        return {path: ours}
    if None in (ours, theirs):
        gone, kept = (three.branch, three.remote) if ours is None else (three.remote, three.branch)
        clashes.append(Conflict(path, f"changed on {kept}, removed on {gone}"))
        return {}
    base, mine, there = three.texts(path)
    text = weave(three.git, base, there, mine)
    if name == "hypothesis.md":
        text = _hypothesis(three, path, text, clashes)
    elif text is None:
        clashes.append(Conflict(path, "both changed it"))
    return {} if text is None else {path: three.file(text)}


def _hypothesis(three: _Three, path: str, woven: str | None, clashes: list[Conflict]) -> str | None:
    """The plan of the one side that has amended it, with the prose of both."""
    try:
        base, ours, theirs = (hypotheses.to_mapping(hypotheses.parse(text).plan) for text in three.texts(path))
    except FormatError as error:
        clashes.append(Conflict(path, str(error)))
        return None
    mine, others = hypotheses.changed_keys(base, ours), hypotheses.changed_keys(base, theirs)
    if mine and others and ours != theirs:
        amended = f"{', '.join(mine)} on {three.branch}, {', '.join(others)} on {three.remote}"
        why = f"both amended the plan ({amended}): trials that ran under one do not belong to the other"
        clashes.append(Conflict(path, why))
        return None
    if woven is None:
        clashes.append(Conflict(path, "both changed its text"))
        return None
    try:
        found = hypotheses.to_mapping(hypotheses.parse(woven).plan)
    except FormatError as error:
        clashes.append(Conflict(path, str(error)))
        return None
    if found != (ours if mine else theirs):
        clashes.append(Conflict(path, "both changed it"))
        return None
    return woven


# --- what lies beside the experiment's folder


def _code(sides: Sides, base: str, commit: str, onto: str, clashes: list[Conflict]) -> str:
    """The tree of `onto` with the code, parameters, locks and results that ours has changed, as git and DVC merge."""
    ledger, git = sides.ledger, sides.ledger.git
    # this git finds the base by itself alone: a commit that has nothing of the other history
    stands_for = git.commit_tree(git.objects.held(f"{onto}^{{tree}}").oid, [base], "onto", sign=False)
    found = merge_trees(git, stands_for, commit)
    commits = {BASE: base, OURS: onto, THEIRS: commit}
    state = Merging(
        ledger=ledger,
        experiment=sides.experiment,
        main=sides.remote,
        commits=commits,
        files={side: git.objects.files(at) for side, at in commits.items()},
        codes={side: ledger.code.at(at) for side, at in commits.items() if side != BASE and _readable(ledger, at)},
        conflicts=found.conflicts,
    )
    contested = {*found.conflicts, *filter(state.contested, state.differing())}
    settled = [path for path in contested if not inside(path, directory(sides.experiment.name)) and sides.agree(path)]
    for path in settled:
        state.take(path, THEIRS)
    merge_code(state, settled)
    clashes += state.clashes
    own = directory(sides.experiment.name)
    # what is in the experiment's folder is not git's to merge
    folder = {path: entry for path, entry in state.files[OURS].items() if inside(path, own)}
    gone: dict[str, Entry | None] = {path: None for path in git.objects.files(found.tree) if inside(path, own)}
    tree = git.tree(found.tree, gone | folder | state.changes)
    if state.clashes or len(state.codes) < 2:
        return tree
    code, wrong = state.pipeline_of(tree)
    if code is None or wrong is not None:
        clashes.append(Conflict(None, f"the pipeline of both would not run: {wrong}"))
        return tree
    merge_results(state, code, merge_locks(state, code))
    return git.tree(tree, state.changes)


def _readable(ledger: Ledger, commit: str) -> bool:
    if not ledger.code.has_pipeline(commit):
        return False
    try:
        ledger.code.at(commit)
    except LedgerError:
        return False
    return True
