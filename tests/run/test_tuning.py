"""A search for the best parameters that really runs: cut off and gone on with, proved, confirmed, adopted."""

from __future__ import annotations

import signal
import subprocess
from collections import Counter
from dataclasses import replace

import pytest
from conftest import Project, Shelved, launcher
from made_records import record_of

from ledger.model import trial_file
from ledger.model.trial import Trial
from ledger.model.tune_finding import TuneFinding
from ledger.report.tune_search import remarks

TRAIN = """\
import json, random, sys
p = json.load(open("params.json"))
if p["lr"] > 0.8:
    sys.exit("diverged")
loss = (p["lr"] - 0.3) ** 2 + p["width"] / 100 + random.Random(str(p)).gauss(0, 0.002)
json.dump({"loss": loss}, open("metrics.json", "w"))
"""

FILES = {
    "train.py": TRAIN,
    "params.json": '{"seed": 0, "lr": 0.7, "width": 4, "opt": "adam", "unread": 1}\n',
    "ledger.yaml": "metrics:\n  loss: {direction: lower}\n",
    "dvc.yaml": """\
stages:
  train:
    cmd: python -S train.py
    deps: [train.py]
    params:
      - params.json: [seed, lr, width, opt]
    metrics:
      - metrics.json: {cache: false}
""",
}

SPACE = ("--tune", "lr=0.0..1.0", "--tune", "width=1..8", "--objective", "loss")


def begun(project: Project) -> None:
    """A search that knows a grid at two seeds, one rate of which fails."""
    project.ledger("new", "Rates", "--vary", "lr=0.2,0.45,0.9", "--seeds", "2")
    project.ledger("run", code=1)
    project.git("switch", "-q", "main")
    project.ledger("new", "Tuned", *SPACE, "--budget", "12")


def records(project: Project) -> list[Trial]:
    """The records on the branch."""
    paths = project.git("ls-tree", "-r", "--name-only", "HEAD", "experiments/tuned/trials/").split()
    return [trial_file.loads(project.git("show", f"HEAD:{path}")) for path in paths]


def test_a_search_that_was_killed_goes_on_and_ends_in_a_finding_that_is_proved(shelved: Shelved) -> None:
    project = shelved(begun, FILES)
    killed = launcher.ledger(
        "run", "-j", "2", cwd=project.root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert killed.stderr is not None
    said = [killed.stderr.readline() for _ in range(3)]
    assert said[0].startswith("[1/12] "), said
    assert any(" lr=0.7 width=4" in line for line in said), said
    killed.send_signal(signal.SIGKILL)
    killed.communicate()

    so_far = project.ledger("status", "--json").json["search"]
    assert so_far["trainings"] >= 3 and (so_far["finished"], so_far["answer"]) == (False, "open")
    assert so_far["expected"]["trials"] == 12 - so_far["trainings"]
    assert "has no answer yet" in project.ledger("conclude", "-m", "x", code=2).err

    done = project.ledger("run", "-j", "2", code=None)
    assert "next: ledger conclude tuned, then ledger confirm tuned" in done.out
    trials = records(project)
    assert len(trials) == 12
    assert set(Counter((trial.variant, trial.point) for trial in trials).values()) == {1}
    # all explored at one seed, and the best and what it is compared with at three
    counts = Counter(trial.variant for trial in trials)
    found = project.ledger("status", "--json").json["search"]
    assert (found["answer"], found["finished"], found["trainings"], found["n"]) == ("best", True, 12, 3)
    assert counts["current"] == counts[found["best"]] == 3
    # the grid was known: neither its rates nor what failed are tried again
    assert all(trial.params["params.json"]["lr"] not in (0.2, 0.45, 0.9) for trial in trials)
    assert found["mean"] < found["current"]

    assert "ledger confirm tuned puts it to the test" in project.ledger("status").out
    told = project.ledger("conclude", "-m", "as it came out").out
    assert f"{found['best']} is the best of" in told and "better than current" in told
    proof = project.ledger("verify", "--json").json
    assert (proof["problems"], proof["unproved"]) == ([], [])
    # without a target it is the best
    assert project.ledger("diff", "tuned:current", "tuned", "--json").json["b"] == f"tuned:{found['best']}"

    confirmed = project.ledger("confirm", "tuned", "--seeds", "2", "--json").json
    assert confirmed["confirms"] == {"experiment": "tuned", "variant": found["best"], "among": found["among"]}
    assert (confirmed["luck"], confirmed["baseline"]) == pytest.approx((found["luck"], found["current"]))
    project.ledger("land", "tuned", "--adopt")
    assert project.git("show", "main:params.json") == project.git("show", "main:params.json")
    assert f"{found['params']['lr']}" in project.git("show", "main:params.json")


def test_a_trial_that_the_search_did_not_ask_for_is_accused(shelved: Shelved) -> None:
    project = shelved(begun, FILES)
    project.ledger("amend", "--key", "search.budget=4", "-m", "a short one")
    project.ledger("run", code=None)
    path = next(path for path in project.git("ls-files", "experiments/tuned/trials").split() if "/try-" in path)
    text = (project.root / path).read_text("utf-8")
    head, _, _ = text.partition("asked:")
    project.commit("hand-picked", {path: head})
    said = project.ledger("verify", code=1)
    assert "does not say what the search knew" in said.out + said.err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--tune", "lr=0.0..1.0"), "--objective"),
        (("--objective", "max dice"), "--objective needs --tune"),
        (("--budget", "9"), "--budget needs --tune"),
        ((*SPACE, "--predict", "loss <= baseline"), "--predict has no meaning beside --tune"),
        ((*SPACE, "--vary", "opt=adam,sgd"), "--vary has no meaning beside --tune"),
        ((*SPACE, "-S", "lr=0.1"), "lr is both set by -S and tuned"),
        ((*SPACE, "--tune", "seed=0..9"), "seed is an axis of the replicates"),
        ((*SPACE, "--tune", "unread=0..9"), "unread"),
        ((*SPACE, "--tune", "widht=1..9"), "widht"),
        ((*SPACE, "--tune", "opt=1..9"), "opt"),
        (("--tune", "lr=0..1:log", "--objective", "loss"), "logarithmic scale cannot begin at 0"),
        (("--tune", "lr=0.0..1.0", "--objective", "max"), "max"),
        (("--tune", "lr=0..1", "--objective", "loss"), "lr is 0.7, and 0..1 has whole numbers only"),
        ((*SPACE, "--model", "forest"), "--model forest is not one of gp, tpe"),
        ((*SPACE, "--budget", "1"), "1"),
    ],
)
def test_what_cannot_be_tuned_is_refused_and_nothing_is_made(
    shelved: Shelved, given: tuple[str, ...], said: str
) -> None:
    project = shelved(lambda _: None, FILES)
    before = project.state()
    refused = project.ledger("new", "No", *given, code=2)
    assert said in refused.err
    assert project.state() == before


def test_what_a_search_cannot_do_is_said_before_it_runs(shelved: Shelved) -> None:
    project = shelved(lambda _: None, FILES)
    said = project.ledger("new", "No", "--tune", "lr=0.0..0.5", "--objective", "loss", "--budget", "3")
    assert "note: lr=0.7 is outside its range" in said.out + said.err
    assert "note: 3 trials are too few for 3 replicates of the best" in said.out + said.err
    assert "a budget of 7" in said.out + said.err
    assert "hypothesis.md, ledger run" in said.out
    status = project.ledger("status").out
    assert "no trial has a value of loss yet" in status
    assert "arm" not in status


def test_a_search_that_has_found_nothing_better_is_not_compared_with_itself(shelved: Shelved) -> None:
    project = shelved(lambda _: None, FILES)
    project.ledger("new", "Tuned", *SPACE)
    path, text = (part.replace("treatment", "current") for part in record_of("tuned", 0, width=4))
    project.commit("the first trial", {path: text})
    refused = project.ledger("diff", code=2)
    assert "nothing that tuned has tried is better than current" in refused.err


def test_a_search_stops_where_its_first_trials_all_fail(shelved: Shelved) -> None:
    project = shelved(lambda _: None, FILES)
    project.commit("fails", {"train.py": "open('metrics.json', 'w').write('{\"loss\": NaN}')\n"})
    project.ledger("new", "Tuned", *SPACE, "--budget", "9", "--seeds", "1")
    stopped = project.ledger("run", code=2)
    assert "none of the first 5 trials has a value of loss" in stopped.err
    assert "ledger show tuned:" in stopped.err
    assert project.ledger("status", "--json").json["search"]["trainings"] == 5
    assert "no answer after 9 of 9 trials" in project.ledger("run", "--yes", code=1).out
    assert "no arm of tuned has a value of loss" in project.ledger("confirm", "tuned", code=2).err


def test_of_single_trials_it_is_said_that_nothing_tells_the_best_from_the_luckiest() -> None:
    finding = TuneFinding(
        found=True, best="try-1", params={"x": 1}, n=1, mean=0.5, sd=None, among=9, luck=None, current=None,
        trainings=9, budget=9, failed=(),
    )  # fmt: skip
    said = list(remarks(finding, "loss", "tuned"))
    assert said[-1] == "the best ran once: nothing tells it from the luckiest"
    again = list(remarks(replace(finding, n=3, sd=0.1), "loss", "tuned"))
    assert again[-1] == "ledger confirm tuned puts it to the test on fresh seeds"


def test_what_ran_at_other_code_and_is_not_asked_for_again_is_not_said_to_be_left(shelved: Shelved) -> None:
    project = shelved(lambda _: None, FILES)
    project.ledger("new", "Tuned", *SPACE, "--budget", "2", "--seeds", "1")
    path, text = (part.replace("treatment", "try-1") for part in record_of("tuned", 0, width=4))
    project.commit("a trial at other code", {path: text})
    done = project.ledger("run")
    assert "code or data changed since 1 of the search's trials" in done.err
    assert "stale" not in done.err
    assert "after 2 trials" in done.out


def test_a_search_records_nothing_by_hand(shelved: Shelved) -> None:
    project = shelved(lambda _: None, FILES)
    project.ledger("new", "Tuned", *SPACE)
    (project.root / "metrics.json").write_text('{"loss": 0.1}', "utf-8")
    before = project.state()
    refused = project.ledger("record", code=2)
    assert "tuned is a search, which chooses its trials: none is recorded by hand" in refused.err
    assert "next: git restore (or git clean) drops" in project.ledger("status").out
    assert "git restore (or git clean) drops them" in project.ledger("run", code=2).err
    assert "ledger record" not in project.ledger("run", code=2).err
    assert project.state() == before
