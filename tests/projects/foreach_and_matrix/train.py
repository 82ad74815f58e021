import json
import random
import sys

seed, rate, path = sys.argv[1:]
json.dump(float(rate) + random.Random(f"{seed} {rate}").random() / 100, open(path, "w"))
