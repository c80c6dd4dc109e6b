#include "sim/rows/stencil.h"

enum { STENCIL = KERNEL_STENCIL, BEFORE = STENCIL_BEFORE, AVERAGES = KERNEL_AVERAGES };

void stencil_make(struct stencil *stencil) {
    for (int k = 0; k < STENCIL; k++) {
        double product = 1, sum = 0, squares = 0;
        for (int i = 0; i < STENCIL; i++) {
            product *= i == k ? 1 : k - i;
            sum += i == k ? 0 : 1.0 / (k - i);
            squares += i == k ? 0 : 1.0 / ((k - i) * (k - i));
        }
        stencil->place[k] = (struct stencil_place){1 / product, -3 * sum, (9 * sum * sum + 3 * squares) / 2};
    }
}

/* A function and its first two derivatives. */
struct jet {
    double value, slope, bend;
};

static struct jet jet_times(struct jet a, struct jet b) {
    return (struct jet){a.value * b.value, a.slope * b.value + a.value * b.slope,
                        a.bend * b.value + 2 * a.slope * b.slope + a.value * b.bend};
}

/* Those cubes times the first terms of the reciprocals, times d^a/a!, up to d^2. */
void stencil_basis(const struct stencil *stencil, double f, double basis[STENCIL][AVERAGES][AVERAGES]) {
    struct jet before[STENCIL], after = {1, 0, 0};
    before[0] = after;
    for (int k = 1; k < STENCIL; k++) {
        before[k] = jet_times(before[k - 1], (struct jet){f + BEFORE - (k - 1), 1, 0});
    }
    for (int k = STENCIL - 1; k >= 0; k--) {
        const struct stencil_place p = stencil->place[k];
        const struct jet d = {f + BEFORE - k, 1, 0}, square = jet_times(d, d),
                         lagrange = jet_times(jet_times(before[k], after), (struct jet){p.scale, 0, 0}),
                         cube = jet_times(lagrange, jet_times(lagrange, lagrange));
        const struct jet part[AVERAGES] = {
            {1 + p.first * d.value + p.second * square.value, p.first + p.second * square.slope,
             p.second * square.bend},
            {d.value + p.first * square.value, 1 + p.first * square.slope, p.first * square.bend},
            {square.value / 2, square.slope / 2, square.bend / 2}};
        for (size_t a = 0; a < AVERAGES; a++) {
            const struct jet whole = jet_times(cube, part[a]);
            basis[k][a][0] = whole.value;
            basis[k][a][1] = whole.slope;
            basis[k][a][2] = whole.bend;
        }
        after = jet_times(after, d);
    }
}
