"""Models in use, as GTO itself tags them."""

from __future__ import annotations

import re

import lab
import promotions
from conftest import Shelved


def test_what_gto_registers_is_shown_with_its_experiment(shelved: Shelved) -> None:
    from gto.api import assign, register

    project = shelved(lab.lab, lab.files())
    root = str(project.root)
    register(root, "unet", "exp/rate", version="v1.0.0")
    assign(root, "unet", stage="prod", version="v1.0.0")
    register(root, "nested/name", "main", version="v0.1.0")
    project.ledger("site", "-o", "site")
    page = (project.root / "site/index.html").read_text("utf-8")
    section = page[page.index('id="models"') :].partition("</section>")[0]
    said = " ".join(re.sub(r"<[^>]*>", " ", section).split())
    assert re.search(r"nested/name v0\.1\.0 .* unet v1\.0\.0 , prod: from A higher rate improves Dice supported", said)
    project.ledger("site", "-o", "few", "--only", "rate")
    assert "nested/name" not in (project.root / "few/index.html").read_text("utf-8")


def test_the_page_of_an_experiment_has_the_versions_that_come_from_it(shelved: Shelved) -> None:
    project = shelved(promotions.supported, promotions.FILES)
    project.ledger("site", "-o", "site")
    page = project.root / "site/experiments/rate.html"
    assert 'id="models"' not in page.read_text("utf-8")
    project.ledger("promote", "rate", "net", "--stage", "prod", "--json")
    # the page of the other experiment is as it was
    assert project.ledger("site", "-o", "site", "--json").json["written"] < 8
    text = page.read_text("utf-8")
    section = text[text.index('id="models"') :].partition("</section>")[0]
    said = " ".join(re.sub(r"<[^>]*>", " ", section).split())
    assert said.startswith(
        'id="models" aria-labelledby="models-title"> Models model version stages from tagged net v0.0.1 prod'
    )
    assert '"net@v0.0.1, net#prod"' in (project.root / "site/data/table-arms.js").read_text("utf-8")
    project.ledger("promote", "net@v0.0.1", "--deprecate")
    project.ledger("site", "-o", "site")
    assert "v0.0.1 (taken back)" in page.read_text("utf-8")
    assert 'id="models"' not in (project.root / "site/index.html").read_text("utf-8")
    project.ledger("report", "rate", "-o", "report.html")
    assert "v0.0.1 (taken back)" in (project.root / "report.html").read_text("utf-8")
