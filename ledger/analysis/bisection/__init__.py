"""A metric fell: is it real, is it the evaluation, which version did it, does it hold, and is that one bad at all?"""
