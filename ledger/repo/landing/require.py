"""What must hold for an experiment to land. Each raises LedgerError where it does not."""

from __future__ import annotations

from ledger.errors import FormatError, LedgerError
from ledger.git.git import Git
from ledger.model import hypothesis as hypotheses
from ledger.model.experiment import DIRECTORY, Experiment, directory
from ledger.model.pipeline import inside
from ledger.repo import concluded, histories
from ledger.repo.change import require_branch, require_collected
from ledger.repo.ledger import Ledger
from ledger.report.remarks import sentence


def landable(ledger: Ledger, experiment: Experiment, main: str, tip: str) -> None:
    """What every landing needs: a branch here with all trials, a verdict that still holds, and a place on main."""
    _own_branch(ledger, experiment)
    _present_verdict(ledger, experiment)
    _plain_files(ledger.git, experiment)
    _free_place(ledger.git, experiment, main, tip)


def main_branch(ledger: Ledger) -> tuple[str, str]:
    """The short name of the local main branch and its commit. Raises LedgerError where there is none."""
    name = ledger.snapshot.main
    if name is None:
        raise LedgerError(
            "there is no main branch to land on, neither main nor master",
            hint="name it in ledger.yaml, such as `main: trunk`",
        )
    commit = ledger.git.refs(f"refs/heads/{name}").get(f"refs/heads/{name}")
    if commit is not None:
        return name, commit
    if ledger.git.commit(f"refs/remotes/{name}") is not None:
        local = name.partition("/")[2]
        raise LedgerError(
            f"the main branch exists only as {name}", hint=f"git branch {local} {name}, then land it again"
        )
    raise LedgerError(
        f"there is no branch {name}, which ledger.yaml names as the main one", hint="correct `main:` in ledger.yaml"
    )


def _own_branch(ledger: Ledger, experiment: Experiment) -> None:
    if experiment.landed and experiment.branch is None:
        tip = histories.tip(ledger, experiment)
        if tip is not None:
            prefix, name = ledger.settings.branch_prefix, experiment.name
            raise LedgerError(
                f"{name} has landed, and its branch is gone",
                hint=f"to take its change too: git branch {prefix}{name} {tip[:10]}, then ledger land {name} --adopt",
            )
    require_branch(ledger, experiment)
    require_collected(ledger.snapshot, experiment.name)


def _present_verdict(ledger: Ledger, experiment: Experiment) -> None:
    reason = concluded.outdated(ledger, experiment)
    if reason is not None:
        raise LedgerError(
            f"the verdict of {experiment.name} is out of date: {sentence(reason)}",
            hint=f"ledger conclude {experiment.name}, then land it",
        )


def _plain_files(git: Git, experiment: Experiment) -> None:
    """Refuse links and submodules: DVC and whoever reads the record would follow them out of the repository."""
    folder = directory(experiment.name)
    for path, entry in git.objects.files(experiment.tip).items():
        if inside(path, folder) and (entry.is_link or entry.is_submodule):
            kind = "a symbolic link" if entry.is_link else "a submodule"
            raise LedgerError(
                f"{path} on {experiment.branch_name} is {kind}: a record holds only plain files",
                hint=f"git switch {experiment.branch_name}, put a file in its place and commit it",
            )


def _free_place(git: Git, experiment: Experiment, main: str, tip: str) -> None:
    """Refuse where the main branch has something else under the experiment's name."""
    objects, folder = git.objects, directory(experiment.name)
    for path in (DIRECTORY, folder):
        found = objects.read(f"{tip}:{path}")
        if found is not None and found.kind != "tree":
            raise LedgerError(f"{path} on {main} is a file, but records belong there", hint=f"git mv {path} elsewhere")
    text = objects.text(tip, f"{folder}/hypothesis.md")
    try:
        plan = None if text is None else hypotheses.parse(text).plan
    except FormatError:
        return
    if plan is not None and (plan.created, plan.author) != (experiment.plan.created, experiment.plan.author):
        raise LedgerError(
            f"{main} has another experiment named {experiment.name}: {plan.title}, by {plan.author}",
            hint="begin it again under another name: ledger new --name",
        )


def no_links_around_outputs(ledger: Ledger, experiment: Experiment) -> None:
    """Refuse outputs whose folder is a link: laying them out would write through it."""
    code = ledger.code.at(experiment.tip)
    files = ledger.git.objects.files(experiment.tip)
    links = [path for path, entry in files.items() if entry.is_link]
    for output in code.pipeline.outputs():
        through = next((link for link in links if inside(output.path, link)), None)
        if through is not None:
            raise LedgerError(
                f"the output {output.path} of {experiment.branch_name} is reached through the symbolic link {through}",
                hint=f"git switch {experiment.branch_name}, put a folder in its place and commit it",
            )
