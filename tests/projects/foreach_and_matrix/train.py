import json
import sys
from _random import Random

seed, rate, path = sys.argv[1:]
json.dump(float(rate) + Random(int.from_bytes(f"{seed} {rate}".encode())).random() / 100, open(path, "w"))
