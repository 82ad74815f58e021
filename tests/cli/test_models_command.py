"""`ledger models`: what tags claim beside what the records say, whoever made the tags."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import promotions
import pytest
from conftest import Project, Shelved

import ledger
from ledger.model import hypothesis as hypotheses
from ledger.model import promotion, trial_file, verdict_file
from ledger.model.formats import front_matter
from ledger.model.hypothesis import Hypothesis
from ledger.model.plan import Confirms
from ledger.model.promotion import Promotion
from ledger.repo.ledger import open_ledger


def promoted(project: Project) -> None:
    """To come after it: `rate` is net v0.0.1, in production."""
    project.ledger("promote", "rate", "net", "--stage", "prod")


@pytest.fixture
def project(shelved: Shelved) -> Project:
    """With a version in production."""
    return shelved(promoted, promotions.FILES, after=promotions.supported)


def tag(project: Project, name: str, at: str, message: str, when: str = "2026-12-01T10:00:00Z") -> None:
    """A tag of somebody else's."""
    environment = {"GIT_COMMITTER_DATE": when, "GIT_COMMITTER_NAME": "Eve \x1b[31m\u202e", "PATH": "/usr/bin:/bin"}
    command = ["git", "-c", "user.email=eve@example.org", "tag", "-a", "--cleanup=verbatim", "-F", "-", name, at]
    subprocess.run(command, cwd=project.root, input=message.encode(), env=environment, check=True)


def message(project: Project, *changed: tuple[str, str]) -> str:
    """What the tag of v0.0.1 says, with changes."""
    text = project.git("for-each-ref", "--format=%(contents)", "refs/tags/net@v0.0.1") + "\n"
    for old, new in changed:
        assert old in text
        text = text.replace(old, new)
    return text


def versions(project: Project, *arguments: str) -> dict[str, Any]:
    """The versions by name."""
    found = project.ledger("models", *arguments, "--json").json
    return {one["version"]: one for one in found}


def test_a_version_with_all_that_is_known(project: Project) -> None:
    (one,) = project.ledger("models", "--json").json
    trial = next(t for t in project.ledger("show", "rate", "--json").json["trials"] if t["id"] == "treatment/seed-0")
    assert one.items() >= {
        "name": "net", "version": "v0.0.1", "stages": ["prod"], "experiment": "rate", "variant": "treatment",
        "trial": "treatment/seed-0", "outcome": "supported", "metrics": trial["metrics"], "path": "model.txt",
        "md5": trial["outs"]["model.txt"]["md5"], "tag": "net@v0.0.1", "doubts": [], "believed": True,
    }.items()  # fmt: skip
    rows = project.ledger("models").out.splitlines()
    assert rows[0].split() == ["model", "version", "stages", "verdict", "from", "metric"]
    assert rows[1].split()[:5] == ["net", "v0.0.1", "prod", "supported", "rate:treatment/seed-0"]
    assert len(rows) == 2
    assert max(map(len, rows)) <= 80


FORGED = {
    "another checkpoint": (("Ledger-Checkpoint-MD5: ", "Ledger-Checkpoint-MD5: " + "0" * 32 + "\nLedger-Was: "),),
    "other metrics": (("accuracy=0.", "accuracy=1."),),
    "no such trial": (("treatment/seed-0", "treatment/seed-7"),),
    "another trial": (("treatment/seed-0", "treatment/seed-1"),),
    "no such experiment": (("Ledger-Experiment: rate", "Ledger-Experiment: great"),),
}


@pytest.mark.parametrize("changed", FORGED.values(), ids=FORGED)
def test_what_the_record_does_not_say_is_not_believed(project: Project, changed: Iterable[tuple[str, str]]) -> None:
    tag(project, "net@v9.0.0", "net@v0.0.1^{}", message(project, *changed))
    found = versions(project)["v9.0.0"]
    assert found["doubts"]
    text = project.ledger("models").out
    assert "net v9.0.0: its tag claims" in text
    shown = next(line for line in text.splitlines() if line.startswith("net    v9.0.0"))
    assert "supported" not in shown
    before = project.state()
    assert project.ledger("models", "net@v9.0.0", "--fetch", "-o", "x", code=2).err
    assert not (project.root / "x").exists()
    assert project.ledger("promote", "net@v9.0.0", "--stage", "prod", code=2).err
    assert project.state() == before


def test_a_commit_that_would_give_another_file(project: Project) -> None:
    worse = project.ledger("show", "worse", "--json").json["trials"][-1]["commit"]
    tag(project, "net@v9.0.0", worse, message(project))
    found = versions(project)["v9.0.0"]
    assert found["doubts"] == ["other-commit"]
    assert "its commit does not hold the checkpoint of rate:treatment/seed-0" in project.ledger("models").out


def test_a_tag_of_gtos_own(project: Project) -> None:
    from gto.api import register

    trials = {one["id"]: one for one in project.ledger("show", "rate", "--json").json["trials"]}
    register(str(project.root), "net", trials["treatment/seed-1"]["commit"], version="v1.0.0")
    register(str(project.root), "net", "exp/rate", version="v1.1.0")
    register(str(project.root), "net", "main", version="v1.2.0")
    found = versions(project)
    assert found["v1.0.0"]["trial"] == "treatment/seed-1"
    assert found["v1.0.0"]["md5"] == trials["treatment/seed-1"]["outs"]["model.txt"]["md5"]
    assert (found["v1.1.0"]["experiment"], found["v1.1.0"]["trial"]) == ("rate", None)
    assert (found["v1.2.0"]["experiment"], found["v1.2.0"]["outcome"]) == (None, None)
    assert {version: one["doubts"] for version, one in found.items()} == {
        "v0.0.1": [], "v1.0.0": ["by-hand"], "v1.1.0": ["by-hand"], "v1.2.0": ["by-hand"],
    }  # fmt: skip
    assert "the tag was not made by ledger promote" in project.ledger("models", "net").out
    assert "no trial in this clone" in project.ledger("promote", "net@v1.2.0", "--stage", "prod", code=2).err
    assert "no record in this clone" in project.ledger("models", "net@v1.2.0", "--fetch", code=2).err


def test_a_commit_that_claims_to_be_an_experiments(project: Project) -> None:
    text = "fine\n\nLedger-Experiment: rate\nLedger-Variant: treatment\nLedger-Trial: treatment/seed-0\n"
    forged = project.git("commit-tree", "main^{tree}", "-p", "main", "-m", text)
    tag(project, "net@v9.0.0", forged, "Registering")
    tag(project, "net@v9.1.0", project.git("commit-tree", "main^{tree}", "-m", "x\n\nLedger-Experiment: rate"), "And")
    found = versions(project)
    assert [(found[version]["experiment"], found[version]["doubts"]) for version in ("v9.0.0", "v9.1.0")] == [
        (None, ["by-hand"])
    ] * 2


def test_hostile_words_are_shown_as_text(project: Project) -> None:
    evil = "\x1b[2J\u202e<script>alert(1)</script> `x` @everyone"
    tag(project, "net@v9.0.0", "net@v0.0.1^{}", f"{evil}\n\nLedger-Why: {evil}\nLedger-Experiment: {evil}\n")
    tag(project, "net#prod#7", "net@v0.0.1^{}", f"{evil}\n\nLedger-Why: {evil}\n")
    # what no model can be called, and what is no annotated tag
    project.git("tag", "net@v8.0.0", "main")
    tag(project, "-x@v1.0.0".replace("-", "é"), "main", "x")
    tag(project, "ledger/x@v1.0.0", "main", "x")
    for form in ("text", "md", "html", "csv"):
        out = project.ledger("models", "net", "--format", form).out
        assert not {"\x1b", "\u202e"} & set(out)
        assert form == "csv" or "v9.0.0" in out
    page = project.ledger("models", "net", "--format", "html").out
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert {one["name"] for one in project.ledger("models", "--json").json} == {"net"}
    assert set(versions(project, "net")) == {"v0.0.1", "v9.0.0"}


def test_what_has_become_of_the_experiment_is_told(project: Project) -> None:
    project.git("switch", "-q", "exp/rate")
    for seed in (0, 1):
        project.ledger("void", f"rate:treatment/seed-{seed}", "-m", "the disk was full")
    assert versions(project)["v0.0.1"]["doubts"] == ["voided", "retracted"]
    project.ledger("conclude", "-m", "too few", "--early")
    found = versions(project)["v0.0.1"]
    assert (found["outcome"], found["promoted_as"]) == ("inconclusive", "supported")
    assert found["doubts"] == ["other-outcome", "voided"]
    text = project.ledger("models").out
    assert "net v0.0.1: rate was supported when it was promoted, and is inconclusive, post hoc now" in text
    assert "net v0.0.1: rate:treatment/seed-0 has been voided" in text
    assert "rate is inconclusive" in project.ledger("promote", "net@v0.0.1", "--stage", "dev", code=2).err


def put_to_the_test(project: Project, name: str, outcome: str) -> None:
    """An experiment `again` that tries the treatment of another on a fresh seed, with this verdict."""
    with open_ledger(project.root) as ledger:
        first = ledger.experiment(name)
    assert first.verdict is not None
    project.git("switch", "-q", "-c", "exp/again", "main")
    plan = replace(first.plan, name="again", confirms=Confirms(experiment=name))
    again = replace(first.trials[-1].trial, experiment="again", point=(("seed", 9),))
    judged = replace(first.verdict.predictions[0], outcome=outcome)
    verdict = replace(first.verdict, outcome=outcome, predictions=(judged,))
    project.commit("run: again", {
        "experiments/again/hypothesis.md": hypotheses.render(Hypothesis(plan=plan, body="")),
        f"experiments/again/trials/{again.id}.yaml": trial_file.dumps(again),
    })  # fmt: skip
    project.commit(f"verdict: {outcome}", {
        "experiments/again/verdict.md": front_matter.joined(verdict_file.front_matter(verdict), ""),
    })  # fmt: skip


def test_a_finding_that_was_confirmed_is_supported(project: Project) -> None:
    put_to_the_test(project, "worse", "supported")
    made = project.ledger("promote", "worse", "crown", "--path", "head.txt", "--json").json
    assert (made["verdict"], made["confirmed_by"], made["objections"]) == ("refuted", ["again"], [])
    assert "Ledger-Confirmed: again" in project.git("cat-file", "tag", "crown@v0.0.1")
    (crown, _) = project.ledger("models", "--json").json
    assert (crown["confirmation"], crown["confirmed_by"], crown["doubts"]) == ("confirmed", ["again"], [])
    assert "refuted, confirmed" in project.ledger("models").out
    project.git("switch", "-q", "main")
    project.git("branch", "-D", "exp/again")
    (crown, _) = project.ledger("models", "--json").json
    assert crown["doubts"] == ["unsupported", "unconfirmed"]
    assert "crown v0.0.1: worse is refuted" in project.ledger("models").out
    assert "worse is refuted" in project.ledger("promote", "crown@v0.0.1", "--stage", "prod", code=2).err


def test_a_claim_of_no_verdict_is_no_support(project: Project) -> None:
    trial = next(t for t in project.ledger("show", "worse", "--json").json["trials"] if t["id"] == "treatment/seed-0")
    claim = Promotion(
        experiment="worse", trial="treatment/seed-0", outcome="refuted", path="model.txt",
        md5=trial["outs"]["model.txt"]["md5"], metrics=trial["metrics"],
    )  # fmt: skip
    tag(project, "net@v9.0.0", trial["commit"], promotion.message("net v9.0.0", "", claim))
    assert versions(project)["v9.0.0"]["doubts"] == ["unsupported"]


def test_a_finding_that_was_not_confirmed(project: Project) -> None:
    put_to_the_test(project, "rate", "refuted")
    found = versions(project)["v0.0.1"]
    assert (found["outcome"], found["confirmation"], found["doubts"]) == (
        "supported",
        "not confirmed",
        ["not-confirmed"],
    )
    text = project.ledger("models").out
    assert "supported, not confirmed" in text
    assert "net v0.0.1: rate:treatment was put to the test by again and not confirmed" in text
    answer = project.ledger("promote", "net@v0.0.1", "--stage", "dev", code=2)
    assert "rate:treatment was put to the test and not confirmed" in answer.err


def test_landed_archived_and_squashed(project: Project) -> None:
    project.ledger("land", "rate", "--record")
    assert versions(project)["v0.0.1"]["doubts"] == []
    project.git("branch", "-D", "exp/rate")
    assert versions(project)["v0.0.1"]["doubts"] == []
    project.ledger("archive", "worse", "--force")
    project.ledger("promote", "worse", "net", "--why", "none better")
    assert versions(project)["v0.0.2"]["doubts"] == ["unsupported"]


def test_what_was_in_production_then_from_a_bare_clone(project: Project) -> None:
    second = project.ledger("show", "worse", "--json").json["trials"][-1]["commit"]
    tag(project, "net@v1.0.0", second, "Registering", "2026-12-10T10:00:00Z")
    tag(project, "net#prod#2", second, "Assigning", "2026-12-11T10:00:00Z")
    bare = project.root.parent / "bare.git"
    project.git("clone", "-q", "--bare", ".", str(bare))
    now = project.ledger("models", "--stage", "prod", "--json", cwd=bare).json
    then = project.ledger("models", "--stage", "prod", "--at", "2026-12-10", "--json", cwd=bare).json
    assert [[one["version"] for one in found] for found in (now, then)] == [["v1.0.0"], ["v0.0.1"]]
    assert then[0]["outcome"] == "supported"
    assert set(versions(project, "--at", "2026-12-10")) == {"v0.0.1", "v1.0.0"}
    assert project.ledger("models", "--at", "2020-01-01", cwd=bare).err.startswith("there are no models on 2020-01-01")
    assert "'soon' is not a date" in project.ledger("models", "--at", "soon", code=2).err
    assert "has no DVC cache" in project.ledger("models", "net@v0.0.1", "--fetch", cwd=bare, code=2).err


def test_a_checkpoint_is_laid_out(project: Project, tmp_path: Path) -> None:
    accuracy = str(project.ledger("models", "--json").json[0]["metrics"]["accuracy"])
    (project.root / "model.txt").unlink()
    # its own name in the present folder
    project.ledger("models", "net", "--fetch")
    assert (project.root / "model.txt").read_text() == accuracy
    assert "already exists" in project.ledger("models", "net", "--fetch", code=2).err
    (project.root / "model.txt").write_text("mine")
    project.ledger("models", "net#prod", "--fetch", "--force")
    assert (project.root / "model.txt").read_text() == accuracy
    (project.root / "folder").mkdir()
    said = project.ledger("models", "net@v0.0.1", "--fetch", "-o", "folder", "--json").json
    assert said["fetched"] == "folder/model.txt"
    assert (project.root / "folder/model.txt").read_text() == accuracy
    # a link is replaced, and nothing is written through it
    outside = tmp_path / "outside"
    outside.write_text("mine")
    (project.root / "link").symlink_to(outside)
    assert "already exists" in project.ledger("models", "net", "--fetch", "-o", "link", code=2).err
    project.ledger("models", "net", "--fetch", "-o", "link", "--force")
    assert (outside.read_text(), (project.root / "link").read_text()) == ("mine", accuracy)
    (project.root / "held").symlink_to(tmp_path)
    project.git("add", "held")
    for path, told in {"held/x": "that git holds, held", "held": "git holds", "train.py": "read by the pipe"}.items():
        assert told in project.ledger("models", "net", "--fetch", "--force", "-o", path, code=2).err
    assert not (tmp_path / "x").exists()
    assert "-o PATH in a folder that exists" in project.ledger("models", "net", "--fetch", "-o", "no/x", code=2).err
    assert "it has net@v0.0.1" in project.ledger("models", "net#dev", "--fetch", code=2).err
    assert "say which model" in project.ledger("models", "--fetch", code=2).err
    assert "need --fetch" in project.ledger("models", "net", "--force", code=2).err
    assert "did you mean net?" in project.ledger("models", "nett", code=2).err


def test_a_checkpoint_whose_content_is_another(project: Project) -> None:
    md5 = project.ledger("models", "--json").json[0]["md5"]
    held = project.root / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
    held.chmod(0o644)
    held.write_text("0.999")
    assert "is incomplete in DVC's cache" in project.ledger("models", "net", "--fetch", "-o", "x", code=2).err
    assert not (project.root / "x").exists()


def test_the_table_has_versions_beside_what_they_come_from(project: Project) -> None:
    def models(*level: str) -> dict[str, list[str]]:
        rows = [row for row in project.ledger("table", *level, "--json").json if row["models"]]
        return {row.get("trial") or f"{row['experiment']}:{row['variant']}": row["models"] for row in rows}

    own = ["net@v0.0.1", "net#prod"]
    assert models() == models("--variants") == {"rate:treatment": own}
    assert models("--trials") == {"treatment/seed-0": own}
    assert "net@v0.0.1, net#prod" in project.ledger("table", "--variants", "--keep", "models").out
    (row,) = project.ledger("table", "--where", 'models = "net#prod"', "--json").json
    assert row["experiment"] == "rate"
    # what a tag claims against the record stands beside nothing
    tag(project, "net@v9.0.0", "net@v0.0.1^{}", message(project, ("accuracy=0.", "accuracy=1.")))
    assert models("--variants") == {"rate:treatment": own}


def test_queries_and_exports_have_what_the_table_has(project: Project) -> None:
    def asked(sql: str) -> list[list[Any]]:
        return [list(row.values()) for row in project.ledger("query", sql, "--json").json]

    in_use = "SELECT model, version, experiment, trial FROM models, json_each(stages) WHERE json_each.value = 'prod'"
    own = ["net@v0.0.1", "net#prod"]
    assert asked(in_use) == [["net", "v0.0.1", "rate", "treatment/seed-0"]]
    (one,), (version,) = (
        project.ledger("models", "--json").json,
        project.ledger("query", "SELECT * FROM models", "--json").json,
    )
    names = {"model": "name", "tag_commit": "commit"}
    plain = {name: value for name, value in version.items() if name not in ("stages", "doubts")}
    assert plain == {name: one[names.get(name, name)] for name in plain}
    for level, key in (("experiments", "experiment"), ("variants", "variant"), ("trials", "trial")):
        having = asked(f"SELECT {key}, models FROM {level} WHERE models != '[]' AND confirmation IS NULL")
        (row,) = project.ledger("table", *([] if level == "experiments" else [f"--{level}"]), "--where",
                                "models = 'net#prod'", "--json").json  # fmt: skip
        assert having == [[row[key], '["net@v0.0.1","net#prod"]']]
        exported = project.ledger("export", "--level", level, "--format", "json", "--where", "models = 'net#prod'").json
        assert [(row["experiment"], row["models"]) for row in exported] == [("rate", "net@v0.0.1, net#prod")]
    with ledger.open(project.root) as book:
        assert [row.extra["models"] for row in book.rows("trials") if row.extra] == [tuple(own)]
        assert book.trials().where("models = 'net#prod'").columns()["models"] == ["net@v0.0.1, net#prod"]
    # a tag that git or gto makes is there at once, and gone as soon; one that the record denies stands for nothing
    trial = project.git("rev-parse", "net@v0.0.1^{}")
    tag(project, "net#dev#2", trial, "to try")
    assert asked("SELECT models FROM experiments WHERE experiment = 'rate'") == [
        ['["net@v0.0.1","net#dev","net#prod"]']
    ]
    project.git("tag", "-d", "net#dev#2", "net#prod#1")
    assert asked(in_use) == []
    tag(project, "net@v9.0.0", trial, message(project, ("accuracy=0.", "accuracy=1.")))
    denied = "SELECT experiment, trial, md5, doubts FROM models WHERE version = 'v9.0.0'"
    assert asked(denied) == [[None, None, None, '["other-metrics"]']]


def test_supported_findings_that_were_not_confirmed_are_asked_for_in_sql(project: Project) -> None:
    sql = "SELECT experiment, confirmation_by FROM {} WHERE outcome = 'supported' AND confirmation = 'not confirmed'"
    assert project.ledger("query", sql.format("experiments"), "--json").json == []
    put_to_the_test(project, "rate", "refuted")
    (row,) = project.ledger("query", sql.format("experiments"), "--json").json
    assert row == {"experiment": "rate", "confirmation_by": '["again"]'}
    arms = "SELECT experiment, variant FROM variants WHERE confirmation = 'not confirmed'"
    assert project.ledger("query", arms, "--json").json == [{"experiment": "rate", "variant": "treatment"}]
    assert project.ledger("query", "SELECT confirmation FROM models", "--json").json == [
        {"confirmation": "not confirmed"}
    ]
    exported = project.ledger("export", "--level", "variants", "--format", "csv", "--where", "confirmation is not null")
    assert 'not confirmed,again,"net@v0.0.1, net#prod"' in exported.out
    project.git("switch", "-q", "main")
    project.git("branch", "-D", "exp/again")
    assert project.ledger("query", arms, "--json").json == []
    # an index that is in memory alone answers the same
    (project.root / ".git/ledger/index.db").unlink()
    (project.root / ".git/ledger/index.db").mkdir()
    assert project.ledger("query", "SELECT model, confirmation FROM models", "--json").json == [
        {"model": "net", "confirmation": None}
    ]


def test_an_empty_repository(make_project: Any) -> None:
    project = make_project()
    assert project.ledger("models").err == "there are no models: ledger promote EXP NAME makes a checkpoint one\n"
    assert project.ledger("models", "--json").json == []
