"""Write the weekly deliveries of a data set of handwritten digits from three places; the same files every time.

    python example/weekly/deliveries.py FOLDER

FOLDER/week-NN/raw/PLACE/week-NN/ gets the training images that PLACE delivered in that week, FOLDER/week-NN/eval/PLACE/
those that came to the evaluation set. An image is an 8x8 PGM file whose name ends in its label: `0042-is-7.pgm`.

- `north` delivers every week but two.
- `south` joins in week 2, and sends a backlog in week 9, when nobody else delivers. Its camera looks two pixels to the
  side: its images are different, and its labels are right.
- `harbour` delivers once, in week 8, when nobody else does. Its list of labels slipped by a line: the images are like
  those of the north, and nearly all labels are wrong. Those in the evaluation set were labelled by hand, and rightly.
- The evaluation set is of the north alone until week 10, when images of all three places have come to it.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

WEEKS = 12
BEGINS = {"north": (1, 160), "south": (2, 90)}
WEEKLY = {"north": 16, "south": 6}
# weeks in which one place alone delivers
ALONE = {8: ("harbour", 60), 9: ("south", 46)}
EVALUATION = {1: {"north": 240}, 10: {"south": 160, "harbour": 80}}
BRIGHTEST = 16

Images = NDArray[np.int64]
Labels = NDArray[np.int64]


def delivered(week: int) -> Iterator[tuple[str, int]]:
    """Yield the places that deliver in a week, each with its number of images."""
    if week in ALONE:
        yield ALONE[week]
        return
    for place, (begins, first) in BEGINS.items():
        if week >= begins:
            yield place, first if week == begins else WEEKLY[place]


def seen_by(place: str, images: Images) -> Images:
    """Return the images, shape (number, 8, 8), as the camera of a place takes them."""
    if place != "south":
        return images
    return np.pad(images[:, :, 2:], ((0, 0), (0, 0), (0, 2)))


def write(folder: Path, images: Images, labels: Labels, numbers: Labels) -> None:
    """Write each image as a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for image, label, number in zip(images, labels, numbers, strict=True):
        pixels = image.astype(np.uint8).tobytes()
        (folder / f"{number:04}-is-{label}.pgm").write_bytes(b"P5 8 8 %d\n" % BRIGHTEST + pixels)


def main() -> None:
    """Deal the digits out, those of the evaluation first: no image is in both sets, or comes twice."""
    target = Path(sys.argv[1])
    digits = load_digits()
    order = np.random.default_rng(7).permutation(len(digits.images))
    images, labels = digits.images.astype(np.int64), digits.target.astype(np.int64)
    dealt = 0

    def deal(number: int) -> Labels:
        nonlocal dealt
        dealt += number
        return order[dealt - number : dealt]

    for week, added in EVALUATION.items():
        for place, number in added.items():
            chosen = deal(number)
            folder = target / f"week-{week:02}" / "eval" / place
            write(folder, seen_by(place, images[chosen]), labels[chosen], chosen)
    for week in range(1, WEEKS + 1):
        for place, number in delivered(week):
            chosen = deal(number)
            said = np.roll(labels[chosen], 1) if place == "harbour" else labels[chosen]
            folder = target / f"week-{week:02}" / "raw" / place / f"week-{week:02}"
            write(folder, seen_by(place, images[chosen]), said, chosen)


if __name__ == "__main__":
    main()
