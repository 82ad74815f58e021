"""Running a pipeline, in the worker process: DVC's `reproduce`, with our commands, limits and locks."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from functools import cache
from pathlib import Path
from typing import Any

from ledger.dvc import alone, hashing, inputs, once, parsed, parsing, remotes, timings
from ledger.dvc.commands import CommandRun, Runner, Terms, address
from ledger.dvc.resolve import words
from ledger.dvc.work_tree_config import own_cache
from ledger.errors import LedgerError
from ledger.model.formats.lockfile import locked_stage
from ledger.model.frozen import frozen
from ledger.model.listing import listed


@cache
def warm() -> None:
    """Import what `reproduce` needs, so that the first trial does not wait for it; called in the worker."""
    import dvc.repo.reproduce  # noqa: F401

    import ledger.model.formats.yaml12.reader  # noqa: F401

    parsing.remember()

    # what it says of lock files is advice to somebody who runs DVC by hand
    logging.getLogger("dvc.dvcfile").setLevel(logging.WARNING)


@frozen
class ReproRequest:
    """What to run. `root` is the DVC root in a work tree whose top is `top`; no targets: the whole pipeline.

    `force`: past the run cache. `aside`: nothing goes into the caches, neither DVC's nor ours. `code` is the commit
    whose code it is. `locks` and `kept` are the folders for stages that are at work and for what is known of their
    runs. `twins` are the DVC roots of the user's work trees.
    """

    root: Path
    top: Path
    targets: Sequence[str]
    terms: Terms
    force: bool
    aside: bool
    code: str
    locks: Path
    kept: Path
    twins: Sequence[Path]


@frozen
class PipelineRun:
    """What `reproduce` did. `ran` holds the stages whose commands ran, the failed one too; the others were kept or
    restored.

    `failed_stage` is set where the pipeline stopped; `exit_code` where that was a command's doing (negative for a
    signal); `message` is what DVC said, `cause` why a command was ended from outside (`commands.TIMEOUT`, `MEMORY`).
    `left_behind` are processes that stages had left running.
    """

    ran: tuple[CommandRun, ...]
    left_behind: tuple[str, ...] = ()
    failed_stage: str | None = None
    exit_code: int | None = None
    message: str | None = None
    cause: str | None = None


Event = tuple[str, str]


def reproduce(request: ReproRequest, *, adopts: bool, tell: Callable[[Event], None]) -> PipelineRun:
    """Run the pipeline of a work tree; `tell` hears ("stage", name) and ("waits", name) as they begin.

    Never raises for what a pipeline does wrong: that is a result.
    """
    from dvc.exceptions import DvcException, ReproductionError
    from dvc.repo import Repo, lock_repo

    outputs: dict[str, Any] = {}
    runner = Runner(terms=request.terms, begins=lambda name: tell(("stage", name)), adopts=adopts)
    failure: dict[str, Any] = {}
    os.chdir(request.root)
    with remotes.without_plugins() as missed, _patched(request, runner, outputs, tell):
        try:
            # one lock for all of it: DVC reads all definitions again whenever it takes it
            with Repo(str(request.root)) as repo, lock_repo(repo):
                repo.scm_context.quiet = True
                targets = list(request.targets) or _definitions(repo)
                stages = _steps(repo, targets)
                data = _lay_out_data(repo, stages, [own_cache(twin) for twin in request.twins], missed)
                outputs |= {out.fs_path: out for out in repo.index.outs}
                try:
                    repo.reproduce(targets=targets, force=request.force, no_commit=request.aside)
                finally:
                    # also of a failed one, as after each stage
                    found = inputs.written(stages, data, root=request.root, twins=request.twins) if runner.ran else []
                if found:
                    raise _input_changed("a stage", found, "an input")
        except (DvcException, OSError) as error:
            cause = error.__cause__ if isinstance(error, ReproductionError) and error.__cause__ else error
            failure = {
                "failed_stage": runner.failed_stage or _stage_in(str(error)) or "pipeline",
                "exit_code": runner.exit_code,
                "message": words(cause),
                "cause": runner.cause,
            }
    return PipelineRun(ran=tuple(runner.ran), left_behind=tuple(dict.fromkeys(runner.left_behind)), **failure)


@contextmanager
def _patched(
    request: ReproRequest, runner: Runner, outputs: dict[str, Any], tell: Callable[[Event], None]
) -> Iterator[None]:
    """DVC with our way of running a stage: shared ones once, its inputs looked at afterwards, its time kept.

    `outputs` are those of all stages by path, kept up to date. A copy into the cache or out of it that fails leaves
    nothing.
    """
    import dvc.stage
    import dvc.stage.run
    from dvc_objects.fs import local

    stages = dvc.stage.Stage
    cmd_run, run, steps, copyfile = dvc.stage.run.cmd_run, stages.run, stages.reproduce, local.copyfile

    def commands(stage: Any, dry: bool = False, run_env: Any = None) -> None:
        written: Sequence[str] = ()
        try:
            runner(stage, dry, run_env)
        finally:
            forget()
            # also of a stage that failed: what it wrote into the cache would be the next trial's input
            written = inputs.changed(stage, outputs, twins=request.twins)
        if written:
            raise _input_changed(f"the stage {address(stage)}", written, "its own input")

    def one_step(stage: Any, *arguments: Any, **options: Any) -> Any:
        # the stage before it has made what this one reads
        forget()
        return steps(stage, *arguments, **options)

    def one_stage(stage: Any, *arguments: Any, **options: Any) -> None:
        shared = once.shared(request.locks, stage, lambda: tell(("waits", address(stage))))
        with nullcontext() if request.force else shared:
            run(stage, *arguments, **options)
        outputs.update({out.fs_path: out for out in stage.outs})
        last = runner.ran[-1] if runner.ran else None
        if last is not None and last.stage == address(stage) and not request.aside:
            _keep_timing(request, stage, last)
            if request.force:
                _freshen(stage)

    def whole_file(source: str, target: str, *arguments: Any, **options: Any) -> None:
        try:
            copyfile(source, target, *arguments, **options)
        except BaseException:
            # DVC leaves what it has copied in its cache, and a full disk would stay full
            with suppress(OSError):
                Path(target).unlink()
            raise

    with hashing.remembered() as forget, parsed.remembered(), alone.alone():
        dvc.stage.run.cmd_run = commands
        stages.run, stages.reproduce = one_stage, one_step
        local.copyfile = whole_file
        try:
            yield
        finally:
            dvc.stage.run.cmd_run = cmd_run
            stages.run, stages.reproduce = run, steps
            local.copyfile = copyfile


def _input_changed(who: str, paths: Sequence[str], what: str) -> Exception:
    from dvc.exceptions import DvcException

    error: Exception = DvcException(
        f"{who} wrote into {what} {listed(paths, 3)}: its numbers do not come from what is recorded"
    )
    return error


def _keep_timing(request: ReproRequest, stage: Any, run: CommandRun) -> None:
    from dvc.stage.serialize import to_single_stage_lockfile

    folder = os.path.relpath(stage.wdir, request.top)
    entry = to_single_stage_lockfile(stage)
    timings.keep(
        request.kept,
        locked_stage("" if folder == "." else folder, entry),
        seconds=round(run.seconds, 3),
        peak_memory_mb=run.peak_memory_mb,
        code=request.code,
    )


def _freshen(stage: Any) -> None:
    """Let DVC restore this run of a stage and no other one: the newest counts, but one that it knew stays as old."""
    from dvc.stage.cache import _can_hash, _get_cache_hash, _get_stage_hash
    from dvc.stage.serialize import to_single_stage_lockfile

    if _can_hash(stage):
        value = _get_cache_hash(to_single_stage_lockfile(stage))
        with suppress(OSError):
            os.utime(stage.repo.stage_cache._get_cache_path(_get_stage_hash(stage), value))


def _stage_in(message: str) -> str | None:
    """The stage that DVC's "failed to reproduce 'train'" names."""
    parts = message.split("'")
    return parts[1] if message.startswith("failed to reproduce") and len(parts) > 1 else None


def _definitions(repo: Any) -> list[str]:
    """The `dvc.yaml` files, as targets: DVC's `--all-pipelines` would want the data of every `.dvc` file as well."""
    paths = (os.path.relpath(s.path, repo.root_dir) for s in repo.index.stages if hasattr(s, "name"))
    return list(dict.fromkeys(paths))


def _steps(repo: Any, targets: Sequence[str]) -> list[Any]:
    """All that DVC goes through for the targets, data that stages read among it."""
    from dvc.repo.reproduce import get_active_graph, plan_repro

    named = [stage for target in targets for stage in repo.stage.collect(target)]
    return list(plan_repro(get_active_graph(repo.index.graph), named))


def _lay_out_data(repo: Any, stages: Iterable[Any], caches: Sequence[Path], missed: Sequence[str]) -> list[Any]:
    """Lay out what no command will make: the data of `.dvc` files, and the outputs of frozen stages; returns them.

    What the cache lacks is taken from the `caches` of the user's work trees, or fetched where there is a remote.
    Raises LedgerError where that fails: no trial is to blame.
    """
    from dvc.exceptions import CheckoutError, DvcException

    held = [s for s in stages if s.outs and (s.frozen or not hasattr(s, "name"))]
    data = [out for stage in held for out in stage.outs]
    tracked = [s.addressing for s in held]
    if not tracked:
        return []
    try:
        try:
            repo.checkout(targets=tracked, force=True)
        except CheckoutError:
            _borrow(repo, data, caches)
            repo.checkout(targets=tracked, force=True)
    except CheckoutError as error:
        lacking = ", ".join(os.path.relpath(path, repo.root_dir) for path in error.target_infos)
        if missed:
            raise remotes.missing_plugin(lacking, missed[0]) from None
        if not repo.config["core"].get("remote"):
            raise LedgerError(
                f"{lacking} is not in DVC's cache, and no remote is set to fetch it from",
                hint="put the data in place and dvc add it, or name a remote: dvc remote add --default NAME URL",
            ) from None
        try:
            repo.fetch(targets=tracked)
            repo.checkout(targets=tracked, force=True)
        except DvcException as failure:
            raise LedgerError(
                f"{lacking} is not in DVC's cache and cannot be fetched: {words(failure)}", hint="dvc pull says more"
            ) from None
    return data


def _borrow(repo: Any, data: Iterable[Any], caches: Sequence[Path]) -> None:
    """Take what the cache lacks from other caches: `dvc add` in a work tree puts data into that tree's own."""
    here = Path(repo.cache.legacy.path)

    def take(out: Any, digest: str) -> None:
        target = Path(out.cache.oid_to_path(digest))
        source = next((c / target.relative_to(here) for c in caches if (c / target.relative_to(here)).is_file()), None)
        if source is None or target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copyfile(source, partial)
        partial.chmod(0o444)
        partial.replace(target)

    for out in data:
        if not (out.use_cache and out.hash_info):
            continue
        take(out, out.hash_info.value)
        tree = out.get_obj() if out.hash_info.isdir else None
        for _, (_, info) in tree.iteritems() if tree is not None else ():
            if info is not None:
                take(out, info.value)
