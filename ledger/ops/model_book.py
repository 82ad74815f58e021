"""What the Python API does with models: promoting a checkpoint, and asking which versions there are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ledger.repo.ledger import Ledger

if TYPE_CHECKING:
    # who reads a ledger does not wait for what writes
    from ledger.model.models import ModelVersion
    from ledger.model.promoting import Promoted
    from ledger.model.row import Row


class ModelBook(Ledger):
    """A ledger with the commands `promote` and `models` as methods, and its rows with the versions beside them."""

    def rows(self, level: str) -> Sequence[Row]:
        """The rows of the table: a row an experiment, one an arm (`variants`) or one a trial (`trials`).

        `tested` is what was confirmed of it, `extra["models"]` the versions and stages of models that come from it.
        """
        from ledger.repo.models import beside

        return beside.rows(self, level)

    def promote(
        self,
        what: str,
        model: str | None = None,
        *,
        version: str | None = None,
        stage: str | None = None,
        path: str | None = None,
        why: str = "",
    ) -> Promoted:
        """Make the checkpoint of an experiment, an arm or a trial a version of a model, or give one that there is
        (`unet@v1.2.0`) a stage. `why` overrules that no verdict supports it, and is kept.
        """
        from ledger.model.promoting import Promoting
        from ledger.ops.promote import promote

        asked = Promoting(what=what, model=model, version=version, stage=stage, path=path, why=why)
        return promote(self, asked, now=datetime.now(UTC))

    def models(self, name: str | None = None, *, at: datetime | None = None) -> tuple[ModelVersion, ...]:
        """The versions of models in use, or all of one model, with what the records say of each; `at`: as of then."""
        from ledger.ops.models import models

        return models(self, name, at=at)
