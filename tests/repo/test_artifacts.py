"""A model is added to dvc.yaml however that is written, and nothing else in it changes."""

from __future__ import annotations

import pytest

from ledger.errors import LedgerError
from ledger.model.formats import yaml12
from ledger.repo.models.artifacts import artifact, with_artifact

STAGES = "stages:\n  train: {cmd: x}  # ours\n"
TEXTS = {
    "none": STAGES,
    "no line end": STAGES.rstrip("\n"),
    "empty": "",
    "nothing in it": f"artifacts:\n{STAGES}",
    "empty brackets": f"artifacts: {{}}  # none yet\n{STAGES}",
    "brackets": f"{STAGES}artifacts: {{a: {{path: a.pt}}}}\n",
    "brackets over lines": f"{STAGES}artifacts: {{\n  a: {{path: a.pt}},\n}}\n",
    "a block": f"artifacts:\n    # the first\n    a:\n      path: a.pt\n{STAGES}",
    "a comment": f"artifacts: # all\n  a: {{path: a.pt}}\n{STAGES}",
    "Windows": f"artifacts:\r\n  a:\r\n    path: a.pt\r\n{STAGES}",
    "a text that looks so": f"about: |\n  artifacts:\n{STAGES}",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("path", ["models/net.pt", "a: b #c"])
def test_a_model_is_added(text: str, path: str) -> None:
    made = with_artifact("net", path, text)
    found = artifact("net", made)
    assert found is not None
    assert (found.path, found.type) == (path, "model")
    before, after = yaml12.loads(text) or {}, yaml12.loads(made)
    assert isinstance(before, dict) and isinstance(after, dict)
    del after["artifacts"]["net"]
    assert after == {**before, "artifacts": before.get("artifacts") or {}}
    assert all(line.partition("#")[2] in made for line in text.splitlines() if "#" in line)


def test_paths_are_those_of_the_folder() -> None:
    made = with_artifact("sub/deep:net", "sub/model.pt", "")
    assert "path: ../model.pt" in made
    found = artifact("sub/deep:net", made)
    assert found is not None and found.path == "sub/model.pt"


@pytest.mark.parametrize("text", ["artifacts: [a]\n", "artifacts:\n  net: {type: model}\n", "- a\n", "a: [\n"])
def test_what_cannot_have_one(text: str) -> None:
    with pytest.raises(LedgerError, match="cannot be given the artifact net"):
        with_artifact("net", "net.pt", text)


@pytest.mark.parametrize(
    "text", [None, "", "a: [", "artifacts: 3", "artifacts: {net: 3}", "artifacts: {net: {path: [a]}}"]
)
def test_what_says_nothing(text: str | None) -> None:
    assert artifact("net", text) is None
