from _random import Random


def accuracy(seed, rate):
    return rate + Random(int.from_bytes(f"{seed} {rate}".encode())).random() / 100
