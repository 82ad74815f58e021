import json
from _random import Random

params = json.load(open("params.json"))
rate = params["train.lr"]
noise = Random(int.from_bytes(f"{params['seed']} {rate}".encode())).random() / 100
json.dump({"accuracy": rate + noise, "tokens": 2**53 + params["train"]["lr"]}, open("metrics.json", "w"))
