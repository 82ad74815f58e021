import json
import os
import random

params = json.load(open("params.json"))
random.seed(str(params))
os.makedirs("out", exist_ok=True)
open("out/model", "w").write(str(random.random() / 100))
json.dump({"gain": params["train"]["lr"] + random.random() / 1000}, open("tuned.json", "w"))
