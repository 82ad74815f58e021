"""The trials that a run still has to do. Each is claimed when its turn comes, so that several runs share them."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

from ledger.errors import FormatError
from ledger.model import replicates, trial_file
from ledger.model.experiment import directory
from ledger.model.trial import Trial
from ledger.repo.experiments import TRIAL_REFS
from ledger.repo.ledger import Ledger
from ledger.run.spec import Spec, SpecSource
from ledger.run.trial_commit import Kept

# how often a claim is asked for before it counts as somebody's
_TRIES = 3


@dataclass(frozen=True, slots=True)
class ClaimedTrial:
    """A trial whose turn it is. It is nobody else's until the claim is closed."""

    spec: Spec
    claim: ExitStack


class Queue:
    """The trials that a source gives, in their order. Lost ones were cut off twice by something outside.

    `elsewhere` are those that another run is running, or has recorded meanwhile.
    """

    def __init__(self, ledger: Ledger, source: SpecSource, branch: str) -> None:
        self._ledger = ledger
        self._source = source
        self._branch = branch
        self._left: deque[Spec] = deque()
        self._finished: list[Trial] = []
        self._again: set[str] = set()
        self.elsewhere: list[Spec] = []
        self.lost: list[Spec] = []
        self._seen: set[str] = set()

    @property
    def asked(self) -> int:
        """How many different trials the source has given."""
        return len(self._seen)

    def __len__(self) -> int:
        """How many trials may still be taken, at most."""
        return len(self._left) + self._source.ahead

    def fill(self, count: int, may_be: Callable[[Spec], bool], known: Callable[[Spec], Kept | None]) -> Iterator[Kept]:
        """Ask the source for trials where none is left, `count` at least; hand on those that need no run.

        Their result is `known`, which is asked of those that it `may_be`.
        """
        lost = {spec.id for spec in self.lost}
        for spec in () if self._left else self._source.next(count, self._finished):
            if spec.id in lost:
                continue
            self._seen.add(spec.id)
            if not may_be(spec):
                self._left.append(spec)
                continue
            taken = self._claim(spec)
            if taken is None:
                continue
            with taken.claim:
                kept = known(taken.spec)
            if kept is None:
                self._left.append(taken.spec)
            else:
                self._finished.append(kept.trial)
                yield kept

    def take(self) -> ClaimedTrial | None:
        """The next trial that nobody else runs or has recorded, claimed; None where there is none."""
        while self._left:
            taken = self._claim(self._left.popleft())
            if taken is not None:
                return taken
        return None

    def end(self, taken: ClaimedTrial, kept: Kept | None) -> None:
        """Give up the claim of a trial; one that was cut off by no fault of its own has a second turn, and no third."""
        taken.claim.close()
        if kept is not None:
            self._finished.append(kept.trial)
        elif taken.spec.id in self._again:
            self.lost.append(taken.spec)
        else:
            self._again.add(taken.spec.id)
            self._left.appendleft(taken.spec)

    def _claim(self, spec: Spec) -> ClaimedTrial | None:
        name = f"{spec.variant}/{replicates.slug(spec.point)}"
        for _ in range(_TRIES):
            with ExitStack() as stack:
                if stack.enter_context(self._ledger.state_dir.claimed(spec.experiment, name)):
                    present = self._still_missing(spec)
                    if present is None:
                        break
                    return ClaimedTrial(spec=present, claim=stack.pop_all())
            # whoever only looks whether it is claimed holds it for a moment
            time.sleep(0.01)
        self.elsewhere.append(spec)
        return None

    def _still_missing(self, spec: Spec) -> Spec | None:
        """The spec with the number of its attempt, None where another run has recorded it since it was planned."""
        while (record := self._recorded(spec)) is not None:
            if record.fingerprint == spec.arm.fingerprint:
                return None
            spec = replace(spec, attempt=spec.attempt + 1)
        return spec

    def _recorded(self, spec: Spec) -> Trial | None:
        git = self._ledger.git
        path = f"{directory(spec.experiment)}/trials/{spec.id}.yaml"
        # the trial's ref first: one that is collected in between is found on the branch
        for ref in (f"{TRIAL_REFS}/{spec.experiment}/{spec.id}", self._branch):
            text = git.objects.text(ref, path)
            if text is not None:
                with contextlib.suppress(FormatError):
                    return trial_file.loads(text)
        return None
