"""What is read of an experiment for its page: pictures of both arms, patches and logs, as far as they can be shown."""

from __future__ import annotations

from collections.abc import Iterator

import lab
import pytest
from conftest import Shelved

from ledger.analysis.site.page import ExperimentPage, Hidden
from ledger.model.formats.rasters import kind_of
from ledger.repo.ledger import Ledger, open_ledger
from ledger.repo.site import briefs, reading


@pytest.fixture
def ledger(shelved: Shelved) -> Iterator[Ledger]:
    with open_ledger(shelved(lab.lab, lab.files()).root) as found:
        yield found


def page(ledger: Ledger, name: str, *, code: bool = True) -> ExperimentPage:
    known = {one.name: one for one in briefs.read(ledger)}
    return reading.read(ledger, name, known, (), code=code)


def test_pictures_of_both_arms_stand_side_by_side(ledger: Ledger) -> None:
    shown = page(ledger, "rate").images.shown
    assert list(shown) == ["confusion.png"]
    baseline, treatment = shown["confusion.png"]
    assert (baseline.trial, treatment.trial) == ("baseline/seed-0", "treatment/seed-0")
    assert baseline.data != treatment.data and kind_of(baseline.data) == kind_of(treatment.data) == "png"


def test_a_picture_that_a_trial_drew_as_its_code_has_it_is_shown_too(ledger: Ledger) -> None:
    """The branch holds the picture of the experiment that it refines, and its own trials draw the same."""
    arms = [image.arm for image in page(ledger, "faster").images.shown["confusion.png"]]
    assert arms == ["baseline", "treatment"]


def test_what_is_no_picture_or_may_run_is_told_and_not_shown(ledger: Ledger) -> None:
    images = page(ledger, "hostile").images
    assert len(images.shown) == 5 and "evil.svg" not in images.shown and "page.png" not in images.shown
    assert images.left_out == {
        "evil.svg": Hidden.SVG,
        "page.html": Hidden.HTML,
        "page.png": Hidden.OTHER,
        "huge.png": Hidden.OTHER,
    }


def test_code_and_logs_are_read_for_those_who_may_see_them(ledger: Ledger) -> None:
    inside, outside = page(ledger, "hostile"), page(ledger, "hostile", code=False)
    patches = {patch.path: patch.text for patch in inside.patches}
    assert '+script = "<script>window.pwned=1</script>"' in patches["train.py"].split("\n")
    assert {"train.py", "dvc.yaml"} <= set(patches)
    assert outside.patches == () and outside.logs == {}
    failed = page(ledger, "faster").logs["rate-0-95/seed-0"]
    assert "the rate is too high" in failed


def test_an_experiment_that_has_not_run_has_a_page(ledger: Ledger) -> None:
    planned = page(ledger, "smooth")
    assert (planned.curves, planned.series, planned.logs, planned.answers) == (None, None, {}, ())
    assert planned.images.shown == {} and planned.review.changed is not None
