"""What the page on sharing shows of two people is what comes, and both end with all trials."""

from __future__ import annotations

import re
from pathlib import Path

from conftest import Project, Shelved
from test_readme import ROOT, normal, pattern

from ledger.machine import environment


def has_begun(project: Project) -> None:
    """An experiment `focal-loss` with one seed run of two."""
    project.ledger("new", "Focal loss helps", "--name", "focal-loss", "--seeds", "2", "-S", "train.lr=0.3",
                   "--predict", "accuracy >= baseline")  # fmt: skip
    project.ledger("run", "--only", "seed-0")


def test_the_page_on_sharing(shelved: Shelved, tmp_path: Path) -> None:
    ada = shelved(has_begun)
    ada.git("init", "-q", "--bare", str(tmp_path / "origin.git"))
    ada.git("remote", "add", "origin", str(tmp_path / "origin.git"))
    ada.git("push", "-q", "origin", "main")
    ada.git("clone", "-q", str(tmp_path / "origin.git"), str(tmp_path / "bob"))
    bob = Project(tmp_path / "bob", ada._capsys, ada._monkeypatch)
    (tmp_path / "store").mkdir()
    for each in (ada, bob):
        each.dvc("remote", "add", "-q", "--local", "-d", "store", str(tmp_path / "store"))
    count = 0
    for block in re.findall(r"^```console\n(.*?)^```$", (ROOT / "docs/sharing.md").read_text("utf-8"), re.S | re.M):
        for part in re.split(r"^(?=ada\$ |bob\$ )", block, flags=re.MULTILINE)[1:]:
            line, _, said = part.partition("\n")
            who, _, command = line.partition("$ ")
            # each is at a machine of their own: it trusts what was made there, and no trial of it has the record of
            # another's, as two might that begin in one second and take as many milliseconds
            ada._monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / f"state of {who}"))
            ada._monkeypatch.setattr(environment, "_cpu", lambda who=who: f"the processor of {who}")
            printed = call(ada if who == "ada" else bob, command)
            assert re.fullmatch(pattern(sized(said)), normal(sized(printed))), f"{line}\n{said}\nbut it is\n{printed}"
            count += 1
    assert count == 12
    for each in (ada, bob):
        assert each.git("status", "--porcelain") == ""
        trials = each.ledger("show", "--json").json["trials"]
        assert sorted(trial["id"] for trial in trials) == [
            *("baseline/seed-0", "baseline/seed-1"),
            *("treatment/seed-0", "treatment/seed-1", "treatment/seed-1.2"),
        ]
        assert each.ledger("verify").code == 0
        assert each.ledger("push").out == each.ledger("pull").out == "everything is up to date\n"
        for trial in trials:
            md5 = trial["outs"]["model.txt"]["md5"]
            assert (each.root / ".dvc/cache/files/md5" / md5[:2] / md5[2:]).is_file()
    assert ada.git("rev-parse", "exp/focal-loss") == bob.git("rev-parse", "exp/focal-loss")


def sized(text: str) -> str:
    """The text without how large the data is, which is of no size here."""
    return re.sub(r"\d+(?:\.\d+)? (?:B|kB|MB)$", "<size>", text, flags=re.MULTILINE)


def call(project: Project, line: str) -> str:
    """What a line of the page prints; one that it shows an error of must fail."""
    program, *arguments = [part.strip('"') for part in re.findall(r'"[^"]*"|\S+', line)]
    if program == "git":
        return project.git(*arguments)
    answer = project.ledger(*arguments, code=None)
    return answer.out + answer.err
