import json
from _random import Random

one, two = (float(open(f"parts/{name}.txt").read()) for name in ("one", "two"))
random = Random(int.from_bytes(f"{one} {two}".encode()))
json.dump({"accuracy": two + random.random() / 100}, open("metrics.json", "w"))
