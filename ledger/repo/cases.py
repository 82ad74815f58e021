"""The per-case results of trials: from their commits where git holds them, else from DVC's cache by recorded md5."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ledger.analysis.case_results import CaseResults, NotComparable, united
from ledger.dvc.manifests import SUFFIX
from ledger.dvc.store import ObjectState, Store
from ledger.errors import FormatError, LedgerError, NotHere
from ledger.model.cases import CaseColumns, CaseTable
from ledger.model.experiment import Recorded
from ledger.model.formats import case_tables
from ledger.model.pipeline import inside
from ledger.model.remarks import Kind, Remark
from ledger.model.replicates import Point
from ledger.repo import histories, voided
from ledger.repo.ledger import Ledger
from ledger.report.remarks import sentence


class Unusable(LedgerError):
    """Per-case results that are here and cannot be used; `remark` says so in a verdict."""

    def __init__(self, remark: Remark, message: str, *, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.remark = remark


def results(ledger: Ledger, label: str, records: Sequence[Recorded], columns: CaseColumns) -> CaseResults:
    """The per-case results of an arm's trials.

    Raises NotHere where a file is in no cache here, Unusable where a trial has none or it cannot be used, LedgerError
    where its content is not what was recorded.
    """
    try:
        return united(label, _tables(ledger, records, columns))
    except NotComparable as reason:
        raise unusable(reason.remark, columns) from None


def unusable(remark: Remark, columns: CaseColumns) -> Unusable:
    """The remark as an error."""
    hint = f"every trial must write {columns.file} with the same cases; `cases` in ledger.yaml says what is read"
    return Unusable(remark, sentence(remark), hint=hint)


def _tables(
    ledger: Ledger, records: Sequence[Recorded], columns: CaseColumns
) -> Iterator[tuple[str, Point, CaseTable]]:
    store = ledger.store()
    # by experiment: each is read once for all its trials
    commits: dict[str, dict[str, str]] = {}
    for record in records:
        name = voided.foreign(record)
        data = _content(ledger, store, record, name, columns, commits)
        try:
            yield name, record.trial.point, case_tables.parse(data, columns)
        except FormatError as error:
            remark = Remark.of(Kind.CASES_UNREADABLE, file=columns.file, trial=name)
            hint = "`cases` in ledger.yaml names the file and its columns"
            raise Unusable(remark, f"{columns.file} of {name} {error}", hint=hint) from None


def _content(
    ledger: Ledger,
    store: Store,
    record: Recorded,
    name: str,
    columns: CaseColumns,
    commits: dict[str, dict[str, str]],
) -> bytes:
    path, pull = columns.file, f"ledger pull {record.trial.experiment}"
    made = {out: pin.md5 for out, pin in record.trial.outs.items()}
    digest = store.digest_at(path, made)
    if digest is not None:
        data = store.read(digest)
        if data is None:
            raise _not_here(path, name, pull)
        if store.state(digest, len(data)) is ObjectState.CORRUPT:
            raise LedgerError(
                f"{path} of {name} was changed in the cache: its content does not match the recorded hash",
                hint=f"{pull} brings back what was pushed",
            )
        return data
    if any(inside(path, out) and (md5 or "").endswith(SUFFIX) and store.listing(md5 or "") is None
           for out, md5 in made.items()):  # fmt: skip
        raise _not_here(path, name, pull)
    origin = record if record.trial.reused is None else voided.source(ledger, record)
    commit = None
    if origin is not None:
        of = origin.trial.experiment
        if of not in commits:
            commits[of] = histories.trial_commits(ledger, of)
        commit = origin.commit or commits[of].get(origin.trial.id)
    if commit is None:
        raise _not_here(path, name, pull)
    held = ledger.git.objects.read(f"{commit}:{path}")
    if held is None or held.kind != "blob" or not _is_made(ledger, record, path):
        remark = Remark.of(Kind.CASES_LACKING, file=path, trial=name)
        raise Unusable(remark, sentence(remark), hint=f"`cases` in ledger.yaml names {path}: a stage must write it")
    return held.data


def _is_made(ledger: Ledger, record: Recorded, path: str) -> bool:
    """Whether a stage writes the file: one that only lies in git is the same in every trial."""
    outputs = ledger.code.at(record.trial.code).pipeline.outputs()
    return any(inside(path, output.path) for output in outputs)


def _not_here(path: str, name: str, hint: str) -> NotHere:
    return NotHere(
        f"{path} of {name} is not in this clone", hint=f"{hint}; a verdict without it: no `cases` in ledger.yaml"
    )
