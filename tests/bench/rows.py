"""NumPy's cost of a drawn row: LAW:PARAMETER:N:LAMBDA:ROWS:SEED... For each, CPU seconds a row, then means over rows: of
the entropy at beta = LAMBDA, and of the logarithms, over LAMBDA, of Lambda_n and where H = 1, Y_2 = 1/2, p_2/p_1 = 1/2. Every
score drawn, 65 betas, four collapse points, 17 TE factors, 8 ordered weights, N_n(t) at 73 gaps, in doubles."""
import sys
import time

import numpy as np


def draw(rng, law, parameter, n):
    if law == "gaussian":
        return rng.standard_normal(n)
    if law == "gumbel":
        return rng.gumbel(size=n)
    if law == "spherical":
        x = rng.standard_normal((int(parameter), n))
        return x[0] / np.sqrt(np.einsum("ij,ij->j", x, x))
    u = rng.random(n)
    if law == "powerlaw":
        return -(u ** (1 / parameter))
    if law == "stretched":
        return (-np.log1p(-u)) ** (1 / parameter)
    return (1 - u) ** (-1 / parameter)


def sums(gap, beta):
    """H, Y_2, p_(1), susceptibility, and the slope of its logarithm by log beta."""
    weight = np.exp(-beta * gap)
    z = weight.sum()
    weight /= z
    moment = weight * gap
    mean = moment.sum()
    second, third = moment @ gap, (moment * gap) @ gap
    variance = second - mean * mean
    bend = 2 - beta * (third - 3 * mean * second + 2 * mean**3) / variance if variance > 0 else -1.0
    return np.log(z) + beta * mean, weight @ weight, 1 / z, beta * beta * variance, bend


def root(of, low, high):
    """The Illinois rule."""
    at_low, at_high, x = of(low), of(high), low
    for _ in range(40):
        before, x = x, (low * at_high - high * at_low) / (at_high - at_low)
        at = of(x)
        if abs(x - before) < 1e-10 or at == 0:
            break
        if at * at_high < 0:
            low, at_low = high, at_high
        else:
            at_low /= 2
        high, at_high = x, at
    return np.exp(x)


def between(value, threshold):
    over = np.flatnonzero((value > threshold) != (value[0] > threshold))
    return over[0] if over.size else None


def measure(score, beta, t):
    gap = np.sort(score.max() - score)
    lam = (np.log(np.arange(2, gap.size + 1)) / gap[1:]).max()
    table = np.array([sums(gap, b) for b in beta])
    ratio = np.exp(-beta * gap[1])
    x, at_entropy, at_participation, at_top = np.log(beta), np.nan, np.nan, np.nan
    i = between(table[:, 0], 1)
    if i is not None:
        at_entropy = root(lambda t: np.log(sums(gap, np.exp(t))[0]), x[i - 1], x[i])
    i = between(table[:, 1], 0.5)
    if i is not None:
        at_participation = root(lambda t: 0.5 - sums(gap, np.exp(t))[1], x[i - 1], x[i])
    top = table[:, 3].argmax()
    if 0 < top < len(beta) - 1 and table[top - 1, 4] * table[top + 1, 4] < 0:
        at_top = root(lambda t: sums(gap, np.exp(t))[4], x[top - 1], x[top + 1])
    te = np.array([sums(gap, lam * 2.0**f) for f in range(-8, 9)])
    ordered = np.exp(-beta[:, None] * gap[:8]) * table[:, 2, None]
    count = np.log(np.searchsorted(gap, t, "right"))
    return table, ratio, at_top, te, ordered, count, np.array([lam, at_entropy, at_participation, np.log(2) / gap[1]])


for cell in sys.argv[1:]:
    law, parameter, n, scale, rows, seed = cell.split(":")
    rng, beta = np.random.default_rng(int(seed)), float(scale) * 2.0 ** (np.arange(65) / 8 - 4)
    t = (1 + 0.25 * (np.arange(73) % 4)) * 2.0 ** (np.arange(73) // 4 - 8) / float(scale)
    measure(draw(rng, law, float(parameter), 64), beta, t)
    found, start = [], time.process_time()
    for _ in range(int(rows)):
        table, *_, points = measure(draw(rng, law, float(parameter), int(n)), beta, t)
        found.append([table[32, 0], *np.log(points / float(scale))])
    print((time.process_time() - start) / int(rows), *np.nanmean(found, axis=0))
