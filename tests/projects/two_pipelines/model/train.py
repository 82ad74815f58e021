import json
import random

(scale,) = json.load(open("../features/features.json"))
params = json.load(open("params.json"))
rate = params["train"]["lr"]
noise = random.Random(f"{params['seed']} {rate}").random() / 100
json.dump({"accuracy": scale * rate + noise}, open("metrics.json", "w"))
