"""DVC's data of experiments to and from remotes: by the hashes that their records name, and no others."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from conftest import Project, Shelved
from shared_data import FILES, at, clone, digest, member, objects, pull, push, refused, two_trials, with_folder

from ledger.repo.ledger import open_ledger
from ledger.repo.sharing.data import push_data


@pytest.fixture
def shared(shelved: Shelved, tmp_path: Path) -> Project:
    """The two trials, with a folder as DVC's remote."""
    return with_folder(shelved(two_trials, FILES), tmp_path / "store")


def rewritten(project: Project, old: str, new: str) -> None:
    """Have the trials run another pipeline."""
    text = (project.root / "dvc.yaml").read_text()
    assert old in text
    code = project.commit("another pipeline", {"dvc.yaml": text.replace(old, new)})
    for record in (project.root / "experiments/a/trials/treatment").iterdir():
        record.write_text(re.sub("^code: .*$", f"code: {code}", record.read_text(), flags=re.MULTILINE))
    project.commit("trials of that pipeline")


def test_what_is_pushed_is_what_another_clone_pulls(shared: Project, tmp_path: Path) -> None:
    state = shared.state()
    planned = push(shared.root, dry_run=True)
    assert not (tmp_path / "store").exists()
    sent = push(shared.root)
    # models 2, folders 2 with 3 different files, data 1 with 2; what dvc.yaml keeps from remotes stays here
    assert (sent.objects, sent.already, sent.absent, sent.remote) == (10, 0, (), "store")
    assert planned == sent
    assert sent.made == (f"store ({tmp_path / 'store'})",)
    assert digest(shared.root, "log.txt") not in objects(tmp_path / "store")
    again = push(shared.root)
    assert (again.objects, again.already, again.bytes, again.made) == (0, 10, 0, ())
    assert shared.state() == state

    other = clone(shared, tmp_path / "other")
    # a dry run reads the lists of the folders, and keeps none
    would = pull(other, dry_run=True)
    assert objects(other / ".dvc/cache") == set()
    got = pull(other)
    assert would == got
    assert (got.objects, got.bytes, got.absent) == (10, sent.bytes, ())
    assert objects(other / ".dvc/cache") == objects(tmp_path / "store")
    # into the cache alone
    assert not (other / "model.txt").exists()
    assert not (other / "data/raw").exists()
    shared.git("switch", "-q", "exp/a", cwd=other)
    shared.dvc("checkout", "-q", "--allow-missing", cwd=other)
    assert (other / "parts/b.txt").read_text() == "b 0"


def test_a_half_filled_remote_names_the_trials_that_lack_a_file(shared: Project, tmp_path: Path) -> None:
    push(shared.root)
    store = tmp_path / "store"
    at(store, digest(shared.root, "model.txt", 1)).unlink()
    parts, both = digest(shared.root, "parts", 0), digest(shared.root, "data/raw")
    at(store, member(store, parts, "b.txt")).unlink()
    at(store, both).unlink()
    lacking = [
        "a:treatment/seed-0 data/raw",
        "a:treatment/seed-0 parts/b.txt",
        "a:treatment/seed-1 data/raw",
        "a:treatment/seed-1 model.txt",
    ]
    other = clone(shared, tmp_path / "other")
    would = pull(other, dry_run=True)
    got = pull(other)
    assert would == got
    assert [str(one) for one in got.absent] == lacking
    assert not any(one.corrupt for one in got.absent)
    # neither side has them: a clone that pushes says the same, and keeps back the list of a folder with a gap
    at(store, parts).unlink()
    sent = push(other)
    assert [str(one) for one in sent.absent] == lacking
    assert not any(one.corrupt for one in sent.absent)
    assert not at(store, parts).exists()
    # DVC would take a folder whose list is there for whole
    assert push(shared.root).absent == ()
    assert (pull(other).objects, pull(other).absent) == (5, ())


def test_an_output_goes_to_the_remote_that_it_is_kept_in(shared: Project, tmp_path: Path) -> None:
    rewritten(shared, "- model.txt", "- model.txt: {remote: vault}")
    said = refused(lambda: push(shared.root))
    assert said[0] == "model.txt is kept in the DVC remote vault, which is not set up here (known: store)"
    assert said[1].startswith("dvc remote add vault URL")
    shared.dvc("remote", "add", "-q", "vault", str(tmp_path / "vault"))
    shared.dvc("remote", "add", "-q", "other", str(tmp_path / "elsewhere"))
    sent = push(shared.root, "other")
    assert (sent.objects, sent.remotes) == (10, ("other", "vault"))
    assert objects(tmp_path / "vault") == {digest(shared.root, "model.txt", seed) for seed in (0, 1)}
    assert len(objects(tmp_path / "elsewhere")) == 8


def test_objects_of_dvc_2_stay_what_they_are(shared: Project, tmp_path: Path) -> None:
    cache, store, model = shared.root / ".dvc/cache", tmp_path / "store", digest(shared.root, "model.txt")
    before = cache / model[:2] / model[2:]
    before.parent.mkdir()
    at(cache, model).rename(before)
    assert push(shared.root).absent == ()
    assert (store / model[:2] / model[2:]).is_file()
    assert not at(store, model).exists()
    other = clone(shared, tmp_path / "other")
    assert pull(other).absent == ()
    assert (other / ".dvc/cache" / model[:2] / model[2:]).read_text() == "model 0"


def test_what_only_a_linked_work_tree_has_is_sent_too(shared: Project, tmp_path: Path) -> None:
    model = digest(shared.root, "model.txt")
    shared.git("worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    linked = tmp_path / "linked/.dvc/cache"
    at(linked, model).parent.mkdir(parents=True)
    at(shared.root / ".dvc/cache", model).rename(at(linked, model))
    assert push(shared.root).objects == 10
    assert at(tmp_path / "store", model).is_file()
    # and from there what the main one has
    shutil.rmtree(tmp_path / "store")
    assert push(tmp_path / "linked").objects == 10


@pytest.mark.parametrize(("dependency", "files"), [("data/raw/one.txt", 2), ("data", 3), ("train.py", 0)])
def test_inputs_are_what_dvc_files_pin(shared: Project, tmp_path: Path, dependency: str, files: int) -> None:
    rewritten(shared, "data/raw]", f"{dependency}]")
    # the hash of a part is that of no object; of a folder with other files in it a record has none
    pins = f"data: {{data/raw/one.txt: {{md5: {'a' * 32}}}}}" if dependency.endswith("one.txt") else "data: {}"
    for record in (shared.root / "experiments/a/trials/treatment").iterdir():
        record.write_text(re.sub(r"^data:\n(  .*\n)+", f"{pins}\n", record.read_text(), flags=re.MULTILINE))
    shared.commit("the inputs of that pipeline")
    # a folder is sent whole, since whoever has its list takes it for whole
    assert push(shared.root).objects == (10 if files else 7)
    other = clone(shared, tmp_path / "other")
    assert (pull(other).absent, len(objects(other / ".dvc/cache"))) == ((), 7 + files)


def test_how_far_it_is_is_told(shared: Project) -> None:
    told: list[tuple[int, int]] = []
    with open_ledger(shared.root) as ledger:
        ledger.moving = lambda done, total: told.append((done, total))
        push_data(ledger, [ledger.experiment("a")], None, None)
    # seven files, then the lists of three folders
    assert [one for one in told if one[0]] == [*((n, 7) for n in range(1, 8)), *((n, 3) for n in range(1, 4))]
