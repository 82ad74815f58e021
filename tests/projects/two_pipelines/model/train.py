import json
from _random import Random

(scale,) = json.load(open("../features/features.json"))
params = json.load(open("params.json"))
rate = params["train"]["lr"]
noise = Random(int.from_bytes(f"{params['seed']} {rate}".encode())).random() / 100
json.dump({"accuracy": scale * rate + noise}, open("metrics.json", "w"))
