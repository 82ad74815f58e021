"""What commands that change something say under `--json`: the commit is there, and nothing else is printed."""

from __future__ import annotations

from conftest import Project, Shelved


def ran(project: Project) -> None:
    """An experiment with trials, on its branch."""
    project.ledger(
        "new", "Wider", "--name", "a", "--seeds", "2", "-S", "train.lr=0.3", "--predict", "accuracy >= baseline"
    )
    project.ledger("run")


def test_note(shelved: Shelved) -> None:
    project = shelved(ran)

    done = project.ledger("note", "flat", "--json")

    assert done.json == {
        "experiment": "a",
        "path": "experiments/a/notes.md",
        "commit": project.git("rev-parse", "exp/a"),
    }
    assert done.err == ""
    assert project.ledger("note", "flat", "--json").json["commit"] is None


def test_amend(shelved: Shelved) -> None:
    project = shelved(ran)

    done = project.ledger("amend", "--key", "alpha=0.01", "--key", "looks=2", "-m", "stricter", "--json").json

    assert done == {
        "experiment": "a",
        "keys": ["alpha", "looks"],
        "commit": project.git("rev-parse", "exp/a"),
        "after_results": True,
        "corrects": {},
    }


def test_record(shelved: Shelved) -> None:
    project = shelved(ran)
    project.write({"params.json": (project.root / "params.json").read_text().replace('"seed": 0', '"seed": 7')})
    project.dvc("repro", "-q")

    done = project.ledger("record", "-m", "another seed", "--json")

    assert done.err == ""
    assert list(done.json) == ["experiment", "trial", "code", "tag", "uncollected", "warnings"]
    assert done.json["experiment"] == "a"
    assert done.json["trial"]["id"] == "treatment/seed-7"
    assert done.json["trial"]["metrics"].keys() == {"accuracy", "loss"}
    assert done.json["uncollected"] is None
    assert project.git("cat-file", "-t", done.json["tag"]) == "tag"


def test_land(shelved: Shelved) -> None:
    project = shelved(ran)
    project.ledger("conclude", "-m", "so it is")

    done = project.ledger("land", "--adopt", "--json")

    main = project.git("rev-parse", "main")
    assert {key: done.json[key] for key in ("experiment", "main", "commit", "kind", "arm")} == {
        "experiment": "a",
        "main": "main",
        "commit": main,
        "kind": "adopt",
        "arm": "treatment",
    }
    assert done.json["measured"] is True


def test_land_a_record_and_archive(shelved: Shelved) -> None:
    project = shelved(ran)
    project.ledger("conclude", "-m", "so it is")
    tip = project.git("rev-parse", "exp/a")

    landed = project.ledger("land", "--record", "--json").json
    assert landed["kind"] == "record"
    assert landed["arm"] is None
    assert project.git("rev-parse", f"{landed['tag']}^{{}}") == tip

    project.git("switch", "-q", "main")
    archived = project.ledger("archive", "a", "--json")
    assert archived.err == ""
    assert archived.json == {"experiment": "a", "branch": "exp/a", "tag": landed["tag"], "remote": None}

    back = project.ledger("archive", "a", "--undo", "--json")
    assert back.json == {"experiment": "a", "branch": "exp/a", "tag": None, "remote": None}
    assert project.git("rev-parse", "exp/a") == tip
