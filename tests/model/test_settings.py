"""`ledger.yaml`: what it may not say."""

from __future__ import annotations

import pytest

from ledger.errors import LedgerError
from ledger.model import settings


@pytest.mark.parametrize("path", [".git", ".git/config", "./.git", "../data", "/data", ".", ".dvc/cache"])
def test_what_is_not_copied(path: str) -> None:
    with pytest.raises(LedgerError, match="`copy` is"):
        settings.parse(f"copy: ['{path}']\n")


def test_what_is_copied() -> None:
    assert settings.parse("copy: [.env, tables/, ./.gitkeep]\n").copy == (".env", "tables/", "./.gitkeep")
