import json
import os
import random

rows = sum(int(open(f"raw/{name}").read()) for name in os.listdir("raw"))
params = json.load(open("params.json"))
rate = params["train"]["lr"]
noise = random.Random(f"{params['seed']} {rate}").random() / 100
json.dump({"accuracy": rate + noise, "rows": rows}, open("metrics.json", "w"))
