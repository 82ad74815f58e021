"""The plot files of trials: from the trial commits, where git holds them, else from DVC's cache by the record's md5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.analysis.curves import Sample
from ledger.dvc.store import Store
from ledger.errors import FormatError, LedgerError
from ledger.git.entries import Entry
from ledger.model import plot_definitions
from ledger.model.experiment import Recorded
from ledger.model.formats import curves, yaml12
from ledger.model.formats.lockfile import Pinned
from ledger.model.frozen import frozen
from ledger.model.listing import listed
from ledger.model.pipeline import Pipeline, inside
from ledger.model.plot_definitions import Plot
from ledger.model.remarks import Kind, Remark
from ledger.repo import histories
from ledger.repo.ledger import Ledger
from ledger.repo.plots.plotted import PlottedArm

DECLARE = """\
declare one in dvc.yaml, at the stage that writes it, then run again:
    plots:
      - curve.csv: {cache: false, x: epoch, y: accuracy}"""

_TOLD = 5


@frozen
class Read:
    """What was found. `notes` say which trials lack a file, which files are malformed, which arms have no trial."""

    samples: tuple[Sample, ...]
    notes: tuple[Remark, ...]


def read(ledger: Ledger, chosen: Sequence[PlottedArm], store: Store | None = None) -> Read:
    """The plot files of all the arms' trials; `store`: what DVC holds here, where the caller has looked already.

    Raises LedgerError where none has any.
    """
    reader = _Reader(ledger, store or ledger.store())
    samples = [reader.sample(arm, record) for arm in chosen for record in arm.records]
    if not any(sample.files for sample in samples):
        if reader.declared:
            raise LedgerError(
                f"no trial of {listed((arm.label for arm in chosen), 5)} has its plot files here",
                hint=f"ledger pull {chosen[0].experiment.name} brings what others have pushed",
            )
        raise LedgerError(f"the pipeline of {chosen[0].experiment.name} declares no plots", hint=DECLARE)
    return Read(samples=tuple(samples), notes=reader.notes())


class _Reader:
    """Reads trials; what is the same for many of them is read once."""

    def __init__(self, ledger: Ledger, store: Store) -> None:
        self._ledger = ledger
        self._store = store
        self._commits: dict[str, dict[str, str]] = {}
        self._plots: dict[str, tuple[Plot, ...]] = {}
        self._lacking: list[Remark] = []
        self._malformed: list[Remark] = []
        self.declared = False

    def sample(self, arm: PlottedArm, record: Recorded) -> Sample:
        """What one trial left, as far as it is here and can be read."""
        trial = record.trial
        label = f"{arm.experiment.name}:{trial.id}"
        name = arm.experiment.name
        if name not in self._commits:
            self._commits[name] = histories.trial_commits(self._ledger, name)
        commit = self._commits[name].get(trial.id) or record.commit
        pipeline, plots = self._definitions(trial.code, commit)
        if pipeline is None:
            self._lacking.append(Remark.of(Kind.CODE_NOT_HERE, trial=label))
            return Sample(arm=arm.label, trial=label, files={})
        wanted = self._wanted(record, commit, pipeline, plots)
        self.declared = self.declared or bool(wanted)
        files: dict[str, curves.Series] = {}
        malformed: list[Remark] = []
        for path, data in self._contents(record, commit, wanted).items():
            header = all(plot.header for plot in plots if any(axis.holds(path) for axis in plot.y))
            try:
                files[path] = curves.parse(path, data.decode("utf-8", errors="replace"), header=header)
            except FormatError as error:
                malformed.append(Remark.of(Kind.PLOT_FILE_MALFORMED, path=path, trial=label, error=str(error)))
        self._malformed += malformed
        missing = tuple(at for at in wanted if not any(inside(path, at) for path in files))
        if missing and not malformed:
            here = commit is not None
            self._lacking.append(Remark.of(Kind.PLOT_FILES_LACKING, trial=label, paths=missing, commit=here))
        return Sample(arm=arm.label, trial=label, files=files, plots=plots)

    def _wanted(
        self, record: Recorded, commit: str | None, pipeline: Pipeline, plots: Sequence[Plot]
    ) -> tuple[str, ...]:
        """The files and folders in which the trial's plots are."""
        axes = [axis for plot in plots for axis in plot.y]
        templated = [axis for axis in axes if "${" in axis.file]
        paths = [*_plot_paths(pipeline), *(axis.file for axis in axes if axis not in templated)]
        if templated:
            # the parameters of the trial made the path, and not those of its code
            made = [*record.trial.outs, *(self._ledger.git.objects.files(commit) if commit is not None else ())]
            own = [path for path in made if any(axis.holds(path) for axis in templated)]
            paths = [path for path in paths if not any(axis.holds(path) for axis in templated)] + own
        return tuple(dict.fromkeys(path for path in paths if not _is_picture(path)))

    def notes(self) -> tuple[Remark, ...]:
        """What was skipped, a few of each kind however many trials there are."""
        found = self._malformed[:_TOLD]
        if len(self._malformed) > _TOLD:
            found.append(Remark.of(Kind.PLOT_FILES_MALFORMED, more=len(self._malformed) - _TOLD))
        found += self._lacking[:_TOLD]
        if len(self._lacking) > _TOLD:
            found.append(Remark.of(Kind.TRIALS_LACKING, more=len(self._lacking) - _TOLD))
        return tuple(found)

    def _definitions(self, code: str, commit: str | None) -> tuple[Pipeline | None, tuple[Plot, ...]]:
        """The pipeline that the trial's code defines, and its plots; trials share their code."""
        git = self._ledger.git
        if code not in self._plots and git.commit(code) is None:
            # the parent of a commit that is here is here too, but in a shallow clone
            code = commit or ""
        if not code:
            return None, ()
        try:
            pipeline = self._ledger.code.at(code).pipeline
        except LedgerError:
            return None, ()
        if code not in self._plots:
            found: list[Plot] = []
            for path in pipeline.definitions:
                text = git.objects.text(code, path) if path.endswith("dvc.yaml") else None
                try:
                    document = None if text is None else yaml12.loads(text)
                except yaml12.YamlError:
                    continue
                found += plot_definitions.parse(document, path.rpartition("/")[0])
            self._plots[code] = tuple(found)
        return pipeline, self._plots[code]

    def _contents(self, record: Recorded, commit: str | None, wanted: Sequence[str]) -> dict[str, bytes]:
        """The files at or below the wanted paths."""
        found: dict[str, bytes] = {}
        objects = self._ledger.git.objects
        for path in wanted if commit is not None else ():
            held = objects.read(f"{commit}:{path}")
            if held is not None and held.kind == "blob":
                found[path] = held.data
            elif held is not None and held.kind == "tree":
                found |= self._below(objects.files(held.oid), path)
        for out, pin in record.trial.outs.items():
            needed = any(inside(out, at) or inside(at, out) for at in wanted if at not in found)
            if not needed or pin.md5 is None or _is_huge(pin):
                continue
            for path, digest in self._store.members(out, pin.md5).items():
                if path not in found and curves.readable(path) and any(inside(path, at) for at in wanted):
                    data = self._store.read(digest)
                    found |= {} if data is None else {path: data}
        return found

    def _below(self, entries: Mapping[str, Entry], folder: str) -> dict[str, bytes]:
        found = {}
        for name, entry in entries.items():
            held = self._ledger.git.objects.read(entry.oid) if curves.readable(name) else None
            if held is not None:
                found[f"{folder}/{name}"] = held.data
        return found


def _plot_paths(pipeline: Pipeline) -> tuple[str, ...]:
    """The declared plots, and the folders in which DVCLive keeps its own."""
    made = [output.path for output in pipeline.outputs() if output.kind == "plot"]
    logged = [o.path for o in pipeline.outputs() if o.kind == "out" and o.path.rsplit("/", 1)[-1] == "dvclive"]
    live = [f"{path}/plots/metrics" for path in logged]
    return tuple(dict.fromkeys([*made, *pipeline.plots, *live]))


def _is_huge(pin: Pinned) -> bool:
    # the size of a folder is that of all its files
    return pin.md5 is not None and not pin.md5.endswith(".dir") and (pin.size or 0) > curves.MAX_BYTES


def _is_picture(path: str) -> bool:
    """Whether a plot is no data, by its ending; a folder, which has none, may hold data."""
    return "." in path.rsplit("/", 1)[-1] and not curves.readable(path)
