import json
import os
from _random import Random

params = json.load(open("params.json"))
random = Random(int.from_bytes(str(params).encode()))
os.makedirs("eval", exist_ok=True)
json.dump({"accuracy": params["train"]["lr"] + random.random() / 100}, open("eval/metrics.json", "w"))
