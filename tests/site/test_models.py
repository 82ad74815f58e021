"""Models in use, as GTO itself tags them."""

from __future__ import annotations

import re

import lab
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
