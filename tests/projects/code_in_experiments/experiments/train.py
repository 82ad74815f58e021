import json

from lib.model import accuracy

params = json.load(open("params.json"))
json.dump({"accuracy": accuracy(params["seed"], params["train"]["lr"])}, open("experiments/metrics.json", "w"))
