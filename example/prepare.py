"""Prepare the handwritten digits, or toy images: scale, split, and spoil labels where asked to.

The split depends on `prepare.split_seed` alone, so every replicate of an experiment sees the same images.
The test images have a file of their own: it stays the same, by hash, when the training images change.
"""

from pathlib import Path
from typing import Any

import numpy as np
import toy
import yaml
from numpy.typing import NDArray

LARGEST_PIXEL = 16.0
CLASSES = 10
NUMBER = 1797

Array = NDArray[np.float64]


def read_digits() -> tuple[Array, NDArray[np.int64]]:
    """Return scikit-learn's images of shape (1797, 8, 8), scaled to 0..1, and their labels."""
    from sklearn.datasets import load_digits  # takes a second, which toy images need not wait for

    digits = load_digits()
    return digits.images / LARGEST_PIXEL, digits.target.astype(np.int64)


def spoil_labels(labels: NDArray[np.int64], fraction: float, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the labels with about `fraction` of them replaced by another class, drawn evenly."""
    spoiled = rng.random(len(labels)) < fraction
    steps = rng.integers(1, CLASSES, size=len(labels))
    return np.where(spoiled, (labels + steps) % CLASSES, labels)


def main() -> None:
    """Write `data/prepared.npz` (training and validation) and `data/test.npz`."""
    file = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    data, params = file["data"], file["prepare"]
    split_rng, noise_rng, toy_rng = np.random.default_rng(params["split_seed"]).spawn(3)

    truth = None
    if data["kind"] == "toy":
        images, labels, truth = toy.draw(NUMBER, toy_rng)
    elif data["kind"] == "digits":
        images, labels = read_digits()
    else:
        raise SystemExit(f"data.kind must be digits or toy, not {data['kind']}")
    if data["labels"] == "shuffled":
        labels, truth = toy.shuffle(labels, toy_rng)
    elif data["labels"] != "truth":
        raise SystemExit(f"data.labels must be truth or shuffled, not {data['labels']}")

    order = split_rng.permutation(len(images))
    n_test = round(params["test_fraction"] * len(images))
    n_valid = round(params["valid_fraction"] * len(images))
    test, valid, pool = np.split(order, [n_test, n_test + n_valid])
    if not 0 < params["samples"] <= len(pool):
        raise SystemExit(f"prepare.samples must lie in 1..{len(pool)}, not {params['samples']}")
    train = pool[: params["samples"]]
    # Drawn for the whole pool: an image has the same label whatever `samples` is.
    train_labels = spoil_labels(labels[pool], params["label_noise"], noise_rng)[: params["samples"]]

    Path("data").mkdir(exist_ok=True)
    np.savez(
        "data/prepared.npz",
        train_images=images[train],
        train_labels=train_labels,
        valid_images=images[valid],
        valid_labels=labels[valid],
    )
    tested: dict[str, Any] = {"case": test, "images": images[test], "labels": labels[test]}
    if truth is not None:
        tested["truth"] = truth[test]
    np.savez("data/test.npz", **tested)
    print(f"{len(train)} images for training, {len(valid)} for validation, {len(test)} for the test")


if __name__ == "__main__":
    main()
