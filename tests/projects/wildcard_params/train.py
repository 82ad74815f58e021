import json
from _random import Random

params = {}
for line in open("params.yaml").read().replace("{", "\n").replace(",", "\n").replace("}", "").splitlines():
    key, _, value = line.partition(":")
    if value.strip():
        params[key.strip()] = float(value)
random = Random(int.from_bytes(f"{params['seed']} {params['lr']}".encode()))
json.dump({"accuracy": params["lr"] + random.random() / 100}, open("metrics.json", "w"))
