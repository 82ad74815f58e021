"""The classifier: a network with one hidden layer, its weights as plain arrays.

Training and evaluation share it, so `dvc.yaml` names it as a dependency of both.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def softmax(scores: Array) -> Array:
    """Return probabilities, shape (cases, classes), from scores of the same shape."""
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def cross_entropy(probabilities: Array, labels: NDArray[np.int64]) -> float:
    """Return the mean negative log-probability of the labels, in nats."""
    chosen = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chosen, 1e-15)).mean())


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Weights of shape (inputs, hidden) and (hidden, classes), and a bias vector for each."""

    hidden_weights: Array
    hidden_bias: Array
    output_weights: Array
    output_bias: Array

    @classmethod
    def initial(cls, rng: np.random.Generator, *, inputs: int, hidden: int, classes: int) -> Self:
        """Return random weights scaled for rectified units (He et al., 2015), and zero biases."""
        return cls(
            hidden_weights=rng.normal(0.0, np.sqrt(2 / inputs), (inputs, hidden)),
            hidden_bias=np.zeros(hidden),
            output_weights=rng.normal(0.0, np.sqrt(2 / hidden), (hidden, classes)),
            output_bias=np.zeros(classes),
        )

    @classmethod
    def load(cls, path: Path) -> Self:
        """Return the network of a checkpoint."""
        with np.load(path) as checkpoint:
            return cls(**checkpoint)

    def save(self, path: Path) -> None:
        """Write the checkpoint: the same bytes for the same weights."""
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(path, **asdict(self))

    @property
    def n_parameters(self) -> int:
        """How many numbers training adjusts."""
        return sum(array.size for array in asdict(self).values())

    def hidden_layer(self, images: Array) -> Array:
        """Return the activations, shape (cases, hidden), for images of shape (cases, rows, columns)."""
        flat = images.reshape(len(images), -1)
        return np.maximum(flat @ self.hidden_weights + self.hidden_bias, 0.0)

    def output_layer(self, hidden: Array) -> Array:
        """Return the class probabilities, shape (cases, classes), for hidden activations."""
        return softmax(hidden @ self.output_weights + self.output_bias)

    def predict(self, images: Array) -> Array:
        """Return the class probabilities, shape (cases, classes)."""
        return self.output_layer(self.hidden_layer(images))
