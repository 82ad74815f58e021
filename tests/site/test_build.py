"""Building a site: what it holds, what is made anew, where it may lie, and that it is whole at every moment."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import lab
import pytest
from browsing import TITLE, Site
from checked_site import broken
from conftest import Project, Shelved, launcher

from ledger.errors import LedgerError
from ledger.repo.ledger import open_ledger
from ledger.repo.site import folder, pages
from ledger.repo.site.folder import OWN, SiteFolder, held
from ledger.repo.site.place import require_harmless
from ledger.report.site import experiment as report

# files that a build writes for itself
ASIDE = {f"{OWN}/mark.json"}


@pytest.fixture
def project(shelved: Shelved) -> Project:
    """The lab, to be changed."""
    return shelved(lab.lab, lab.files())


def files(root: Path) -> dict[str, bytes]:
    """Every file of a site with its content."""
    found = {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    return {path: content for path, content in found.items() if path not in ASIDE}


def build(project: Project, output: Path, *options: str, title: str = TITLE) -> dict[str, Any]:
    """What `ledger site --json` says."""
    command = ["site", "-o", str(output), "--json", "-j", "1", "--title", title, *options]
    found: dict[str, Any] = project.ledger(*command).json
    return found


@pytest.fixture
def output(site: Site, tmp_path: Path) -> Path:
    """The site of the lab as it is built, to be changed."""
    return Path(shutil.copytree(site.root, tmp_path / "site"))


# --- what it holds


def test_every_link_leads_somewhere_and_nothing_runs_inline(site: Site) -> None:
    assert broken(site.root) == []
    for page in site.root.rglob("*.html"):
        text = page.read_text("utf-8")
        assert "<style" not in text and not re.search(r"<script(?![^>]* src=)", text)
        assert "default-src 'none'; script-src 'self'" in html.unescape(text)
        assert page.stat().st_size < 400_000
    for data in (site.root / "data").iterdir():
        assert "<" not in data.read_text("utf-8")


def test_the_numbers_are_those_of_show(site: Site, project: Project) -> None:
    """Every metric of every trial stands on the page as `show` says it, and the verdict's interval."""
    for name in ("rate", "faster", "hostile"):
        shown = project.ledger("show", name, "--json").json
        page = (site.root / f"experiments/{name}.html").read_text("utf-8")
        for trial in shown["trials"]:
            assert trial["id"] in page
            if trial["status"] == "succeeded":
                dice = trial["metrics"]["dice"]
                cells = re.findall(rf">{re.escape(trial['id'])}</th>.*?</tr>", page)
                assert any(abs(float(number) - dice) < 5e-5 for number in re.findall(r"\d\.\d+", cells[0]))
    verdict = project.ledger("show", "rate", "--json").json["verdict"]
    low, high = verdict["predictions"][0]["interval"]
    said = re.search(r"interval \+([\d.]+) to \+([\d.]+)", (site.root / "experiments/rate.html").read_text("utf-8"))
    assert said is not None
    assert [float(said[1]), float(said[2])] == pytest.approx([low, high], abs=6e-4)
    table = (site.root / "data/table-experiments.js").read_text("utf-8")
    rows = json.loads(table.removeprefix('ledger.data("table-experiments",').removesuffix(");\n"))
    assert rows["rows"] == len(project.ledger("table", "--json").json)


def test_the_author_is_quoted_on_the_first_page_and_whole_on_the_experiment_s(site: Site) -> None:
    first, own = ((site.root / path).read_text("utf-8") for path in ("index.html", "experiments/rate.html"))
    assert "<q>It does.</q>" in first
    assert re.search(r'id="interpretation".*?<p>It does.</p>', own, re.DOTALL)
    # hostile has a verdict and nothing to say of it
    assert 'id="interpretation"' not in (site.root / "experiments/hostile.html").read_text("utf-8")


def test_outsiders_see_no_code(project: Project, tmp_path: Path) -> None:
    build(project, tmp_path / "in", "--only", "rate")
    build(project, tmp_path / "out", "--only", "rate", "--no-code")
    secret = re.compile(rb"train\.py|curve\.csv|model\.txt|metrics\.json|params\.json|dvc|git switch|[0-9a-f]{40}")
    shown = {path: content for path, content in files(tmp_path / "out").items() if not path.startswith("assets/")}
    assert [path for path, content in shown.items() if secret.search(content)] == []
    assert any(secret.search(content) for path, content in files(tmp_path / "in").items() if path.endswith("rate.html"))
    assert b"0.05 higher" in shown["experiments/rate.html"]


def test_only_and_since_choose(project: Project, tmp_path: Path) -> None:
    build(project, tmp_path / "site", "--only", "rate", "--only", "f*")
    assert {path.stem for path in (tmp_path / "site/experiments").iterdir()} == {"rate", "faster"}
    build(project, tmp_path / "site", "--since", "2099-01-01")
    assert not (tmp_path / "site/experiments").exists()
    said = project.ledger("site", "-o", str(tmp_path / "site"), "--since", "2099-01-01")
    assert "no experiment was made or concluded since 2099-01-01" in said.err
    refused = project.ledger("site", "-o", str(tmp_path / "site"), "--since", "2 moons", code=2)
    assert "--since '2 moons' is not a date" in refused.err
    answer = project.ledger("site", "-o", str(tmp_path / "x"), "--only", "nothing*", code=2)
    assert "no experiment is named nothing*" in answer.err
    assert "did you mean rate?" in project.ledger("site", "-o", str(tmp_path / "x"), "--only", "raet", code=2).err


def test_a_site_in_the_work_tree_that_git_would_take_is_told(project: Project) -> None:
    built = project.ledger("site")
    assert re.search(r"^site/index.html: \d+ pages, \d+ files new or changed, in [\d.]+ (s|min)", built.out)
    assert "note: git sees /site/" in built.err
    project.write({".git/info/exclude": "/site/\n"})
    assert "git sees" not in project.ledger("site").err


def test_an_empty_ledger_says_how_to_begin(make_project: Any, tmp_path: Path) -> None:
    project = make_project()
    assert build(project, tmp_path / "site")["pages"] == 2
    assert "ledger new" in (tmp_path / "site/index.html").read_text("utf-8")
    assert broken(tmp_path / "site") == []


def test_an_experiment_that_cannot_be_read_has_a_page_that_says_why(project: Project, tmp_path: Path) -> None:
    project.git("switch", "-q", "exp/smooth")
    project.commit("broken", {"experiments/smooth/hypothesis.md": "---\nschema: [\n---\n"})
    project.git("switch", "-q", "main")
    found = build(project, tmp_path / "site")
    assert list(found["unreadable"]) == ["smooth"]
    assert "cannot be read" in (tmp_path / "site/experiments/smooth.html").read_text("utf-8")
    assert "smooth" in (tmp_path / "site/index.html").read_text("utf-8")


# --- what is made anew


def test_only_what_changed_is_written_and_all_is_as_if_built_anew(
    project: Project, output: Path, tmp_path: Path
) -> None:
    first, again = output, tmp_path / "again"
    assert build(project, first)["written"] == 0
    project.git("switch", "-q", "exp/smooth")
    for command, page in (
        (("note", "Something new"), "experiments/smooth.html"),
        (("land", "rate", "--record"), "experiments/rate.html"),
        (("archive", "faster", "--force"), "experiments/faster.html"),
    ):
        before = {path: (first / path).stat().st_mtime_ns for path in files(first)}
        project.ledger(*command)
        build(project, first)
        changed = {path for path in files(first) if (first / path).stat().st_mtime_ns != before.get(path)}
        assert page in changed
        assert "experiments/hostile.html" not in changed
        shutil.rmtree(again, ignore_errors=True)
        build(project, again)
        assert files(first) == files(again)


def test_histories_that_come_make_pages_anew(project: Project, tmp_path: Path) -> None:
    there = project.root
    project.root = tmp_path / "clone"
    project.git("clone", "-q", "--depth", "2", "--no-single-branch", there.as_uri(), str(project.root), cwd=tmp_path)
    build(project, tmp_path / "site")
    before = files(tmp_path / "site")
    project.git("fetch", "-q", "--unshallow")
    build(project, tmp_path / "site")
    build(project, tmp_path / "again")
    assert before != files(tmp_path / "site") == files(tmp_path / "again")


def test_what_is_gone_leaves_the_site(project: Project, output: Path) -> None:
    project.git("branch", "-q", "-D", "exp/smooth")
    assert build(project, output)["removed"] == 1
    assert not (output / "experiments/smooth.html").exists()
    assert broken(output) == []


def test_processes_make_the_same_pages(
    project: Project, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_FEW", 1)
    monkeypatch.setattr(pages, "_CHUNK", 1)
    project.ledger("site", "-o", str(tmp_path / "two"), "-j", "2", "--title", TITLE)
    assert files(site.root) == files(tmp_path / "two")


# --- where it may lie


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("experiments/site", "it is among records"),
        (".dvc/site", "it is DVC's"),
        ("model.txt/site", "it is made by the pipeline"),
        ("site/.ledger-site/site", "cannot hold a site"),
        ("nowhere", "is a symbolic link that leads nowhere"),
        ("held/site", "a symbolic link that git holds, held"),
    ],
)
def test_a_site_gets_neither_among_records_and_data_nor_where_a_branch_leads(
    project: Project, tmp_path: Path, place: str, told: str
) -> None:
    (tmp_path / "outside").mkdir()
    (project.root / "nowhere").symlink_to(tmp_path / "none")
    (project.root / "held").symlink_to(tmp_path / "outside")
    (project.root / "own").symlink_to(tmp_path / "outside")
    project.git("add", "held")
    (project.root / "model.txt").unlink(missing_ok=True)
    before = project.state()
    answer = project.ledger("site", "-o", place, code=2)
    assert told in answer.err and "hint: " in answer.err
    assert project.state() == before
    assert list((tmp_path / "outside").iterdir()) == []
    # a link of the user's own is where the user wants it
    require_harmless(open_ledger(project.root), project.root / "own/site")


@pytest.mark.parametrize("what", ["a file", "other things", "the repository", "git's own folder"])
def test_a_folder_that_is_no_place_for_a_site_is_refused(project: Project, tmp_path: Path, what: str) -> None:
    output = tmp_path / "site"
    if what == "a file":
        output.write_text("mine")
    elif what == "other things":
        output.mkdir()
        (output / "thesis.tex").write_text("mine")
    else:
        output = project.root if what == "the repository" else project.root / ".git/site"
    before = project.state()
    answer = project.ledger("site", "-o", str(output), code=2)
    assert "hint: " in answer.err
    assert project.state() == before
    assert not (output / "index.html").exists()


def test_a_link_in_the_site_is_no_way_out(project: Project, output: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    shutil.rmtree(output / "experiments")
    (output / "experiments").symlink_to(outside)
    project.ledger("site", "-o", str(output), "--title", "Another")
    assert list(outside.iterdir()) == []
    assert (output / "experiments/rate.html").is_file()


def test_what_a_host_needs_stays(project: Project, tmp_path: Path) -> None:
    output = tmp_path / "site"
    output.mkdir()
    (output / "CNAME").write_text("lab.example.org")
    for title in ("One", "Another"):
        assert build(project, output, "--only", "smooth", title=title)["written"] > 0
    assert (output / "CNAME").read_text() == "lab.example.org"


def test_two_builds_at_once(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "WAIT", 0.1)
    with held(tmp_path / "site", project.root):
        answer = project.ledger("site", "-o", str(tmp_path / "site"), code=2)
    assert "another build is writing" in answer.err


def test_a_page_that_somebody_has_removed_comes_back(project: Project, output: Path) -> None:
    before = files(output)
    (output / "experiments/rate.html").unlink()
    shutil.rmtree(output / "images")
    build(project, output)
    assert files(output) == before


def test_a_picture_that_comes_from_others_makes_its_page_anew(make_project: Any, tmp_path: Path) -> None:
    """What DVC holds may not be here yet; nothing in git changes when it comes."""
    cached = {
        **lab.files(),
        "dvc.yaml": (lab.STAGE + lab.PLOTS).replace("confusion.png: {cache: false}", "confusion.png"),
    }
    project = make_project({**cached, ".gitignore": "/model.txt\n/confusion.png\n"})
    project.ledger("new", "Once", "--name", "once", "--predict", "dice >= baseline", "--seeds", "1", "-S", "rate=0.5")
    project.ledger("run")
    cache, away, output = project.root / ".dvc/cache", tmp_path / "away", tmp_path / "site"
    cache.rename(away)
    build(project, output)
    assert not (output / "images").exists()
    away.rename(cache)
    build(project, output)
    assert list((output / "images").iterdir())
    build(project, tmp_path / "again")
    assert files(output) == files(tmp_path / "again")


def test_a_process_that_is_killed_is_told_and_leaves_no_site(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "_FEW", 1)
    monkeypatch.setattr(pages, "_CHUNK", 1)
    ours, page = os.getpid(), report.files

    def killed(*given: Any) -> Any:
        if os.getpid() != ours:
            os.kill(os.getpid(), signal.SIGKILL)
        return page(*given)

    monkeypatch.setattr(report, "files", killed)
    answer = project.ledger("site", "-o", str(tmp_path / "site"), "-j", "2", code=2)
    assert "a process that made pages was killed" in answer.err
    assert not (tmp_path / "site").exists()


# --- cut off


KILLED = """
import os, signal, sys
from pathlib import Path
from ledger.cli.main import main
from ledger.repo.site import folder
calls = 0
def killed(original):
    def call(*given, **more):
        global calls
        calls += 1
        if calls == 4:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*given, **more)
    return call
if sys.argv[1] == "stage":
    folder.SiteFolder.stage = killed(folder.SiteFolder.stage)
else:
    Path.replace = killed(Path.replace)
sys.exit(main(["site", "-o", sys.argv[2], "--title", "Another", "-j", "1"]))
"""


def test_a_build_that_is_killed_leaves_a_whole_site(project: Project, site: Site, tmp_path: Path) -> None:
    """The command, killed as it stages or moves: every link leads somewhere, and the next build finishes."""
    before = files(site.root)
    project.git("branch", "-q", "-D", "exp/smooth")
    build(project, tmp_path / "again", title="Another")
    for at in ("stage", "replace"):
        output = Path(shutil.copytree(site.root, tmp_path / at))
        done = launcher.ledger(at, str(output), code=KILLED, cwd=project.root, stderr=subprocess.PIPE, text=True)
        _, said = done.communicate()
        assert done.returncode == -signal.SIGKILL, said
        left = files(output)
        if at == "stage":
            assert {path: left[path] for path in before} == before
        assert broken(output) == []
        build(project, output, title="Another")
        assert files(output) == files(tmp_path / "again")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    site = SiteFolder(tmp_path / "site")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / OWN).write_text("")
    with pytest.raises(LedgerError, match="cannot write"):
        site.stage("index.html", b"x")
