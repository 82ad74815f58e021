import random


def accuracy(seed, rate):
    return rate + random.Random(f"{seed} {rate}").random() / 100
