"""`ledger review`: what a pull request touches, and what is said of it, by git alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from conftest import Project, Shelved
from honest import FILES, branch, landed
from test_case_results import files as files_with_cases
from test_case_results import finished

FOLDER = "experiments/a"


def one_of_three(project: Project) -> None:
    """The treatment has one of its three trials, and nothing is concluded."""
    project.ledger("new", "A higher rate", "--name", "a", "--predict", "accuracy >= baseline + 0.05",
                   "--seeds", "3", "-S", "train.lr=0.2")  # fmt: skip
    project.ledger("run", "a:baseline")
    project.ledger("run", "a:treatment/seed-0")


def reviewed(project: Project, *arguments: str, code: int = 0) -> Any:
    return project.ledger("review", *arguments, "--json", code=code).json


def checks(review: dict[str, Any]) -> dict[str, str]:
    return {one["check"]: one["state"] for one in review["checks"]}


def detached(project: Project, commit: str) -> Project:
    """The project as a machine that checks a pull request has it: no branch of the experiment, and no cache."""
    project.git("switch", "-q", "--detach", commit)
    project.git("branch", "-q", "-D", "exp/a")
    shutil.rmtree(project.root / ".dvc/cache", ignore_errors=True)
    shutil.rmtree(project.root / ".git/ledger")
    return project


def test_an_honest_experiment_is_reviewed_whole(shelved: Shelved) -> None:
    project = shelved(branch, FILES)
    before = project.state()
    found = reviewed(project, "a")
    assert project.state() == before
    assert found["experiment"] == "a"
    assert found["against"] == {"name": "main", "commit": project.git("rev-parse", "main")}
    assert (found["outcome"], found["recomputed"], found["agrees"], found["ok"]) == (
        "inconclusive",
        "inconclusive",
        True,
        True,
    )
    assert found["compared"] == ["a:baseline", "a"]
    assert found["params"] == [{"name": "train.lr", "a": 0.1, "b": 0.2}]
    (accuracy,) = [metric for metric in found["metrics"] if metric["name"] == "accuracy"]
    assert (accuracy["a"]["n"], accuracy["b"]["n"]) == (3, 3)
    assert accuracy["interval"][0] < accuracy["difference"] < accuracy["interval"][1]
    # lines of code, and what cannot be attributed since code and a parameter changed
    assert [(one["path"], one["lines_added"]) for one in found["code"]] == [("train.py", 1)]
    assert [(one["a"], one["b"]) for one in found["unattributed"]] == [("a:baseline", "a")]
    by_arm = {arm["name"]: arm for arm in found["arms"]}
    assert list(by_arm["treatment"]["values"]["accuracy"]) == ["seed-0", "seed-1", "seed-2"]
    assert (by_arm["treatment"]["declared"], by_arm["treatment"]["failed"]) == (3, 1)
    (failed,) = found["failed"]
    assert (failed["id"], failed["error"]["stage"], failed["error"]["exit_code"]) == ("treatment/seed-2", "train", 1)
    assert "out of memory" in failed["error"]["tail"]
    assert project.git("log", "-1", "--format=%s", failed["commit"]).startswith("trial: treatment seed=2")
    assert checks(found)["data"] == checks(found)["signature"] == "not asked"
    assert set(checks(found).values()) == {"passed", "not asked"}
    example = next(line for line in found["reproduce"] if "--detach" in line).split()[-1]
    assert project.git("cat-file", "-t", example) == "commit"


def test_a_clone_without_caches_and_branches_prints_the_same_bytes_whatever_main_does(shelved: Shelved) -> None:
    project = shelved(branch, FILES)
    page, shape = (project.ledger("review", "a", "--against", "main", "--format", form).out for form in ("md", "json"))
    tip = project.git("rev-parse", "exp/a")
    # what only this clone has: settings that are not committed
    project.write({"ledger.yaml": "metrics: {accuracy: {precision: 1}}\n"})
    # main moves on, and the host merges the pull request into it to try it
    project.git("switch", "-q", "main")
    project.git("commit", "-q", "--allow-empty", "-m", "other: elsewhere")
    project.git("merge", "-q", "--no-ff", "-m", "merge", "exp/a")
    merged = project.git("rev-parse", "HEAD")
    project.git("reset", "-q", "--hard", "HEAD~1")
    detached(project, merged)
    for commit in (merged, tip):
        project.git("checkout", "-q", "--detach", commit)
        assert project.ledger("review", "--against", "main", "--format", "md").out == page
        assert reviewed(project, "--against", "main") == [json.loads(shape)]
    assert reviewed(project, "a", "--against", "main") == json.loads(shape)


def test_nothing_is_said_where_no_experiment_is_touched(shelved: Shelved) -> None:
    project = shelved(branch, FILES)
    project.git("switch", "-q", "-c", "docs", "main")
    project.commit("docs", {"README.md": "words\n", "experiments/README.md": "words\n"})
    output = project.root.parent / "report.md"
    output.write_text("before")
    answer = project.ledger("review", "--against", "main", "--stdout")
    assert (answer.out, answer.err) == ("", "nothing to review: no experiment differs from main\n")
    assert reviewed(project, "--against", "main") == []
    project.ledger("review", "--against", "main", "-o", str(output), "--exit-code")
    assert output.read_bytes() == b""
    # a variable of a workflow that is not set
    project.ledger("review", "--against", "", code=2)
    assert "text, md, html, json" in project.ledger("review", "--format", "pdf", code=2).err
    answer = project.ledger("review", "--against", "nowhere", "-o", str(output), code=2)
    assert "no revision 'nowhere'" in answer.err
    assert [path.name for path in output.parent.glob("*report*")] == ["report.md"]


def test_where_no_experiment_is_checked_out_one_is_asked_for(shelved: Shelved) -> None:
    project = shelved(branch, FILES)
    for place in ("main", "--detach"):
        project.git("switch", "-q", place)
        answer = project.ledger("review", code=2)
        assert answer.out == ""
        assert "no experiment is checked out" in answer.err
        assert "ledger review EXP, or --against main" in answer.err


def test_what_has_not_run_yet_has_not_failed(shelved: Shelved) -> None:
    project = shelved(one_of_three, FILES)
    page = project.ledger("review", "a", "--format", "md").out
    assert "computed from the records; not concluded yet" in page
    assert "2 of 3 trials of treatment have not run yet" in page
    assert "no finite" not in page and "early" not in page
    found = reviewed(project, "a")
    assert found["outcome"] is None
    assert not any("early" in warning for warning in found["warnings"])
    # one that was concluded early says so
    project.ledger("conclude", "--early", "-m", "too soon")
    page = project.ledger("review", "a", "--format", "md").out
    assert "concluded early: declared trials were missing" in page
    assert "2 of 3 trials of treatment have no finite accuracy" in page


def test_a_report_goes_one_way(shelved: Shelved) -> None:
    project = shelved(branch, FILES)
    page = project.ledger("review", "a", "--format", "md").out
    assert project.ledger("review", "a", "-o", "-").out == page
    assert project.ledger("review", "a", "-o", "-", "--stdout").out == page
    assert not (project.root / "-").exists()
    for options in (["--stdout", "-o", "x.md"], ["--json", "--format", "md"]):
        assert "leave one out" in project.ledger("review", "a", *options, code=2).err
    answer = project.ledger("review", "a", "-o", "experiments", code=2)
    assert "experiments is a folder" in answer.err
    assert "-o FILE names a file" in answer.err


def test_several_experiments_are_one_report_and_what_was_removed_is_named(shelved: Shelved) -> None:
    project = shelved(landed, FILES, after=branch)
    project.git("switch", "-q", "-c", "tidy", "main")
    text = (project.root / FOLDER / "hypothesis.md").read_text()
    project.write({"experiments/b/hypothesis.md": text.replace("name: a\n", "name: b\n")})
    project.git("rm", "-rq", FOLDER)
    project.commit("tidy", {"experiments/c/hypothesis.md": "---\nschema: [\n", "experiments/x y/hypothesis.md": "x"})
    a, b, c, odd = reviewed(project, "--against", "main", "--exit-code", code=1)
    assert (a["experiment"], a["deleted"], a["ok"]) == ("a", True, False)
    assert (b["experiment"], b["title"], b["outcome"], b["ok"]) == ("b", "A higher rate", None, True)
    assert "c/hypothesis.md on exp/c" in c["unreadable"]
    assert odd["experiment"] == "x y"
    assert "no name" in odd["unreadable"]
    shown = project.ledger("review", "--against", "main", "--stdout").out
    assert all(word in shown for word in ("A higher rate", "hypothesis"))


def test_a_verdict_that_is_refuted_stale_or_forged_is_told_by_the_exit_code(shelved: Shelved) -> None:
    project = shelved(branch, FILES)
    project.ledger("review", "--exit-code")
    verdict = project.root / FOLDER / "verdict.md"
    honest = verdict.read_text()
    project.commit("forged", {f"{FOLDER}/verdict.md": honest.replace("estimate: 0.", "estimate: 1.")})
    found = reviewed(project, "--exit-code", code=1)[0]
    assert found["agrees"] is False
    assert checks(found)["verdict"] == "problem"
    project.git("reset", "-q", "--hard", "HEAD~1")
    project.ledger("void", "a:treatment/seed-1", "-m", "wrong machine")
    stale = reviewed(project, "--exit-code", code=1)[0]
    assert (stale["outcome"], stale["agrees"], stale["ok"]) == ("inconclusive", False, False)
    assert "voided" in stale["outdated"]
    assert [one["why"] for one in stale["voided"]] == ["wrong machine"]


def test_a_record_that_cannot_be_read_is_named_with_the_others(shelved: Shelved) -> None:
    project = shelved(branch, FILES)
    project.commit("odd", {f"{FOLDER}/trials/treatment/seed-9.yaml": "schema: 1\nmetrics: {a: 1\n"})
    found = reviewed(project, "a", "--exit-code", code=1)
    assert any("seed-9.yaml" in said for said in found["passed_over"])
    assert project.ledger("review", "a", "--stdout").out.count("seed-9.yaml") == 1
    assert checks(found)["records"] == "problem"


def test_addresses_hold_no_password_and_a_machine_of_the_host_is_believed(
    shelved: Shelved, monkeypatch: Any, tmp_path: Path
) -> None:
    project = shelved(branch, FILES)
    project.git("remote", "add", "origin", "https://ada:s3cret@github.com/lab/project.git")
    answer = project.ledger("review", "a", "--json")
    assert answer.json["web"] == "https://github.com/lab/project"
    assert "s3cret" not in answer.out + answer.err
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://git.lab.org")
    monkeypatch.setenv("GITHUB_REPOSITORY", "lab/other")
    assert reviewed(project, "a")["web"] == "https://git.lab.org/lab/other"


def test_what_is_too_large_to_be_read_is_said_and_the_rest_is_reviewed(shelved: Shelved) -> None:
    project = shelved(branch, FILES)
    tip = project.git("rev-parse", "HEAD")
    project.commit("odd", {"ledger.yaml": "# x\n" * 300_000, f"{FOLDER}/trials/treatment/seed-8.yaml": "x" * 2_000_000})
    found = reviewed(project, "a")
    assert found["outcome"] == "inconclusive"
    assert any("seed-8.yaml" in said for said in found["passed_over"])
    assert any("ledger.yaml" in said and "1,200,000 characters" in said for said in found["passed_over"])
    project.git("reset", "-q", "--hard", tip)
    text = (project.root / FOLDER / "hypothesis.md").read_text()
    project.commit("long", {f"{FOLDER}/hypothesis.md": text + "word " * 10_000})
    assert len(reviewed(project, "a")["hypothesis"]) < 21_000
    project.commit("longer", {f"{FOLDER}/hypothesis.md": text + "word " * 2_100_000})
    assert "characters, of which at most" in reviewed(project, "a")["unreadable"]


def test_no_link_of_a_branch_is_followed(shelved: Shelved, tmp_path: Path) -> None:
    project = shelved(branch, FILES)
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    for path in (f"{FOLDER}/trials/treatment/seed-8.yaml", f"{FOLDER}/plot.png", "metrics.json"):
        (project.root / path).unlink(missing_ok=True)
        (project.root / path).symlink_to(secret)
    project.commit("links")
    answer = project.ledger("review", "a", "--json", "--exit-code", code=1)
    assert "s3cret" not in answer.out + answer.err
    assert checks(answer.json)["records"] == "problem"
    assert answer.json["pictures"] == []
    (project.root / FOLDER / "hypothesis.md").unlink()
    (project.root / FOLDER / "hypothesis.md").symlink_to(secret)
    project.commit("a link for a plan")
    assert reviewed(project, "a")["unreadable"]


def with_cases_in_the_cache(project: Project) -> None:
    """An experiment whose per-case results are with DVC alone."""
    finished(project)


def test_what_caches_hold_is_neither_used_nor_held_against_the_verdict(shelved: Shelved) -> None:
    files = files_with_cases()
    files["dvc.yaml"] = files["dvc.yaml"].replace("- cases.csv: {cache: false}", "- cases.csv")
    files[".gitignore"] += "/cases.csv\n"
    project = shelved(with_cases_in_the_cache, files)
    found = reviewed(project, "x", "--exit-code")
    assert (found["outcome"], found["recomputed"], found["agrees"]) == ("supported", "supported", True)
    assert "cases.csv of x:treatment/seed-0 is not in this clone" in found["refusal"]
    assert checks(found)["verdict"] == "unproved"
    shutil.rmtree(project.root / ".dvc/cache")
    assert reviewed(project, "x") == found
