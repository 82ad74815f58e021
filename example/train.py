"""Train the classifier by minibatch gradient descent; write a checkpoint and a learning curve.

Weights, order, shifts and dropout each have a random stream of their own, so that two variants with
one seed start from the same weights and see the same batches: their difference is less noisy.
"""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from network import Array, Network, cross_entropy
from numpy.typing import NDArray

CLASSES = 10
COLUMNS = ("epoch", "train_loss", "valid_loss", "valid_accuracy")

Labels = NDArray[np.int64]


def shift_images(images: Array, pixels: int, rng: np.random.Generator) -> Array:
    """Return each image moved by up to `pixels` in both directions, with background moved in."""
    if pixels == 0:
        return images
    n, *size = images.shape
    padded = np.pad(images, ((0, 0), (pixels, pixels), (pixels, pixels)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, size, axis=(1, 2))
    down, right = rng.integers(0, 2 * pixels + 1, size=(2, n))
    return np.asarray(windows[np.arange(n), down, right])


def smooth_targets(labels: Labels, smoothing: float) -> Array:
    """Return target probabilities, shape (cases, classes): one-hot, less what is spread evenly."""
    return np.eye(CLASSES)[labels] * (1 - smoothing) + smoothing / CLASSES


def gradients(
    network: Network, images: Array, targets: Array, dropout: float, rng: np.random.Generator
) -> tuple[Array, Array, Array, Array]:
    """Return the gradient of the mean cross-entropy for each array, in the order of `Network`."""
    hidden = network.hidden_layer(images)
    keep = (rng.random(hidden.shape) >= dropout) / (1 - dropout)
    kept = hidden * keep
    output_error = (network.output_layer(kept) - targets) / len(images)
    hidden_error = (output_error @ network.output_weights.T) * keep * (hidden > 0)
    flat = images.reshape(len(images), -1)
    return flat.T @ hidden_error, hidden_error.sum(axis=0), kept.T @ output_error, output_error.sum(axis=0)


def train(
    data: dict[str, NDArray[Any]], params: dict[str, Any], seed: int
) -> tuple[Network, list[tuple[int, float, float, float]]]:
    """Return the network after the last epoch, and a row of the learning curve for each epoch."""
    weight_rng, order_rng, shift_rng, dropout_rng = np.random.default_rng(seed).spawn(4)
    images: Array = data["train_images"]
    labels: Labels = data["train_labels"]
    network = Network.initial(weight_rng, inputs=images[0].size, hidden=params["hidden"], classes=CLASSES)
    arrays = (network.hidden_weights, network.hidden_bias, network.output_weights, network.output_bias)
    velocities = tuple(np.zeros_like(array) for array in arrays)
    targets = smooth_targets(labels, params["label_smoothing"])
    curve = []
    for epoch in range(1, params["epochs"] + 1):
        order = order_rng.permutation(len(images))
        for start in range(0, len(order), params["batch_size"]):
            batch = order[start : start + params["batch_size"]]
            shifted = shift_images(images[batch], params["shift"], shift_rng)
            steps = gradients(network, shifted, targets[batch], params["dropout"], dropout_rng)
            for array, velocity, gradient in zip(arrays, velocities, steps, strict=True):
                decay = params["weight_decay"] if array.ndim == 2 else 0.0
                velocity *= params["momentum"]
                velocity -= params["learning_rate"] * (gradient + decay * array)
                array += velocity
        valid = network.predict(data["valid_images"])
        train_loss = cross_entropy(network.predict(images), labels)
        valid_loss = cross_entropy(valid, data["valid_labels"])
        valid_accuracy = float((valid.argmax(axis=1) == data["valid_labels"]).mean())
        curve.append((epoch, train_loss, valid_loss, valid_accuracy))
    return network, curve


def main() -> None:
    """Read `data/prepared.npz`; write `models/classifier.npz` and `results/learning_curve.csv`."""
    params = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    with np.load("data/prepared.npz") as prepared:
        network, curve = train(dict(prepared), params["train"], params["seed"])

    network.save(Path("models/classifier.npz"))
    Path("results").mkdir(exist_ok=True)
    with Path("results/learning_curve.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([epoch, *(f"{value:.6f}" for value in values)] for epoch, *values in curve)
    epoch, train_loss, valid_loss, valid_accuracy = curve[-1]
    print(f"epoch {epoch}: loss {train_loss:.4f}, validation {valid_loss:.4f}, accuracy {valid_accuracy:.4f}")


if __name__ == "__main__":
    main()
