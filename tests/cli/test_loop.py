"""The loop from a hypothesis to a comparison, on real git and real DVC."""

from __future__ import annotations

from conftest import Project


def test_the_loop_from_hypothesis_to_diff(project: Project) -> None:
    project.ledger(
        "new", "A higher rate helps", "--predict", "accuracy >= baseline + 0.05", "--seeds", "3", "-S", "train.lr=0.2"
    )
    assert project.git("branch", "--show-current") == "exp/a-higher-rate-helps"
    assert project.ledger("status", "--json").json["missing"] == 6

    project.ledger("run")

    state = project.ledger("status", "--json").json
    assert (state["succeeded"], state["missing"], state["unrecorded"], state["dirty"]) == (6, 0, [], [])
    assert project.git("status", "--porcelain") == ""
    found = project.ledger("diff", "--json").json
    assert found["params"] == [{"name": "train.lr", "a": 0.1, "b": 0.2}]
    accuracy = next(m for m in found["metrics"] if m["name"] == "accuracy")
    assert abs(accuracy["difference"] - 0.1) < 1e-9
    assert accuracy["a"]["n"] == accuracy["b"]["n"] == 3
    shown = project.ledger("show", "--json").json
    assert [t["id"] for t in shown["trials"]] == [f"{v}/seed-{s}" for v in ("baseline", "treatment") for s in range(3)]
    assert all(t["current"] and t["commit"] for t in shown["trials"])
