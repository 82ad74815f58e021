SEED = 1


class Train:
    lr = 0.1  # the rate
