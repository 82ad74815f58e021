"""Verdicts that stay while their sentences are worded anew: `verify` and `status` go by kinds, facts and numbers."""

from __future__ import annotations

import re

import pytest
from conftest import NOISY, Project, Shelved

from ledger.model.formats import yaml12
from ledger.model.formats.front_matter import split
from ledger.model.remarks import Remark
from ledger.report import remarks

FILE = "experiments/a/verdict.md"


def concluded(project: Project) -> None:
    """A verdict with a reason, warnings and remarks, on a plan that was changed after results."""
    project.ledger("new", "It helps", "--name", "a", "--predict", "accuracy >= baseline + 0.12", "--seeds", "3",
                   "-S", "train.lr=0.22")  # fmt: skip
    project.ledger("run")
    project.ledger("conclude", "-m", "Not clear.")
    project.commit("a little more", {"train.py": NOISY.replace("0.5 +", "0.505 +")})
    project.ledger("amend", "--key", "alpha=0.04", "-m", "stricter")
    project.ledger("run")
    project.ledger("conclude")


def as_schema_2(project: Project) -> None:
    """The same as a version wrote it that knew no kinds."""
    front, body = split((project.root / FILE).read_text("utf-8"))
    document = yaml12.loads(front)
    assert isinstance(document, dict)
    document["schema"] = 2
    del document["kinds"]
    for one in document["predictions"]:
        del one["kinds"]
    project.commit("older", {FILE: f"---\n{yaml12.dumps(document)}---\n{body}"})


def reworded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every sentence in other words."""
    monkeypatch.setattr(remarks, "sentence", lambda remark: f"said anew, of the kind {remark.kind or 'it was'}")


@pytest.mark.parametrize("schema", [2, 3])
def test_a_new_wording_makes_no_verdict_false_or_old(
    shelved: Shelved, monkeypatch: pytest.MonkeyPatch, schema: int
) -> None:
    project = shelved(concluded)
    if schema == 2:
        as_schema_2(project)
    before = project.ledger("show", "--json").json["verdict"]
    assert before["schema"] == schema and all(before[key] for key in ("reasons", "warnings"))
    reworded(monkeypatch)
    found = project.ledger("verify", "a", "--json").json
    assert found["problems"] == []
    assert project.ledger("show", "--json").json["verdict"] == before
    # names that change nothing here, so that the verdict is computed again
    settings = project.root / "ledger.yaml"
    text = settings.read_text("utf-8") if settings.is_file() else ""
    project.commit("names", {"ledger.yaml": f"{text}aliases: {{other: [another]}}\n"})
    assert "out of date" not in project.ledger("show").out


@pytest.mark.parametrize("schema", [2, 3])
@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        (r"^outcome: \w+", "outcome: supported", "outcome"),
        (r"estimate: [\d.]+", "estimate: 0.5", "predictions[0].estimate"),
        (r"^looks: \d+", "looks: 1", "looks"),
    ],
)
def test_a_forged_verdict_is_found_whatever_its_words(
    shelved: Shelved, monkeypatch: pytest.MonkeyPatch, schema: int, old: str, new: str, key: str
) -> None:
    project = shelved(concluded)
    if schema == 2:
        as_schema_2(project)
    forge(project, old, new)
    reworded(monkeypatch)
    assert f"`{key}`" in said(project)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("kind: too-many-looks", "kind: early", "kinds.warnings[0].kind"),
        (r"(kind: too-many-looks\W+looks:) 2", r"\1 1", "kinds.warnings[0].looks"),
        ("kind: undeclared-looks", "kind: exploratory", "kinds.reasons[1].kind"),
    ],
)
def test_a_forged_kind_is_found(
    shelved: Shelved, monkeypatch: pytest.MonkeyPatch, old: str, new: str, key: str
) -> None:
    project = shelved(concluded)
    forge(project, old, new)
    reworded(monkeypatch)
    assert f"`{key}`" in said(project)


def forge(project: Project, old: str, new: str) -> None:
    """Change a line of the stored verdict."""
    text = (project.root / FILE).read_text("utf-8")
    changed = re.sub(old, new, text, count=1, flags=re.MULTILINE)
    assert changed != text
    project.commit("a small correction", {FILE: changed})


def said(project: Project) -> str:
    """The problems that `verify` names."""
    return "\n".join(one["message"] for one in project.ledger("verify", "a", "--json", code=1).json["problems"])


def test_what_the_kinds_are(shelved: Shelved) -> None:
    verdict = shelved(concluded).ledger("show", "--json").json["verdict"]
    assert [one["kind"] for one in verdict["kinds"]["reasons"]] == ["changed-after-results", "undeclared-looks"]
    assert verdict["kinds"]["reasons"][0]["keys"] == ["alpha"]
    assert verdict["kinds"]["warnings"][0] == {"kind": "too-many-looks", "looks": 2, "declared": 1}
    [one] = verdict["predictions"]
    assert len(one["kinds"]) == len(one["remarks"])
    made = [Remark(kind=k["kind"], facts=tuple((n, v) for n, v in k.items() if n != "kind")) for k in one["kinds"]]
    assert list(remarks.sentences(made)) == one["remarks"]
