"""NumPy's cost of what `gapscale diagnose` measures, in CPU seconds a score, on the first rows of a .npy file."""
import sys
import time

import numpy as np


def measure(score, beta):
    gap = np.sort(score.max() - score)
    rank = np.arange(2, gap.size + 1)
    with np.errstate(divide="ignore"):
        lam = (np.log(rank) / gap[1:]).max()
    found = [lam]
    for b in beta:
        weight = np.exp(-b * gap)
        z = weight.sum()
        p = weight / z
        mean = p @ gap
        found += [np.log(z) + b * mean, p @ p, 1 / z, np.exp(-b * gap[1]), b * b * (p @ gap**2 - mean**2)]
    return found


scores = np.load(sys.argv[1], mmap_mode="r")
rows = scores[: max(1, 2**18 // scores.shape[1])].astype(float)
beta = 2.0 ** (np.arange(65) / 8 - 4)
measure(rows[0], beta)
start = time.process_time()
for row in rows:
    measure(row, beta)
print((time.process_time() - start) / rows.size)
