import tomllib
from _random import Random

import params

model = tomllib.load(open("conf.toml", "rb"))["model"]
noise = Random(int.from_bytes(f"{params.SEED} {params.Train.lr}".encode())).random() / 100
open("metrics.toml", "w").write(f"accuracy = {params.Train.lr + noise}\nwidth = {model['width']}\n")
