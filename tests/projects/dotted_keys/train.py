import json
import random

params = json.load(open("params.json"))
rate = params["train.lr"]
noise = random.Random(f"{params['seed']} {rate}").random() / 100
json.dump({"accuracy": rate + noise, "tokens": 2**53 + params["train"]["lr"]}, open("metrics.json", "w"))
