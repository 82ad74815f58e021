"""A site on a branch of its own: one commit that replaces the last, and never in the place of anything else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import Project, Shelved
from test_watch import built_before, land, planned

from ledger.errors import LedgerError
from ledger.git import transport
from ledger.git.transport import Update, Why
from ledger.repo import operations
from ledger.repo.ledger import open_ledger
from ledger.repo.site import publishing

PAGES = "gh-pages"


@pytest.fixture
def project(shelved: Shelved) -> Project:
    """The two, with a bare repository `origin` that has the main branch."""
    made = shelved(planned)
    made.git("init", "-q", "--bare", "../origin.git")
    made.git("remote", "add", "origin", str((made.root / "../origin.git").resolve()))
    made.git("push", "-q", "origin", "main")
    return made


def publish(project: Project, *options: str, code: int = 0) -> str:
    """What `ledger site --publish` says."""
    said = project.ledger("site", "-j", "1", "--publish", PAGES, *options, code=code)
    return said.out + said.err


def there(project: Project, revision: str = PAGES) -> str:
    """The commit of the branch on the remote."""
    return project.git("rev-parse", revision, cwd=project.root.parent / "origin.git")


def commit_on(project: Project, branch: str, path: str, text: str, parent: str | None = None) -> str:
    """Another commit on a branch, of a file more, as a host or a colleague makes one."""
    above = [] if parent is None else ["-p", parent]
    blob = project.shell(f"printf '%s' '{text}' | git hash-object -w --stdin").strip()
    old = "" if parent is None else project.git("ls-tree", parent) + "\n"
    (project.root.parent / "tree").write_text(f"{old}100644 blob {blob}\t{path}\n")
    tree = project.shell("git mktree < ../tree").strip()
    new = project.git("commit-tree", tree, *above, "-m", f"Create {path}")
    project.git("update-ref", f"refs/heads/{branch}", new)
    return new


# --- what is on the branch


def test_the_branch_has_the_site_as_one_commit_and_nothing_else_moves(project: Project) -> None:
    before = project.state()[1:]
    assert "it is only in this clone" in publish(project)
    assert project.state()[1:] == before, "neither the index nor the work tree has changed"
    assert not (project.root / "site").exists()
    first = project.git("rev-parse", PAGES)
    assert project.git("rev-list", "--count", PAGES) == "1"
    names = project.git("ls-tree", "-r", "--name-only", PAGES).splitlines()
    assert {"index.html", "experiments/one.html", ".nojekyll", ".ledger-site/published"} <= set(names)
    assert not any("mark.json" in name or "lock" in name for name in names)
    built = project.root / ".git/ledger/sites/1"
    assert project.git("show", f"{PAGES}:index.html") == (built / "index.html").read_text("utf-8").strip()
    with open_ledger(project.root) as ledger:
        [*_, operation] = operations.read(ledger.state_dir.operations)
    assert [(move.ref, move.old, move.new) for move in operation.moves] == [(f"refs/heads/{PAGES}", None, first)]

    assert "nothing has changed" in publish(project)
    assert project.git("rev-parse", PAGES) == first

    land(project, "one", 1)
    publish(project)
    assert project.git("rev-parse", PAGES) != first
    assert project.git("rev-list", "--count", PAGES) == "1"
    assert "1 trial has run" in project.git("show", f"{PAGES}:experiments/one.html")


def test_files_are_published_byte_for_byte(project: Project) -> None:
    project.git("config", "core.autocrlf", "true")
    (project.root / ".git/info/attributes").write_text("* text eol=crlf ident\n")
    built_before(project, project.root / "out dir")
    publish(project, "-o", "out dir")
    published = project.git("ls-tree", "-r", PAGES).splitlines()
    for line in published:
        oid, name = re.split(r"[ \t]", line, maxsplit=3)[2:]
        if not name.startswith("."):
            assert oid == project.git("hash-object", "--no-filters", f"out dir/{name}"), name


def test_experiments_are_those_that_there_were(project: Project) -> None:
    before = [project.ledger(*command).out for command in (("log", "--json"), ("table", "--json"))]
    publish(project, "--push")
    assert [project.ledger(*command).out for command in (("log", "--json"), ("table", "--json"))] == before
    sent = project.ledger("push", "--all", "--no-data", "--json").json
    assert PAGES not in str(sent)
    assert PAGES not in str(project.ledger("pull", "--all", "--no-data", "--json").json)
    project.ledger("verify", "--all", code=None)
    project.ledger("archive", "one", "--force")
    assert project.git("rev-parse", PAGES) == there(project)


def test_the_name_that_a_host_has_set_stays(project: Project) -> None:
    publish(project, "--push")
    origin = Project(project.root.parent / "origin.git", project._capsys, project._monkeypatch)
    named = commit_on(origin, PAGES, "CNAME", "lab.example.org", there(project))
    land(project, "two", 0)
    publish(project, "--push")
    assert there(project) != named
    assert origin.git("show", f"{PAGES}:CNAME") == "lab.example.org"
    assert origin.git("rev-list", "--count", PAGES) == "1"
    assert "nothing has changed" in publish(project, "--push")


# --- what is never replaced


@pytest.mark.parametrize(
    ("branch", "why"),
    [
        ("main", "is the main branch"),
        ("exp/one", "is for an experiment"),
        ("exp/new", "is for an experiment"),
        ("work", "is not a site"),
        ("main/pages", "leaves no room"),
        ("exp", "leaves no room"),
        ("a..b", "is not a branch name"),
        ("--force", "is not a branch name"),
        ("", "is not a branch name"),
    ],
)
def test_a_branch_for_anything_else_is_refused(project: Project, branch: str, why: str) -> None:
    project.git("branch", "work")
    mark = project.root / ".git/ledger/sites/1/.ledger-site/mark.json"
    before, built = project.state(), mark.read_bytes()
    said = project.ledger("site", f"--publish={branch}", code=2).err
    assert why in said
    assert "hint: " in said
    assert project.state() == before
    assert mark.read_bytes() == built, "nothing was built for it"


def test_a_branch_that_a_work_tree_shows_is_refused(project: Project) -> None:
    publish(project)
    project.git("worktree", "add", "-q", "../beside", PAGES)
    land(project, "one", 0)
    assert "is checked out in" in publish(project, code=2)
    assert project.git("status", "--porcelain", cwd=project.root.parent / "beside") == ""
    project.git("worktree", "remove", "../beside")
    publish(project)


@pytest.mark.parametrize("path", ["notes.md", "index.html"])
def test_what_somebody_put_on_the_branch_is_not_lost(project: Project, path: str) -> None:
    publish(project)
    tip = project.git("rev-parse", PAGES)
    by_hand = commit_on(project, "by-hand", path, "mine", None)
    project.git("update-ref", f"refs/heads/{PAGES}", by_hand)
    assert "is not a site" in publish(project, code=2)
    (project.root / "site").mkdir()
    (project.root / "site/notes.md").write_text("mine")
    project.git("update-ref", f"refs/heads/{PAGES}", tip)
    above = project.git("commit-tree", "main^{tree}", "-p", tip, "-m", "work\n\nLedger-Site: 1")
    project.git("update-ref", f"refs/heads/{PAGES}", above)
    assert "is not a site" in publish(project, code=2)
    assert project.git("rev-parse", PAGES) == above


def test_a_mark_alone_or_a_trailer_alone_makes_no_site(project: Project) -> None:
    publish(project)
    for tree, message in ((f"{PAGES}^{{tree}}", "by hand"), ("main^{tree}", "x\n\nLedger-Site: 1")):
        strange = project.git("commit-tree", project.git("rev-parse", tree), "-m", message)
        with open_ledger(project.root) as ledger:
            assert not publishing.is_site(ledger.git, strange)
            assert publishing.is_site(ledger.git, project.git("rev-parse", PAGES))


def test_a_link_that_was_put_into_the_folder_is_not_followed(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    built_before(project, folder)
    (folder / "index.html").unlink()
    (folder / "index.html").symlink_to("/etc/passwd")
    with open_ledger(project.root) as ledger, pytest.raises(LedgerError, match="symbolic link"):
        publishing.publish(ledger, folder, publishing.place(ledger, PAGES, None))
    assert "gh-pages" not in project.git("branch")


# --- the remote's branch


def test_it_is_pushed_where_that_is_asked_for(project: Project) -> None:
    publish(project)
    assert project.git("ls-remote", "origin", PAGES) == ""
    assert "origin: pushed" in publish(project, "--push")
    first = there(project)
    assert first == project.git("rev-parse", PAGES)
    assert "origin: has the same pages" in publish(project, "--push")
    land(project, "one", 0)
    said = project.ledger("site", "-j", "1", "--publish", PAGES, "--push", "--json").json
    assert said["changed"] and said["sent"] and said["remote"] == "origin"
    assert there(project) == said["commit"] != first


def test_a_clone_that_never_published_takes_over(project: Project) -> None:
    publish(project, "--push")
    project.git("branch", "-D", PAGES)
    project.git("update-ref", "-d", f"refs/remotes/origin/{PAGES}")
    land(project, "one", 0)
    publish(project, "--push")
    assert there(project) == project.git("rev-parse", PAGES)
    assert project.git("rev-list", "--count", PAGES) == "1"


def test_a_branch_of_the_remote_that_is_no_site_stays(project: Project) -> None:
    project.git("push", "-q", "origin", f"main:refs/heads/{PAGES}")
    project.git("update-ref", "-d", f"refs/remotes/origin/{PAGES}")
    tip = there(project)
    assert "gh-pages on origin is not a site" in publish(project, "--push", code=2)
    assert there(project) == tip
    assert PAGES not in project.git("branch")
    project.git("fetch", "-q", "origin")
    assert "origin/gh-pages is not a site" in publish(project, code=2), "what is known of it is enough"


def test_what_came_there_meanwhile_is_not_replaced(project: Project) -> None:
    publish(project, "--push")
    with open_ledger(project.root) as ledger:
        origin = transport.remote(ledger.git, "origin")
        where = publishing.place(ledger, PAGES, origin)
        project.git("update-ref", f"refs/heads/{PAGES}", "main", cwd=project.root.parent / "origin.git")
        reply = transport.replace(ledger.git, origin, Update(ref=where.ref, new=where.seen or ""), "1" * 40)
        assert [one.why for one in reply.rejected] == [Why.MOVED_ON]
        land(project, "one", 0)
        built_before(project, project.root / "site")
        project.ledger("site", "-j", "1", "-o", "site")
        with pytest.raises(LedgerError, match="gh-pages was updated on origin in the meantime"):
            publishing.publish(ledger, project.root / "site", where)
    assert there(project) == project.git("rev-parse", "main")


def test_a_remote_that_declines_or_is_away_is_told(project: Project) -> None:
    hook = project.root.parent / "origin.git/hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho pages are closed\nexit 1\n")
    hook.chmod(0o755)
    said = publish(project, "--push", code=2)
    assert "origin rejected gh-pages" in said
    assert "pages are closed" in said
    (project.root.parent / "origin.git").rename(project.root.parent / "away.git")
    assert "origin has no repository that you can read" in publish(project, "--push", code=2)
    assert "there is no remote other" in publish(project, "--push", "--remote", "other", code=2)


def test_options_that_need_each_other_say_so(project: Project) -> None:
    assert "--push needs --publish BRANCH" in project.ledger("site", "--push", code=2).err
    assert "--remote NAME needs --publish BRANCH --push" in publish(project, "--remote", "origin", code=2)
    assert "cannot be combined with it" in publish(project, "--watch", code=2)


def test_without_a_name_nobody_publishes(project: Project, sealed: Path) -> None:
    (sealed / ".gitconfig").write_text("[init]\n  templateDir =\n")
    assert "git does not know who you are" in publish(project, code=2)
    assert PAGES not in project.git("branch")
