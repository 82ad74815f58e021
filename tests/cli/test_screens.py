"""What commands show of one made-up history: whole screens, on a terminal of 80 columns and as a program reads them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import Answer, Project
from screens import Screen, kept
from shelves import copy

from ledger.cli import console

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"

# name of the screen: what is typed
READING = {
    "log": ("log",),
    "log-graph": ("log", "--graph"),
    "table": ("table",),
    "table-variants": ("table", "--variants", "--where", "accuracy > 0.9", "--sort", "accuracy"),
    "show": ("show", "dropout-00011"),
    "show-failed": ("show", "lr-00006"),
    "diff": ("diff", "activation-00001", "width-00000"),
    "diff-within": ("diff", "dropout-00011"),
    "status": ("status",),
    "status-failed": ("status", "lr-00006"),
    "status-concluded": ("status", "layers-00014"),
    "verify": ("verify",),
}
CHANGED = ("verdict", "show-concluded", "verify-problem")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen experiments with three trials each: some landed, some compared with others, one trial failed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        import histories

        root = tmp_path_factory.mktemp("screens") / "project"
        histories.build(root, experiments=16, trials=3)
    return root


@pytest.fixture
def history(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Project:
    """A copy of it, six weeks after its last experiment."""
    root = tmp_path / "project"
    copy(built, root)
    monkeypatch.setattr(console, "now", lambda: datetime(2024, 2, 12, 10, tzinfo=UTC))
    monkeypatch.setenv("GIT_PAGER", "cat")
    return Project(root, capsys, monkeypatch)


def whole(answer: Answer) -> str:
    """What stands on a terminal in the end: answers, then messages."""
    said = answer.err and f"--- standard error\n{answer.err}"
    return f"{answer.out}{said}"


def compare(history: Project, screen: Screen, name: str, *asked: str, code: int = 0) -> None:
    """The screen on a terminal, and what a program reads where that is another text."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdout.isatty", lambda: True)
        shown = whole(history.ledger(*asked, code=code))
    screen(name, shown)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("COLUMNS")
        read = whole(history.ledger(*asked, code=code))
    screen(f"{name}.pipe", read if read != shown else None)


@pytest.mark.parametrize("name", READING)
def test_what_is_shown(history: Project, screen: Screen, name: str) -> None:
    compare(history, screen, name, *READING[name])


def test_a_verdict_and_the_experiment_that_has_it(history: Project, screen: Screen) -> None:
    concluded = history.ledger("conclude", "dropout-00011", "-m", "Wider layers do not need it.")
    screen("verdict", whole(concluded))
    compare(history, screen, "show-concluded", "show", "dropout-00011")


def test_a_number_that_was_changed_by_hand(history: Project, screen: Screen) -> None:
    history.git("switch", "-q", "exp/dropout-00011")
    record = history.root / "experiments/dropout-00011/trials/treatment/seed-1.yaml"
    record.write_text(record.read_text("utf-8").replace("accuracy: 0.89814", "accuracy: 0.95814"), "utf-8")
    history.commit("a small correction")
    compare(history, screen, "verify-problem", "verify", "dropout-00011", code=1)


def test_no_screen_is_kept_that_nothing_shows() -> None:
    assert {file.name.partition(".")[0] for file in kept(Path(__file__)).iterdir()} == {*READING, *CHANGED}
