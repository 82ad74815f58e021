import json
import os
import random

params = json.load(open("params.json"))
random.seed(str(params))
os.makedirs("eval", exist_ok=True)
json.dump({"accuracy": params["train"]["lr"] + random.random() / 100}, open("eval/metrics.json", "w"))
