import json
import os
import sys
from _random import Random

params = json.load(open("params.json"))
os.makedirs("parts", exist_ok=True)
if sys.argv[1] == "one":
    random = Random(params["seed"])
    text = str(random.random() / 100)
else:
    text = str(params["train"]["lr"] * float(open("weight.txt").read()))
open(f"parts/{sys.argv[1]}.txt", "w").write(text)
