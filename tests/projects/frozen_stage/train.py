import json
import os
from _random import Random

rows = sum(int(open(f"raw/{name}").read()) for name in os.listdir("raw"))
params = json.load(open("params.json"))
rate = params["train"]["lr"]
noise = Random(int.from_bytes(f"{params['seed']} {rate}".encode())).random() / 100
json.dump({"accuracy": rate + noise, "rows": rows}, open("metrics.json", "w"))
