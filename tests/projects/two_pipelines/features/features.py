import json

json.dump([json.load(open("params.json"))["scale"]], open("features.json", "w"))
