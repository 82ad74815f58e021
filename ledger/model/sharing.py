"""What `ledger push` has sent and `ledger pull` has brought, by experiment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from ledger.errors import LedgerError
from ledger.model.frozen import frozen
from ledger.model.remarks import Remark
from ledger.model.transfer import DataTransfer


@frozen
class SharingRequest:
    """What was asked for: experiments as they were `named`, or `every` one, else the one that is checked out.

    `remote`: that of git, `data_remote` that of DVC, each by its own rule where None. `jobs`: how many files of DVC's
    go at a time.
    """

    named: tuple[str, ...] = ()
    every: bool = False
    remote: str | None = None
    data: bool = True
    data_remote: str | None = None
    jobs: int | None = None
    dry_run: bool = False


@frozen
class Sent:
    """What of one experiment the remote did not have.

    `branch`: its short name, where it goes there or goes on there; `old` is the remote's commit before, None where it
    is new there, `new` the one that is sent. `trials` are those that the branch brings. `tags` are short names,
    `models` those of the tags of model versions that come from it.
    `behind`: how many trials has the remote that are not here. `deleted`: the remote had the branch, and it was deleted
    there: it does not go there again, unless it has something new.
    """

    experiment: str
    branch: str | None = None
    old: str | None = None
    new: str | None = None
    trials: int = 0
    tags: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    behind: int | None = None
    deleted: bool = False
    running: bool = False

    @property
    def refs(self) -> int:
        """How many refs are sent."""
        return len(self.tags) + len(self.models) + (self.branch is not None)


@frozen
class MainAhead:
    """A main branch that a remote does not have whole: so many commits of it, None where that cannot be told here."""

    branch: str
    commits: int | None


@frozen
class Pushed:
    """What was sent to a remote; of a `dry_run` what would be. `said`: what the remote's host told, a line each.
    `main_ahead`: the main branch, where experiments have landed there that the remote's lacks.

    `data`: what became of DVC's, None where it was left.
    """

    remote: str
    sent: tuple[Sent, ...]
    data: DataTransfer | None = None
    dry_run: bool = False
    said: tuple[str, ...] = ()
    main_ahead: MainAhead | None = None

    @property
    def nothing(self) -> bool:
        """Whether the remotes had everything."""
        return not any(one.refs for one in self.sent) and not (self.data and self.data.objects)

    @property
    def sound(self) -> bool:
        """Whether all data that is here could be sent: none of it has another content than its record says."""
        return self.data is None or not any(one.corrupt for one in self.data.absent)


@frozen
class News:
    """What an experiment has that it did not have before.

    `new`: all of it. `trials` by arm; `voided` are those that count no more. `notes`: how many. `outcome`: that of a
    verdict that is new or another than before. `amended`: the keys of the plan that changed.
    """

    new: bool = False
    title: str = ""
    trials: Mapping[str, int] = field(default_factory=dict)
    voided: int = 0
    notes: int = 0
    outcome: str | None = None
    amended: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether there is nothing new."""
        return not (self.new or self.trials or self.voided or self.notes or self.outcome or self.amended)


@frozen
class Received:
    """What came of one experiment from a remote.

    `old` and `new`: where the branch here was and is, both None where there is none here or it stays. `replayed`: so
    many commits of ours stand on the remote's now, and are to be pushed; `renamed` are the trials of ours that have
    another name there, by the ids that they had. `rewritten`: the remote's branch was, and ours followed it.
    `deleted`: the remote has the branch no more. `commits`: how many came. `outdated`: why the verdict no longer holds.
    `refused`: why the branch here could not follow. `trusted`: whether what came may run here, None where
    that was not asked.
    """

    experiment: str
    news: News = field(default_factory=News)
    old: str | None = None
    new: str | None = None
    tags: tuple[str, ...] = ()
    commits: int = 0
    replayed: int = 0
    renamed: Mapping[str, str] = field(default_factory=dict)
    rewritten: bool = False
    outdated: Remark | None = None
    deleted: bool = False
    remarks: tuple[Remark, ...] = ()
    refused: LedgerError | None = None
    trusted: bool | None = None

    @property
    def nothing(self) -> bool:
        """Whether nothing came."""
        return self.news.nothing and not (self.commits or self.tags or self.rewritten or self.refused)


@frozen
class Pulled:
    """What came from a remote; of a `dry_run` what would come. `strange`: branches that no experiment can have.
    `shallow`: this clone lacks the older history, and trial commits with it. `models`: the tags of models that came;
    `models_differ`: those that are another here, and stay so.

    `data`: what became of DVC's, None where it was left.
    """

    remote: str
    received: tuple[Received, ...]
    data: DataTransfer | None = None
    dry_run: bool = False
    strange: tuple[str, ...] = ()
    shallow: bool = False
    models: tuple[str, ...] = ()
    models_differ: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether everything was here."""
        some = self.models or (self.data and self.data.objects)
        return not some and all(one.nothing for one in self.received)

    @property
    def complete(self) -> bool:
        """Whether every branch here has what the remote's has, and the data that was asked for is here."""
        return not any(one.refused for one in self.received) and not (self.data and self.data.absent)
