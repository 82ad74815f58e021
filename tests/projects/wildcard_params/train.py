import json
import random

params = {}
for line in open("params.yaml").read().replace("{", "\n").replace(",", "\n").replace("}", "").splitlines():
    key, _, value = line.partition(":")
    if value.strip():
        params[key.strip()] = float(value)
random.seed(f"{params['seed']} {params['lr']}")
json.dump({"accuracy": params["lr"] + random.random() / 100}, open("metrics.json", "w"))
