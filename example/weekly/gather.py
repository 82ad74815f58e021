"""Gather images of a folder into one file: `data/prepared.npz` for the training, `data/test.npz` for the evaluation.

    python example/gather.py raw|eval

The first folder below `data/raw` or `data/eval` is the place that an image is from, the end of its name its label.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np

# one image in so many is kept from training, for the learning curve
VALID = 10


def read(root: Path) -> dict[str, Any]:
    """Return the images (number, 8, 8) scaled to 0..1 with labels, places and names of cases, ordered by name."""
    paths = sorted(root.rglob("*.pgm"), key=lambda path: path.name)
    if not paths:
        raise SystemExit(f"{root} has no images")
    heads, pixels = zip(*(path.read_bytes().split(b"\n", 1) for path in paths), strict=True)
    brightest = np.array([int(head.split()[-1]) for head in heads])
    images = np.stack([np.frombuffer(image, np.uint8).reshape(8, 8) for image in pixels])
    return {
        "images": images / brightest[:, None, None],
        "labels": np.array([int(path.stem[-1]) for path in paths]),
        "source": np.array([path.relative_to(root).parts[0] for path in paths]),
        "case": np.array([int(path.name[:4]) for path in paths]),
    }


def main() -> None:
    """Write the file for the training or for the evaluation."""
    part = sys.argv[1]
    data = read(Path("data") / part)
    if part == "eval":
        np.savez("data/test.npz", **data)
    else:
        # by its number: an image stays on its side whatever else is delivered
        kept = data["case"] % VALID == 0
        np.savez(
            "data/prepared.npz",
            train_images=data["images"][~kept],
            train_labels=data["labels"][~kept],
            valid_images=data["images"][kept],
            valid_labels=data["labels"][kept],
        )
    print(f"{len(data['labels'])} images")


if __name__ == "__main__":
    main()
