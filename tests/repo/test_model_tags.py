"""The tags that speak of models are the same whoever reads the refs."""

from __future__ import annotations

import pytest
from conftest import MakeProject

from ledger.errors import LedgerError
from ledger.git import ref_files
from ledger.git.git import open_repository
from ledger.repo.models import tags

NAMES = ("unet@v1.2.0", "deep/unet@v0.0.1", "unet#prod#3", "unet@deprecated", "models=unet@v1.0.0!")
OTHERS = ("v1.2.0", "unet", "unet@v1", "un@et/v1.0.0", "ledger/unet@v1.0.0", "a#b/c#d")


def test_they_are_the_same_whoever_reads_the_refs(make_project: MakeProject) -> None:
    project = make_project({"a.txt": "a\n"}, dvc=False)
    git = open_repository(project.root)
    assert tags.refs(git) == {}
    for name in (*NAMES, *OTHERS):
        project.git("tag", name)
    project.git("pack-refs", "--all")
    project.git("tag", "-f", NAMES[0])
    found = tags.refs(git)
    assert sorted(found) == sorted(f"refs/tags/{name}" for name in NAMES)
    assert set(found.values()) == {project.git("rev-parse", "HEAD")}

    # a ref that names nothing, which is left to git
    (project.root / ".git/refs/tags/dangling").write_text("ref: refs/tags/none\n")
    with pytest.raises(ref_files.Unusual):
        ref_files.listed(git.common, ("refs/tags/",))
    assert tags.refs(git) == found


def test_packed_refs_that_are_damaged_are_said_to_be(make_project: MakeProject) -> None:
    project = make_project({"a.txt": "a\n"}, dvc=False)
    (project.root / ".git/packed-refs").write_text("# pack-refs with: peeled fully-peeled sorted \ndamaged\n")
    with pytest.raises(LedgerError, match="git cannot read its refs"):
        tags.refs(open_repository(project.root))
