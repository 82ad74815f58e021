import json
import sys
from _random import Random

rate, path = float(sys.argv[2]), sys.argv[4]
seed = json.load(open("params.yaml"))["seed"]
json.dump({"accuracy": rate + Random(int.from_bytes(f"{seed} {rate}".encode())).random() / 100}, open(path, "w"))
