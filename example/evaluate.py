"""Evaluate the checkpoint on the test images: metrics, confusion matrix and one row for each case.

Nothing that differs between two runs of the same checkpoint is written: no times, no dates.
"""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from network import Array, Network, cross_entropy
from numpy.typing import NDArray

Labels = NDArray[np.int64]

DIGITS = 6


def confusion_counts(actual: Labels, predicted: Labels, classes: int) -> NDArray[np.int64]:
    """Return how often each actual class (row) was predicted as each class (column)."""
    counts = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(counts, (actual, predicted), 1)
    return counts


def score(probabilities: Array, actual: Labels) -> dict[str, float]:
    """Return the metrics of the predictions; a class that is absent from the test has an F1 of zero."""
    predicted = probabilities.argmax(axis=1)
    counts = confusion_counts(actual, predicted, probabilities.shape[1])
    right, of_class = counts.diagonal(), counts.sum(axis=1)
    f1 = 2 * right / np.maximum(of_class + counts.sum(axis=0), 1)
    recall = right / np.maximum(of_class, 1)
    return {
        "accuracy": float((predicted == actual).mean()),
        "f1_macro": float(f1.mean()),
        "log_loss": cross_entropy(probabilities, actual),
        "worst_class_error": float(1 - recall[of_class > 0].min()),
    }


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table, with the same line ends on every system."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main() -> None:
    """Read the checkpoint and `data/test.npz`; write three files in `results/`."""
    network = Network.load(Path("models/classifier.npz"))
    with np.load("data/test.npz") as test:
        case, images, actual = test["case"], test["images"], test["labels"]
        truth = test.get("truth")
        source = test.get("source")
    probabilities = network.predict(images)
    predicted = probabilities.argmax(axis=1)

    scores = score(probabilities, actual)
    if truth is not None:
        scores["excess_log_loss"] = scores["log_loss"] - cross_entropy(truth, actual)
    metrics: dict[str, Any] = {name: round(value, DIGITS) for name, value in scores.items()}
    for name in [] if source is None else np.unique(source):
        metrics[name] = {"accuracy": round(float((predicted == actual)[source == name].mean()), DIGITS)}
    metrics["n_parameters"] = network.n_parameters
    results = Path("results")
    results.mkdir(exist_ok=True)
    (results / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")

    write_csv(results / "confusion_matrix.csv", ("actual", "predicted"), zip(actual, predicted, strict=True))
    confidence = [f"{value:.4f}" for value in probabilities.max(axis=1)]
    correct = (predicted == actual).astype(int)
    columns = {"case": case, "actual": actual, "predicted": predicted, "accuracy": correct, "confidence": confidence}
    if source is not None:
        columns["source"] = source
    write_csv(results / "cases.csv", list(columns), sorted(zip(*columns.values(), strict=True)))
    print(", ".join(f"{name} {value}" for name, value in metrics.items()))


if __name__ == "__main__":
    main()
