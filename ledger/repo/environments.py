"""The software that recorded trials ran in."""

from __future__ import annotations

from ledger.errors import FormatError
from ledger.git.objects import Objects
from ledger.model import environment as environments
from ledger.model.environment import Environment
from ledger.model.experiment import Experiment, Recorded, directory
from ledger.model.formats import yaml12
from ledger.repo import experiments


def environment_of(objects: Objects, experiment: Experiment, record: Recorded) -> Environment | None:
    """The software that a trial ran in, None where its file is gone or unreadable."""
    digest = record.trial.environment
    if digest is None:
        return None
    at = record.commit or experiment.tip
    text = objects.text(at, f"{directory(experiment.name)}/environments/{digest}.yaml")
    try:
        with experiments.anything_wrong():
            return None if text is None else environments.from_mapping(yaml12.loads_untrusted(text))
    except FormatError:
        return None
