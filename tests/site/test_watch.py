"""A site that is served while the repository goes on: what is built anew, what fails, and how it ends."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import psutil
import pytest
from browsing import Browser
from conftest import Project, Shelved, launcher
from launcher import Command
from made_records import record_of

from ledger.git.entries import plain_file
from ledger.model.run_state import Running, RunState
from ledger.model.site import Built, SiteOptions
from ledger.ops.watch_site import watched
from ledger.repo import runs
from ledger.repo.ledger import open_ledger
from ledger.repo.runs import AnnouncedRun
from ledger.repo.site.watch import Watch, Watched


def planned(project: Project) -> None:
    """Two experiments without a trial, with a site that was built before: its largest file takes two seconds."""
    for name in ("one", "two"):
        project.ledger("new", f"{name} helps", "--name", name, "--predict", "accuracy >= 0.5", "--seeds", "3",
                       "--from", "main")  # fmt: skip
    project.git("switch", "-q", "main")
    project.ledger("site", "-j", "1", "-o", str(project.root / ".git/ledger/sites/1"))


@pytest.fixture
def project(shelved: Shelved) -> Project:
    """The two, to be changed."""
    return shelved(planned)


def built_before(project: Project, folder: Path) -> None:
    """Have a site in a folder."""
    shutil.copytree(project.root / ".git/ledger/sites/1", folder)


@contextmanager
def watch(project: Project, output: Path | None = None) -> Iterator[Watch]:
    """The site of the project, served; it is looked at when the test says so."""
    if output is not None and not output.exists():
        built_before(project, output)
    with ExitStack() as stack:
        ledger = stack.enter_context(open_ledger(project.root))
        site = stack.enter_context(
            watched(ledger, output, SiteOptions(), port=0, jobs=1, now=lambda: datetime.now(UTC))
        )
        site.look()
        yield site


def changed(site: Watch) -> Built:
    """What the next look builds anew."""
    found = site.look()
    assert isinstance(found, Built)
    return found


def get(site: Watch, path: str) -> str:
    """What the server sends."""
    with urlopen(site.address + path, timeout=10) as answer:
        text: str = answer.read().decode()
    return text


def news(site: Watch, page: str) -> Any:
    """What a page asks for."""
    return json.loads(get(site, f"-/news.json?%2F{page.replace('/', '%2F')}"))


def land(project: Project, name: str, seed: int) -> None:
    """A finished trial that waits to be collected, as a run leaves one."""
    path, text = record_of(name, seed)
    with open_ledger(project.root) as ledger:
        git = ledger.git
        tip = project.git("rev-parse", f"exp/{name}")
        commit = git.commit_tree(git.tree(tip, {path: plain_file(git.blob(text.encode()))}), [tip], "trial: made up")
    project.git("update-ref", f"refs/ledger/trials/{name}/treatment/seed-{seed}", commit)


# --- what it shows


def test_a_trial_that_lands_changes_its_page_and_no_other(project: Project) -> None:
    with watch(project) as site:
        assert site.look() is None
        before = {page: news(site, page)["version"] for page in ("experiments/one.html", "experiments/two.html")}
        assert before["experiments/one.html"] in get(site, "experiments/one.html")
        assert "1 trial has run" not in get(site, "experiments/one.html")
        land(project, "one", 1)
        assert changed(site).written > 0
        assert "1 trial has run" in get(site, "experiments/one.html")
        after = {page: news(site, page)["version"] for page in before}
        assert after["experiments/one.html"] != before["experiments/one.html"]
        assert after["experiments/two.html"] == before["experiments/two.html"]
        assert site.look() is None
        assert project.git("status", "--porcelain") == "", "nothing is left in the user's folder"


def test_packed_refs_new_branches_and_settings_are_seen(project: Project) -> None:
    with watch(project) as site:
        land(project, "two", 0)
        project.git("pack-refs", "--all")
        assert changed(site).written
        project.git("branch", "-m", "exp/two", "other")
        assert changed(site).removed
        project.git("branch", "-m", "other", "exp/two")
        assert changed(site).written
        (project.root / "ledger.yaml").write_text("branch_prefix: study/\n")
        assert changed(site).removed


def test_a_look_at_which_nothing_happened_asks_nobody(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with watch(project) as site:
        site.look()

        def no(*_: Any, **__: Any) -> None:
            raise AssertionError

        monkeypatch.setattr(subprocess, "Popen", no)
        for _ in range(30):
            assert site.look() is None


def test_a_thousand_loose_branches_cost_a_few_looks(project: Project) -> None:
    refs = project.root / ".git/refs/heads/many"
    refs.mkdir()
    for each in range(1000):
        (refs / str(each)).write_text(project.git("rev-parse", "main") + "\n" if each == 0 else "0" * 40 + "\n")
    with open_ledger(project.root) as ledger:
        watched = Watched(ledger.git)
    before = watched.stamp()
    took = min(_timed(watched.stamp) for _ in range(20))
    assert watched.stamp() == before
    assert took < 0.005


def _timed(call: Callable[[], object]) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def state(run: AnnouncedRun) -> RunState:
    now = datetime.now(UTC)
    trial = Running(trial="treatment/seed-1", started=now - timedelta(seconds=5), stage="train\u202e<b>")
    return RunState(id=run.id, experiment="one", origin=run.origin, jobs=1, started=now, total=3, done=1, timed=1,
                    spent=60.0, running=(trial,))  # fmt: skip


def test_runs_at_work_are_told_with_their_end(project: Project) -> None:
    with open_ledger(project.root) as ledger:
        folder = ledger.state_dir
    with watch(project) as site:
        assert news(site, "index.html")["runs"] == []
        with runs.published(folder, "one") as run:
            run.publish(state(run))
            [told] = news(site, "index.html")["runs"]
            assert (told["experiment"], told["done"], told["total"]) == ("one", 1, 3)
            assert "1 of 3 trials done, 1 under way" in told["said"]
            left = datetime.fromisoformat(told["ends"]) - datetime.now(UTC)
            assert 100 < left.total_seconds() < 120
            assert [each["trial"] for each in told["trials"]] == ["treatment/seed-1"]
            assert "\u202e" not in told["trials"][0]["stage"]
        assert news(site, "index.html")["runs"] == []


def test_only_files_of_the_site_are_sent(project: Project, tmp_path: Path) -> None:
    folder, outside = tmp_path / "site", tmp_path / "secret.html"
    outside.write_text("secret")
    with watch(project, folder) as site:
        (folder / "link.html").symlink_to(outside)
        (folder / "away").symlink_to(tmp_path)
        (folder / "notes.txt").write_text("secret")
        os.mkfifo(folder / "pipe.html")
        for path in ("link.html", "away/secret.html", "notes.txt", "pipe.html", "experiments/", "assets", "-/", "CNAME",
                     ".ledger-site/mark.json", "-/news.json/x", "assets/site.js/"):  # fmt: skip
            with pytest.raises(OSError, match="404"):
                get(site, path)
        assert news(site, "..%2Fsecret.html")["version"] is None
        assert news(site, "nothing.html")["version"] is None


# --- what goes wrong


def test_what_cannot_be_built_is_told_once_and_the_last_site_stays(project: Project) -> None:
    settings = project.root / "ledger.yaml"
    with watch(project) as site:
        settings.write_text("metrics: [")
        failed = site.look()
        assert isinstance(failed, str)
        assert "ledger.yaml" in failed
        assert site.look() is None
        assert news(site, "index.html")["failure"] == failed
        assert "one helps" in get(site, "experiments/one.html")
        settings.unlink()
        # nothing differs from what the site shows
        assert site.look() is None
        assert news(site, "index.html")["failure"] is None
        land(project, "one", 0)
        assert changed(site).written


def test_a_fault_of_ours_ends_no_watch(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*_: object, **__: object) -> Built:
        raise ZeroDivisionError("by a mistake")

    with watch(project) as site:
        with monkeypatch.context() as patched:
            patched.setattr("ledger.repo.site.build.build", faulty)
            land(project, "one", 0)
            found = site.look()
            assert isinstance(found, ZeroDivisionError)
            assert "because of a bug in ledger: ZeroDivisionError: by a mistake" in news(site, "index.html")["failure"]
            assert "one helps" in get(site, "experiments/one.html")
            assert site.look() is None, "it is told once"
        land(project, "two", 0)
        assert changed(site).written
        assert news(site, "index.html")["failure"] is None


def test_a_folder_that_was_removed_is_built_again(project: Project, tmp_path: Path) -> None:
    with watch(project, tmp_path / "site") as site:
        shutil.rmtree(tmp_path / "site")
        assert changed(site).written
        assert "one helps" in get(site, "experiments/one.html")


def test_a_repository_that_is_gone_leaves_the_site_standing(project: Project, tmp_path: Path) -> None:
    with watch(project, tmp_path / "site") as site:
        project.root.rename(tmp_path / "moved")
        assert isinstance(site.look(), str)
        assert "one helps" in get(site, "experiments/one.html")
        (tmp_path / "moved").rename(project.root)
        site.look()
        assert news(site, "index.html")["failure"] is None


def test_a_build_of_another_process_is_waited_for(project: Project, tmp_path: Path) -> None:
    with watch(project, tmp_path / "site") as first, watch(project, tmp_path / "site") as second:
        land(project, "one", 0)
        assert changed(first).written
        assert second.look() is None
        assert get(first, "experiments/one.html") == get(second, "experiments/one.html")
    with watch(project) as first, watch(project) as second:
        assert first.built.folder != second.built.folder


# --- how it ends


@contextmanager
def process(project: Project) -> Iterator[tuple[Command, str]]:
    """`ledger site --watch` in a process of its own, with its address."""
    asked = ("site", "--watch", "--port", "0")
    own = launcher.ledger(*asked, cwd=project.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert own.stdout is not None
        assert select.select([own.stdout], [], [], 60)[0], "it says where it is"
        said = own.stdout.readline()
        assert said, own.communicate()
        yield own, said.split()[-1]
    finally:
        own.kill()
        own.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whoever_ends_it_leaves_nothing_behind(project: Project, number: signal.Signals) -> None:
    with process(project) as (own, address):
        with urlopen(address, timeout=10) as answer:
            assert answer.status == 200
        children = psutil.Process(own.pid).children(recursive=True)
        own.send_signal(number)
        _, said = own.communicate(timeout=20)
        assert own.returncode == 0
        assert "Traceback" not in said
        _, alive = psutil.wait_procs(children, timeout=10)
        assert alive == []
        assert not list((project.root / ".git/ledger/sites").glob("*.lock"))


def test_after_a_kill_the_next_one_has_its_folder(project: Project) -> None:
    with process(project) as (own, _):
        own.kill()
        own.wait(timeout=10)
    with watch(project) as site:
        assert site.built.folder == project.root / ".git/ledger/sites/1"
        assert site.built.written == 0, "what the killed one has built is there"


def test_options_of_a_served_site_are_refused_without_one(project: Project) -> None:
    assert "--port N needs --watch" in project.ledger("site", "--port", "8123", code=2).err
    assert "--json cannot be combined with it" in project.ledger("site", "--watch", "--json", code=2).err
    assert not (project.root / "site").exists()


# --- in a browser


def test_a_page_brings_itself_up_to_date_and_keeps_its_place(project: Project, browser: Browser) -> None:
    with open_ledger(project.root) as ledger:
        folder = ledger.state_dir
    with watch(project) as site, runs.published(folder, "one") as run:
        browser.open(f"{site.address}experiments/one.html", height=300)
        browser.until("return document.readyState === 'complete' && document.querySelector('aside.at-work') !== null")
        browser.js("document.querySelectorAll('details').forEach((fold) => { fold.open = true; }); window.old = true")
        browser.js("scrollTo({top: 200, behavior: 'instant'})")
        run.publish(state(run))
        said = browser.until("return document.querySelector('aside.at-work li')?.textContent")
        assert "treatment/seed-1" in said
        assert browser.js("return document.querySelector('aside.at-work').offsetHeight") < 100, "two lines"
        assert browser.js("return window.old"), "what runs is shown without loading the page"
        assert browser.js("return document.querySelector('main b:not([class])')?.textContent !== 'train'")
        land(project, "one", 1)
        changed(site)
        browser.until("return window.old === undefined && document.readyState === 'complete'")
        browser.until("return Math.abs(scrollY - 200) < 3")
        folds = browser.js("return [...document.querySelectorAll('main details')].map((fold) => fold.open)")
        assert all(folds)
        assert "1 trial" in browser.js("return document.querySelector('.verdict').textContent")
        assert browser.said() == []
