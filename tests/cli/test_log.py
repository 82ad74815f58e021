"""`ledger log`: which experiments it lists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from conftest import Project, Shelved, default_files
from test_bad_input import refused

from ledger.cli import console
from ledger.cli.progress_bar import ProgressBar
from ledger.git.dates import moment
from ledger.model.entry import Entry
from ledger.model.settings import Settings
from ledger.repo.ledger import open_ledger
from ledger.report import experiments as report

VERDICT = "---\nschema: 1\noutcome: {}\n---\nInterpretation: overfitting\n"


def of_two_authors(project: Project) -> None:
    """Three experiments, of two authors, with tags, notes and verdicts."""
    project.ledger("new", "Smaller batches help", "--name", "a", "--from", "main", "--tag", "opt", "--tag", "quick")
    project.ledger("note", "Größere Stapel sind schneller (a)")
    project.git("config", "user.name", "Grace Hopper")
    project.ledger("new", "Dropout helps", "--name", "b", "--from", "main", "--tag", "opt")
    project.commit("verdict", {"experiments/b/verdict.md": VERDICT.format("supported")})
    project.ledger("new", "Labels are wrong", "--name", "c", "--from", "b")


@pytest.fixture
def three(shelved: Shelved) -> Project:
    """A copy of the three."""
    return shelved(of_two_authors, default_files())


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ((), "abc"),
        (("--author", "hopper"), "bc"),
        (("--author", "^Ada"), "a"),
        (("--tag", "opt"), "ab"),
        (("--tag", "opt", "--tag", "quick"), "a"),
        (("--tag", "op"), ""),
        (("--outcome", "supported"), "b"),
        (("--outcome", "none"), "ac"),
        (("--status", "planned"), "ac"),
        (("--status", "concluded", "-n", "2"), "b"),
        (("--status", "concluded", "-n", str(10**20)), "b"),
        (("--status", "running"), ""),
        (("--grep", "DROPOUT"), "b"),
        (("--grep", "größere"), "a"),
        (("--grep", "overfitting"), "b"),
        (("--grep", "outcome: supported"), ""),
        (("--grep", r"schneller \(a\)$"), "a"),
        (("--since", "1 day ago"), "abc"),
        (("--since", "yesterday noon"), "abc"),
        (("--since", "last friday"), "abc"),
        (("--since", "2020-01-01T00:00:00+00:00"), "abc"),
        (("--since", "2999-01-01"), ""),
        (("--author", "grace", "--grep", "helps"), "b"),
        (("--grep", "helps|labels", "--author", "hopper", "-n", "5"), "bc"),
    ],
)
def test_which_are_listed(three: Project, options: tuple[str, ...], names: str) -> None:
    log = three.ledger("log", "--json", *options)

    assert sorted(entry["name"] for entry in log.json) == list(names)
    if not names:
        assert "no experiment matches" in three.ledger("log", *options).err


def test_a_limit_counts_what_is_listed(three: Project) -> None:
    for options in ((), ("--grep", "help"), ("--tag", "opt"), ("--author", "a")):
        every = three.ledger("log", "--json", *options).json
        assert three.ledger("log", "--json", "-n", "1", *options).json == every[:1]


def test_short_dates_count_back_from_now(three: Project) -> None:
    """git would take `2w` for the second day of this month."""
    with open_ledger(three.root) as ledger:
        for text, ago in (("2w", timedelta(weeks=2)), ("3D", timedelta(days=3)), ("1y", timedelta(days=365))):
            found = moment("--since", text, ledger.git)
            assert abs(datetime.now(UTC) - ago - found) < timedelta(days=2), text


def test_options_that_mean_nothing(three: Project) -> None:
    for text in ("blub", "2026-13-45", "2026-02-30", "1h", "13", "foo 3", "11/25/2026"):
        refused(three, "log", "--since", text, says=f"--since {text!r} is not a date", hint="2 weeks ago")
    refused(three, "log", "--grep", "(", says="--grep '(' is not a regular expression", hint="backslash")
    refused(three, "log", "--status", "gone", says="--status gone is not one of planned", hint="--status recorded")
    refused(
        three, "log", "--outcome", "good", says="--outcome good is not one of supported", hint="--outcome supported"
    )


def line(name: str, parent: str | None) -> Entry:
    return Entry(
        name=name,
        title="It helps",
        status="planned",
        outcome=None,
        parent=parent,
        author="Ada",
        tags=(),
        created=datetime(2026, 1, 1, tzinfo=UTC),
        branch=None,
        records=0,
        declared=1,
        missing=1,
        predicted=(),
        arm="treatment",
        metrics={},
    )


def names(*entries: Entry) -> list[str]:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    return [row[1] for row in report.log(entries, Settings(), now=now, graph=True).rows]


def test_the_graph_draws_parents_above_their_children() -> None:
    drawn = names(
        line("d", "c"), line("f", None), line("e", "b"), line("c", "b"), line("b", None), line("x", "y"), line("y", "x")
    )

    assert drawn == ["f", "b", "├─ c", "│  └─ d", "└─ e", "x", "└─ y"]


def test_the_graph_has_no_depth_that_it_cannot_draw() -> None:
    drawn = names(*(line(str(n), str(n - 1)) for n in range(2000, 0, -1)), line("0", None))

    assert len(drawn) == 2001
    assert drawn[0] == "0"


def test_a_bar_shows_what_takes_long_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    moments = iter([0.0, 0.1, 10.0, 10.3, 10.6, 10.7])
    quick = ProgressBar("reading", clock=lambda: next(moments))
    quick(0, 2)
    quick(2, 2)
    assert not quick.shown
    assert capsys.readouterr().err == ""

    slow = ProgressBar("reading", clock=lambda: next(moments))
    for done in range(4):
        slow(done, 5)
    assert slow.shown
    slow.stop()
    assert not slow.shown


def test_what_is_said_moves_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    console.say("hint: \x1b[2Jevil\x9b31m \u202e\ud800\r\n  │ ⣧\tit")

    assert capsys.readouterr().err == "hint:  [2Jevil 31m    \n  │ ⣧\tit\n"
