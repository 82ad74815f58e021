"""Committing a user's own changes to tracked files as code, without a commit through the shared index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ledger.errors import LedgerError
from ledger.git.branch import Moved, Overlap, Step
from ledger.git.entries import plain_file
from ledger.model.experiment import Experiment
from ledger.model.formats import trailers
from ledger.repo import submodules
from ledger.repo.change import Change, transact
from ledger.repo.ledger import Ledger


def commit_tracked(
    ledger: Ledger,
    experiment: Experiment,
    paths: Sequence[str],
    message: str,
    *,
    instead: Mapping[str, str] | None = None,
) -> str:
    """Commit the work tree's state of the paths on the experiment's branch, which is checked out here.

    `instead` gives a text by path that is committed instead of the work tree's, which stays as it is. Returns the
    commit. Raises LedgerError, and then the branch and the index are as they were.
    """
    git = ledger.git
    submodules.refuse_changed(git.root, paths)

    def make(change: Change) -> str:
        before = git.objects.files(experiment.tip)
        entries = {
            # a file that is new to the branch has the usual mode
            path: replace(before.get(path, plain_file("")), oid=git.blob(text.encode()))
            for path, text in (instead or {}).items()
        }
        tree = git.tree_of_files(experiment.tip, paths, root=git.root, entries=entries)
        files = git.objects.files(tree)
        told = [(trailers.EXPERIMENT, experiment.name)]
        commit = git.commit_tree(tree, [experiment.tip], trailers.compose(_subject(message), trailers=told))
        # the index entries first: then the work tree is where the branch goes, and stays untouched
        index = "".join(
            f"{files[path].mode} {files[path].oid}\t{path}\0" if path in files else f"0 {'0' * 40}\t{path}\0"
            for path in paths
        ).encode("utf-8", "surrogateescape")
        git.run("update-index", "-z", "--index-info", stdin=index)
        try:
            change.advance(
                Step(ref=experiment.branch or "", old=experiment.tip, new=commit, reason=f"ledger: {message}")
            )
        except (Moved, Overlap) as error:
            git.run("reset", "--quiet", "--", *(f":(top,literal){path}" for path in paths))
            raise LedgerError(
                "the branch moved, or a work tree is in the way, while the change was committed: " + str(error),
                hint="try again",
            ) from None
        return commit

    return transact(ledger, make)


def require_text(message: str | None) -> None:
    """Refuse a message that is given and says nothing."""
    if message is not None and not message.strip():
        raise LedgerError("-m is an empty message", hint='-m "what you changed"')


def _subject(message: str) -> str:
    first, _, rest = message.strip().partition("\n")
    topic = first.split(":", 1)[0]
    titled = first if ":" in first and topic.replace("-", "").isalnum() else f"code: {first}"
    return f"{titled}\n{rest}".strip()
