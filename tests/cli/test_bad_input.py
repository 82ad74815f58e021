"""Bad input on the command line and in the repository: a refusal with a hint, and nothing lost or half-written."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from conftest import PARAMS, PIPELINE, MakeProject, Project, Shelved, default_files
from planned import wider

from ledger.machine.state_directory import StateDirectory
from ledger.model import hypothesis as hypotheses


def refused(project: Project, *arguments: str, says: str, hint: str, cwd: Path | None = None) -> None:
    """The command ends with 2, names the thing, says what to type, and has changed nothing."""
    before = project.state()
    answer = project.ledger(*arguments, cwd=cwd, code=2)
    message, _, advice = answer.err.partition("\nhint: ")
    assert message.startswith("error: ")
    assert says in message
    assert hint in advice
    assert answer.out == ""
    assert project.state() == before


# --- where it is called


def test_outside_of_a_repository(project: Project, tmp_path: Path) -> None:
    for command in ("init", "log", "new x", "run", "record", "status", "show", "diff", "note x"):
        answer = project.ledger(*command.split(), cwd=tmp_path, code=2)
        assert answer.err == f"error: {tmp_path} is not in a git repository\nhint: git init, then ledger init\n"
    assert list(tmp_path.iterdir()) == [project.root]


def test_a_git_directory_without_a_work_tree(project: Project) -> None:
    refused(project, "log", says=".git is in a git directory", hint="work tree", cwd=project.root / ".git")


def test_an_unborn_branch(make_project: MakeProject) -> None:
    project = make_project({}, dvc=False)
    for command in ("new x", "run", "record", "show", "diff", "note x"):
        answer = project.ledger(*command.split(), code=2)
        assert answer.err.startswith("error: there is no commit yet")
        assert "hint: commit your pipeline first: git add -A && git commit" in answer.err
    assert project.git("for-each-ref") == ""


def test_a_detached_head(project: Project) -> None:
    project.git("switch", "-q", "--detach")
    refused(project, "new", "Wider", says="HEAD is detached at", hint="--from HEAD, or --from main")
    for command in (["run"], ["record"], ["show"], ["diff"], ["note", "x"]):
        refused(project, *command, says="HEAD is detached at", hint="git switch exp/NAME, or name the experiment")
    project.ledger("new", "Wider", "--from", "HEAD", "--no-switch")
    assert project.ledger("log", "--json").json[0]["name"] == "wider"


def test_a_branch_that_is_no_experiments(project: Project) -> None:
    for command in (["run"], ["record"], ["show"], ["diff"], ["note", "x"]):
        refused(project, *command, says="no experiment is checked out: you are on main", hint="git switch exp/NAME")
    project.git("switch", "-q", "-c", "exp/bare")
    refused(project, "run", says="exp/bare, which has no experiments/bare/hypothesis.md", hint="ledger new")
    refused(project, "show", "bare", says="the branch exp/bare is not an experiment", hint="ledger log lists")


def test_git_does_not_know_who_it_is(shelved: Shelved, sealed: Path) -> None:
    project = shelved(wider, default_files())
    (sealed / ".gitconfig").write_text("[init]\n\tdefaultBranch = main\n")
    for command in (["new", "Deeper", "--from", "main"], ["run"], ["record"], ["note", "x"]):
        refused(project, *command, says="git does not know who you are", hint='git config --global user.name "Ada')
    assert "Wider" in project.ledger("log").out


def test_no_pipeline(make_project: MakeProject) -> None:
    files = default_files()
    pipeline = files.pop("dvc.yaml")
    project = make_project(files)
    refused(project, "new", "Wider", says="there is no dvc.yaml at", hint='ledger init --cmd "python train.py"')
    refused(project, "diff", "main", "HEAD", says="main is a revision without a dvc.yaml", hint="ledger log lists")
    project.write({"dvc.yaml": pipeline})
    refused(project, "new", "Wider", says="dvc.yaml is not committed at", hint="git add dvc.yaml && git commit")
    project.commit("empty", {"dvc.yaml": "stages: {}\n"})
    refused(project, "new", "Wider", says="has no stage to run", hint="dvc stage add")


def test_no_dvc(make_project: MakeProject) -> None:
    project = make_project({"train.py": "print(1)\n"}, dvc=False)
    refused(project, "new", "Wider", says="DVC is not set up in this repository", hint="ledger init")
    project.ledger("init", "--cmd", "python train.py")
    refused(project, "new", "Wider", says="the DVC setup is not committed yet", hint="git add -A && git commit")
    refused(project, "init", "--cmd", "python x.py", says="dvc.yaml already exists", hint="dvc stage add")
    refused(project, "init", "--metrics", "m.json", says="--params go with --cmd", hint="ledger init --help")


# --- names


def test_a_name_that_is_taken(project: Project) -> None:
    project.commit("landed", {"experiments/landed/hypothesis.md": "x"})
    project.git("tag", "-a", "-m", "trials", "ledger/archived/abc")
    project.git("branch", "exp/parent/child")
    project.ledger("new", "Wider", "--no-switch")
    (project.root / "experiments" / "lying").mkdir()
    (project.root / "experiments" / "lying-2").mkdir()
    for name, by, free in (
        ("wider", "the branch exp/wider", "wider-2"),
        ("landed", "experiments/landed/ on main", "landed-2"),
        ("archived", "the tag ledger/archived/abc", "archived-2"),
        ("parent", "the branch exp/parent/child", "parent-2"),
        ("lying", "experiments/lying in the work tree", "lying-3"),
    ):
        refused(project, "new", "T", "--name", name, says=f"the name {name} is taken by {by}", hint=f"--name {free}")
    refused(project, "new", "Wider!", says="the name wider is taken", hint="--name wider-2")


NAMES = [
    ("main", "git has its own meaning for it", "main-experiment"),
    ("baseline", "it is the name of a variant", "baseline-experiment"),
    ("nan", "predictions would read it as a number", "nan-experiment"),
    ("Focal", "it has capital letters", "try focal"),
    ("focal loss", "it has a space", "try focal-loss"),
    ("a/b", "it has '/'", "try a-b"),
    ("1st", "it does not begin with a letter", "try st"),
    ("-x", "it does not begin with a letter", "try x"),
    ("", "it is empty", "such as focal-loss"),
    ("a" * 64, "it has 64 characters", "try aaa"),
]


def test_a_name_that_cannot_be(project: Project) -> None:
    for name, says, hint in NAMES:
        refused(project, "new", "T", "--name", name, says=says, hint=hint)


def test_a_branch_named_exp_is_in_the_way(project: Project) -> None:
    project.git("branch", "exp")
    refused(project, "new", "Wider", says="the branch exp is in the way", hint="git branch -m exp exp-old")
    assert "no experiments yet" in project.ledger("log").err


def test_files_that_the_switch_would_overwrite_take_the_branch_back(project: Project) -> None:
    project.write({"experiments": "mine"})
    refused(project, "new", "Wider", says="git cannot switch to the new branch", hint="--no-switch")


# --- titles


TITLES = [
    ("", "the title is empty", "say what you expect"),
    ("two\nlines", "the title has a line break at character 4", "try 'two lines'"),
    ("x" * 300, "the title has 300 characters; at most 200", "one sentence"),
    ("\x1b[31mred", "a control character", "try '[31mred'"),
    ("日本語", "no name can be made from the title '日本語'", "--name"),
]


def test_a_title_that_cannot_be(project: Project) -> None:
    for title, says, hint in TITLES:
        refused(project, "new", title, says=says, hint=hint)


def test_a_text_that_looks_like_an_option(project: Project) -> None:
    for command in (["new", "-O3 is faster"], ["new", "-Seeds help"], ["note", "-3 points"]):
        refused(project, *command, says="", hint="an argument that begins with - goes last, after --: ledger")


def test_an_option_that_is_mistyped(project: Project) -> None:
    refused(
        project,
        "new",
        "Wider",
        "--seds",
        "5",
        says="--seds (Possible options: --folds, --seeds",
        hint="ledger new --help",
    )
    refused(project, "lgo", says="ledger has no command lgo", hint="did you mean log?")
    refused(project, "log", "-n", "0", says="'-n'", hint="ledger log --help")
    refused(project, "log", "-n", "9" * 5000, says="'-n'", hint="ledger log --help")
    refused(project, "log", "-n", "many", says="'many'", hint="ledger log --help")


def test_a_title_comes_back_as_it_was_given(project: Project) -> None:
    titles = ['She said "yes": it\'s {great} #1 & 🎉 — `ok` \\n %s', "-O3 is faster", "- a list?", "'", "x" * 200]
    for number, title in enumerate(titles):
        project.ledger("new", "--from", "main", "--name", f"strange-{number}", "--", title)
        text = (project.root / "experiments" / f"strange-{number}" / "hypothesis.md").read_text("utf-8")
        assert hypotheses.parse(text).plan.title == title
        assert project.ledger("show", "--json").json["title"] == title
        assert project.git("log", "-1", "--format=%s") == f"new: {title}"
    assert project.ledger("log").out.count("strange-") == len(titles)


# --- predictions, experiments and revisions


PREDICTIONS = [
    ("accuracy>=0.9", "column 9: the operator needs spaces around it", "write: accuracy >= 0.9"),
    ("accuracy >=", "a reference or a number is missing", "accuracy >= baseline + 0.01"),
    ("accuracy = baseline", "'=' is not an operator", "accuracy within 0.01 of baseline"),
    ("accuracy >= baseline+0.01", "'+' needs spaces around it", "accuracy >= baseline + 0.01"),
    ("accuracy >= nan", "'nan' is not a finite number", "write"),
    ("accuracy[high-lr] >= 0.3", "about the variant high-lr, which is not declared", "--variant high-lr:"),
    ("accuracy >= widr", "compares with widr, which is not an experiment here", "did you mean wider?"),
    ("accuracy >= accuracy[high-lr]", "compares with the variant high-lr, which is not declared", "--variant high-lr:"),
    ("accuracy >= deeper", "compares the experiment with itself", "baseline"),
]


def test_a_prediction_that_cannot_be_checked(project: Project) -> None:
    project.ledger("new", "Wider", "--no-switch")
    for prediction, says, hint in PREDICTIONS:
        refused(project, "new", "Deeper", "--predict", prediction, says=says, hint=hint)
    of_its_own = ("--variant", "hi:train.lr=0.4", "--predict", "accuracy >= hi")
    says = "compares with hi, which is a variant of this plan, not an experiment"
    refused(project, "new", "Deeper", *of_its_own, says=says, hint="write accuracy[hi] instead")


def test_a_name_that_means_nothing_or_too_much(project: Project) -> None:
    project.ledger("new", "Wide nets", "--no-switch", "--predict", "accuracy >= 0")
    project.ledger("new", "Wide layers", "--no-switch")
    refused(project, "show", "wide", says="wide may mean wide-layers or wide-nets", hint="write more of the name")
    refused(project, "show", "wide-net:hi", says="wide-nets has no variant hi", hint="it has treatment")
    refused(project, "show", "wide-nets:treatment/seed-9", says="no trial treatment/seed-9", hint="none yet")
    refused(project, "show", "wide-nets:", says="no variant after the colon", hint="NAME:VARIANT")
    refused(project, "show", "main", says="main is a git revision, not an experiment", hint="ledger log")
    refused(project, "show", "--", "-x", says="'-x' is neither", hint="write NAME")
    refused(project, "diff", "wide-nest", "main", says="no revision 'wide-nest'", hint="did you mean wide-nets")
    refused(
        project, "void", "hi/seed-0", says="no revision 'hi/seed-0'", hint="named with its experiment: NAME:hi/seed-0"
    )
    refused(project, "diff", "wide-nets", says="declares no baseline", hint="ledger diff main wide-nets")
    refused(project, "run", "wide-nest", says="'wide-nest'", hint="did you mean wide-nets")
    refused(project, "run", "wide-nets", "--only", "treatmnt", says="no trial treatmnt", hint="it has treatment")
    refused(project, "note", "x", "--exp", "nothing", says="no revision 'nothing'", hint="ledger log lists")
    refused(project, "new", "X", "--from", "wide-nest", says="'wide-nest'", hint="did you mean wide-nets")
    refused(project, "new", "X", "--baseline", "wide-nest", says="'wide-nest'", hint="did you mean wide-nets")


def test_a_fork_of_an_experiment_must_be_meant(project: Project) -> None:
    project.ledger("new", "Wider")
    refused(project, "new", "Deeper", says="you are on the experiment wider", hint="--from main to start fresh")


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_repository_that_cannot_be_written(project: Project, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    # whoever runs the tests as root may write everywhere
    def locked(state_dir: StateDirectory) -> None:
        raise OSError(number, os.strerror(number), str(state_dir.folder / "lock"))

    project.ledger("new", "Wider")
    monkeypatch.setattr(StateDirectory, "locked", locked)
    says = f"{project.root}/.git/ledger/lock: {os.strerror(number)}"
    refused(project, "note", "a thought", says=says, hint="below the git directory")


# --- parameters and replicates


PARAMETERS = [
    ("-S train.lrr=1", "no parameter file has train.lrr (params.json)", "did you mean train.lr"),
    ("-S lr=1", "no parameter file has lr", "did you mean train.lr?"),
    ("-S zzz=1", "no parameter file has zzz", "known: seed, train.lr"),
    ("-S train=1", "train is a group of parameters in params.json", "train.lr"),
    ("-S train.lr", "no value in 'train.lr'", "-S train.lr=0.3"),
    ("-S train.layers=[1", "[1 is not a value", "put quotes round it"),
    ("-S train.lr=1 -S train.lr=2", "-S is given twice for train.lr", "leave one of them out"),
    ("-S train.lr=1 -S params.json:train.lr=2", "-S is given twice for train.lr", "leave one of them out"),
    ("--vary train.lr=1,2 --vary params.json:train.lr=2,3", "--vary is given twice for train.lr", "leave one"),
    ("--seeds 2 --over params.json:seed=1,2", "seed: the axis is given twice", "each axis once"),
    ("--over params.json:seed=1,2 --vary seed=1,2", "seed is an axis of the replicates", "one of the two"),
    ("-S train.lr=1 --over train.lr=1,2", "train.lr is an axis of the replicates", "one of the two"),
    ("--variant x", "--variant 'x' is not NAME:KEY=VALUE", "--variant high-lr:"),
    ("--variant Big:train.lr=1", "'Big' is not a variant's name", "try big"),
    ("--variant baseline:train.lr=1", "baseline is not declared with --variant", "-S"),
    ("--variant big:train.lrr=1", "no parameter file has train.lrr", "did you mean train.lr"),
    ("--variant big:@HEAD,train.lrr=1", "the variant big, at HEAD: no parameter file has", "did you mean train.lr"),
    ("--variant big:train.lr=1 --variant big:train.lr=2", "--variant is given twice for big", "leave one"),
    ("--over sed=0..4", "no parameter file has sed", "did you mean seed?"),
    ("--over fold", "--over 'fold' is not KEY=LIST", "--over seed=0..9"),
    ("--folds fold", "--folds 'fold' is not KEY=LIST", "--folds fold=0..4"),
    ("--folds 1", "--folds 1 is not from 2 to 1000", "--folds 5"),
    ("--folds 5", "no parameter of the pipeline looks like the fold", "--folds my_fold=0..4"),
    ("--seeds 2 --reshuffled-by seed", "--reshuffled-by needs folds", "--folds fold=0..4"),
    ("--over seed=4..0", "the range 4..0 is empty", "write 0..4"),
    ("--over seed=0,0", "0 is given twice", "each value once"),
    ("--over train.layers=[1],[2]", "[1] is not a number, a text or a truth value", "each value once"),
    ("--seeds 0", "--seeds 0 is not from 1 to 1000", "--seeds 5"),
    ("--seeds many", "--seeds gives 'many', but the seed parameter seed is a whole number", "--seeds 0,3,7"),
    ("--seeds=", "--seeds is empty", "--seeds 5"),
    ("--seeds 3 --over seed=1,2", "seed: the axis is given twice", "each axis once"),
    ("--tag a,b", "the tag 'a,b' is not one word", "try a-b"),
]


def test_parameters_that_cannot_be(project: Project) -> None:
    for options, says, hint in PARAMETERS:
        refused(project, "new", "Wider", *options.split(), says=says, hint=hint)


def test_a_parameter_that_no_stage_tracks(make_project: MakeProject) -> None:
    pipeline = PIPELINE.replace("[seed, train]", "[train.lr]")
    project = make_project(default_files() | {"dvc.yaml": pipeline})
    hint = "under `params:` of the stage that reads it (train)"
    for options in ("--seeds 3", "--over seed=1,2", "--variant v:seed=3", "-S seed=3"):
        refused(project, "new", "Wider", *options.split(), says="no stage tracks the parameter seed", hint=hint)


def test_no_parameter_is_the_seed(make_project: MakeProject) -> None:
    pipeline = PIPELINE.replace("[seed, train]", "[train]")
    project = make_project(default_files() | {"dvc.yaml": pipeline, "params.json": '{"train": {"lr": 0.1}}'})
    refused(project, "new", "Wider", "--seeds", "3", says="looks like a seed", hint="ledger.yaml (seed: train.my_seed)")


def test_an_override_in_a_file_with_changes(project: Project) -> None:
    project.write({"params.json": json.dumps(PARAMS)})
    says = "params.json has uncommitted changes, and -S would write to it"
    refused(project, "new", "Wider", "-S", "train.lr=0.2", says=says, hint="commit them first")
    project.ledger("new", "Wider", "-S", "train.lr=0.2", "--no-switch")
    assert (project.root / "params.json").read_text() == json.dumps(PARAMS)


# --- changes that are not committed


def test_uncommitted_changes(shelved: Shelved) -> None:
    project = shelved(wider, default_files())
    project.write({"train.py": "raise SystemExit\n", "params.json": json.dumps(PARAMS | {"seed": 4})})
    refused(project, "run", says="params.json and train.py", hint='ledger run -m "what you changed"')
    for blank in ("", "  "):
        refused(project, "run", "-m", blank, says="-m is an empty message", hint='-m "what you changed"')
        refused(project, "record", "-m", blank, says="-m is an empty message", hint='-m "what you changed"')
    refused(project, "record", says="there is no dvc.lock", hint="dvc repro, then ledger record")
    refused(project, "note", " ", says="the note is empty", hint="ledger note")
    project.git("switch", "-q", "main")
    refused(project, "run", "wider", "-m", "x", says="which is not wider's", hint="git switch exp/wider")
    project.write({"metrics.json": "{}"})
    project.git("add", "metrics.json")
    project.git("switch", "-q", "exp/wider")
    refused(project, "run", says="unrecorded results: metrics.json", hint="ledger record keeps them")


# --- ledger.yaml


SETTINGS = [
    ("sed: seed\n", "ledger.yaml has no setting 'sed'", "did you mean seed?"),
    ("jobs: many\n", "`jobs` is 'many', not a number from 1", "`jobs: 2`"),
    ("targets: evaluate\n", "`targets` is 'evaluate', not a list of texts", "`targets: [evaluate]`"),
    ("main: [a]\n", "`main` is ['a'], not a text", "`main: main`"),
    ("branch_prefix: 'a b/'\n", "`branch_prefix` is 'a b/'", "`branch_prefix: exp/`"),
    ("metrics: [accuracy]\n", "`metrics` is ['accuracy']", "direction: higher"),
    ("metrics: {accuracy: {direction: up}}\n", "`metrics.accuracy.direction` is 'up'", "direction: higher"),
    ("metrics: {accuracy: {precision: true}}\n", "`metrics.accuracy.precision` is True", "precision: 4"),
    ("a: [\n", "ledger.yaml is not YAML: line 2", "correct ledger.yaml"),
    ("- a\n", "ledger.yaml is not a mapping", "`main: main`"),
]


def test_settings_that_cannot_be(project: Project) -> None:
    for text, says, hint in SETTINGS:
        project.write({"ledger.yaml": text})
        refused(project, "log", says=says, hint=hint)
        refused(project, "new", "Wider", says=says, hint=hint)


def test_settings_that_are_no_text(project: Project) -> None:
    (project.root / "ledger.yaml").write_bytes(b"main: \xff\n")
    refused(project, "log", says="ledger.yaml is not text in UTF-8", hint="save ledger.yaml as UTF-8")


def test_settings_that_name_what_is_not_there(shelved: Shelved) -> None:
    project = shelved(wider, default_files())
    project.commit("settings", {"ledger.yaml": "targets: [evaluate]\nseed: sed\n"})
    refused(project, "run", says="`targets` names evaluate, which is not a stage", hint="known: train")
    project.commit("settings", {"ledger.yaml": "seed: sed\n"})
    options = ("--seeds", "2", "--from", "HEAD")
    refused(project, "new", "Deeper", *options, says="no parameter file has sed", hint="did you mean seed?")
