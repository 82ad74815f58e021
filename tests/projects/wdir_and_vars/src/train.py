import json
import random
import sys

rate, path = float(sys.argv[2]), sys.argv[4]
seed = json.load(open("params.yaml"))["seed"]
json.dump({"accuracy": rate + random.Random(f"{seed} {rate}").random() / 100}, open(path, "w"))
