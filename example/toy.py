"""Toy images whose truth is known: a pattern for each class, with normal noise on it.

No program can do better on them than `probabilities`, which knows the patterns and the noise.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SIDE, CLASSES = 8, 10
NOISE = 0.5  # standard deviation of each pixel; the patterns lie in 0..1


def draw(number: int, rng: np.random.Generator) -> tuple[Array, NDArray[np.int64], Array]:
    """Return so many images of shape (number, 8, 8), their labels, and the true `probabilities`."""
    patterns = rng.random((CLASSES, SIDE, SIDE))
    labels = rng.integers(0, CLASSES, size=number)
    images = patterns[labels] + NOISE * rng.standard_normal((number, SIDE, SIDE))
    return images, labels, probabilities(images, patterns)


def probabilities(images: Array, patterns: Array) -> Array:
    """Return how probable each class is given each image, shape (images, classes), by Bayes' rule."""
    distances = ((images[:, None] - patterns) ** 2).sum(axis=(2, 3))
    densities = np.exp((distances.min(axis=1, keepdims=True) - distances) / (2 * NOISE**2))
    return np.asarray(densities / densities.sum(axis=1, keepdims=True))


def shuffle(labels: NDArray[np.int64], rng: np.random.Generator) -> tuple[NDArray[np.int64], Array]:
    """Return the labels in a random order, and the true probabilities now: an image says nothing of its label."""
    return rng.permutation(labels), np.full((len(labels), CLASSES), 1 / CLASSES)
