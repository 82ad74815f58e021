import json
import random

one, two = (float(open(f"parts/{name}.txt").read()) for name in ("one", "two"))
random.seed(f"{one} {two}")
json.dump({"accuracy": two + random.random() / 100}, open("metrics.json", "w"))
