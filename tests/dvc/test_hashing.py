"""What DVC finds at the path of a dependency is remembered, until something may have changed."""

from __future__ import annotations

from typing import Any

import dvc.output
import pytest
from conftest import MakeProject
from dvc.repo import Repo

from ledger.dvc.hashing import remembered

PIPELINE = """\
stages:
  train:
    cmd: python train.py
    deps: [train.py, data]
    outs: [model.txt]
    metrics: [metrics.json: {cache: false}]
"""


def test_dependencies_are_hashed_once_until_all_is_forgotten(
    make_project: MakeProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project({"train.py": "", "dvc.yaml": PIPELINE, "data/0": "0", "data/1": "1", "model.txt": "a"})
    monkeypatch.chdir(project.root)
    built = []
    build = dvc.output.build

    def counted(odb: Any, path: str, *arguments: Any, **options: Any) -> Any:
        built.append(path.rpartition("/")[2])
        return build(odb, path, *arguments, **options)

    monkeypatch.setattr(dvc.output, "build", counted)
    before = dvc.output.Output._build
    with Repo(str(project.root)) as repo, remembered() as forget:
        (stage,) = (stage for stage in repo.index.stages if stage.addressing == "train")
        data = next(dep for dep in stage.deps if dep.def_path == "data")
        first = data.get_hash()
        stage.save_deps()
        assert data.hash_info == first == data.get_hash()
        assert built.count("data") == 1
        project.write({"data/1": "other"})
        forget()
        assert data.get_hash() != first
        assert built.count("data") == 2
        # an output is about to be kept: it is read every time
        out = next(out for out in stage.outs if out.def_path == "model.txt")
        assert out.get_hash() == out.get_hash() == out.get_hash()
        assert built.count("model.txt") == 3
    assert dvc.output.Output._build is before
