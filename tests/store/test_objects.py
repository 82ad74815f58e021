"""Reading after an interrupt: the answer to one question is never taken for that to the next."""

from __future__ import annotations

from typing import IO

import pytest
from conftest import Project

from ledger.store import objects as module
from ledger.store.git import open_repository


def test_an_interrupt_between_question_and_answer(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    objects = open_repository(project.root).objects
    assert objects.blob("HEAD", "train.py") is not None

    def interrupted(stream: IO[bytes]) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(module, "_answer", interrupted)
        with pytest.raises(KeyboardInterrupt):
            objects.read("HEAD:dvc.yaml")
    assert objects.blob("HEAD", "train.py") == (project.root / "train.py").read_bytes()
    objects.close()
