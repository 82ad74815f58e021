"""What an experiment's page reads of its many arms: the same as the commands say of it alone. No trial runs."""

from __future__ import annotations

import pytest
from conftest import Project, Shelved, default_files
from test_configurations import built
from test_confirm import recorded

from ledger.analysis.coverage.tried import State
from ledger.repo.ledger import open_ledger
from ledger.repo.site import arms, reading
from ledger.repo.site import briefs as reading_briefs
from ledger.report.site import experiment
from ledger.report.site.shell import Site

CELLS = [("0.2", "[2]"), ("0.2", "[8]"), ("0.3", "[2]"), ("0.3", "[8]")]


@pytest.fixture
def sweep(shelved: Shelved) -> Project:
    """Experiments of 36, of 4 and of 3 arms, and a grid of four of whose arms two have run."""
    return shelved(with_grid, default_files())


def with_grid(project: Project) -> None:
    built(project)
    project.git("switch", "-q", "main")
    asked = [f"--variant=g{at}:train.lr={rate},train.layers={size}" for at, (rate, size) in enumerate(CELLS)]
    project.ledger("new", "A grid", "--name", "grid", "--seeds", "2", "--from", "main", *asked)
    recorded(project, "grid", {"g0": {0: 0.2, 1: 0.3}, "g3": {0: 0.4}})


def test_it_is_what_the_commands_say(sweep: Project) -> None:
    said = sweep.ledger("coverage", "grid", "--json").json
    wide = sweep.ledger("importance", "accuracy", "--where", "experiment = wide", "--json").json
    with open_ledger(sweep.root) as ledger:
        grid = arms.covered(ledger, ledger.experiment("grid"))
        assert grid is not None
        pairs = grid.combinations
        assert (pairs.covered, pairs.total) == (said["covered"], said["total"]) == (2, 4)
        assert pairs.count(State.PLANNED, State.PLANNED) == len(said["planned"]) == 2
        assert grid.taken.replicates == ("seed",)
        swept = ledger.experiment("wide")
        found = arms.weighed(ledger, swept, ledger.present(swept))
        assert found is not None and found.configurations == wide["configurations"] == 36
        assert [(one.name, one.share) for one in found.parameters] == [
            (one["name"], one["importance"]) for one in wide["parameters"]
        ]


def test_of_few_arms_nothing_is_said(sweep: Project) -> None:
    sweep.ledger("new", "Another rate", "--name", "rate", "--from", "main", "-S", "train.lr=0.7")
    recorded(sweep, "rate", {"treatment": {0: 0.2, 1: 0.3}})
    with open_ledger(sweep.root) as ledger:
        rate = ledger.experiment("rate")
        assert arms.covered(ledger, rate) is None
        # three arms vary, and thirty it takes
        other = ledger.experiment("other")
        assert arms.covered(ledger, other) is not None
        assert arms.weighed(ledger, other, ledger.present(other)) is None


def test_where_nobody_says_what_is_better_nothing_is_weighed(sweep: Project) -> None:
    sweep.git("switch", "-q", "main")
    sweep.commit("no settings", {"ledger.yaml": "{}\n"})
    with open_ledger(sweep.root) as ledger:
        wide = ledger.experiment("wide")
        assert arms.weighed(ledger, wide, ledger.present(wide)) is None


def test_its_sections_are_on_the_page(sweep: Project) -> None:
    with open_ledger(sweep.root) as ledger:
        briefs = {one.name: one for one in reading_briefs.read(ledger)}
        pages = [reading.read(ledger, name, briefs, (), code=True) for name in ("grid", "wide")]
        grid, wide = (experiment.files(one, Site(title="Lab"))[0].content.decode() for one in pages)
    assert 'id="tried"' in grid and "2 of 4 pairs tried (50.0%), in 3 trials; 2 planned." in grid
    assert 'id="depends"' not in grid
    assert 'id="depends"' in wide and "accuracy depends on train.lr, over 36 configurations" in wide
