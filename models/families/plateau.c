#include "models/families/family.h"

#include <float.h>
#include <math.h>

enum { GAP, ALPHA };

static const double integer_limit = 0x1p53;

/* floor(x), except that x within rounding below an integer is that integer: n^alpha = 1024 is 1024. */
static double floor_rounded(double x) {
    double nearest = rint(x);
    return nearest - x <= 4 * DBL_EPSILON * x ? fmax(nearest, floor(x)) : floor(x);
}

/* log min(floor(n^alpha), n - 1). */
static double log_count(double alpha, double log_n, bool is_whole) {
    double log_power = alpha * log_n, log_limit = log(integer_limit);
    if (!is_whole) { return fmin(log_power, log_n + log1p(-exp(-log_n))); }
    if (log_power >= log_limit) { return log_power; }
    if (log_n >= log_limit) { return log(floor_rounded(exp(log_power))); }
    double n = rint(exp(log_n));
    return log(fmin(floor_rounded(pow(n, alpha)), n - 1));
}

static size_t atoms(const double *p, double log_n, bool is_whole, struct family_atom atoms[FAMILY_ATOMS]) {
    atoms[0] = (struct family_atom){.gap = 0, .log_count = 0};
    atoms[1] = (struct family_atom){.gap = p[GAP], .log_count = log_count(p[ALPHA], log_n, is_whole)};
    return 2;
}

/* n^alpha must grow: alpha log n -> inf. */
static bool law(const struct schedule *parameter, struct schedule *lambda) {
    if (parameter[ALPHA].power != 0 || parameter[ALPHA].log_power <= -1) { return false; }
    *lambda = schedule_times((struct schedule){1, 1, 0}, &parameter[ALPHA], 1);
    *lambda = schedule_times(*lambda, &parameter[GAP], -1);
    return true;
}

const struct family family_plateau = {
    .name = "plateau",
    .title = "one key above a plateau of equal scores",
    .doc = "A deterministic row: one score at 0, N = min(floor(n^alpha), n-1) scores at -gap, the rest at "
           "-inf. Every measure has a closed form in x = N exp(-beta gap): Z = 1 + x and H = log(1+x) + "
           "beta gap x/(1+x).\n\n"
           "Lambda^typ is exactly log(1+N)/gap ~ alpha log n/gap; H = 1 near beta gap = log N + log log N. "
           "With alpha = 1 it is the simplex of Chen, Lin, Polyanskiy & Rigollet (gap = 1 - rho), whose "
           "critical inverse temperature is log n/gap: the scaling of Qwen and of scalable softmax. With "
           "gap = 1/log n it gives (log n)^2, the scaling of YaRN. The top-two half of the collapse theorem "
           "fails here: below the critical scale the best key keeps its lead over the second while the "
           "entropy stays large.\n\n"
           "Sources: arXiv:2510.05554; arXiv:2309.00071; Karakida & Hayase, arXiv:2605.12697.",
    .kind = FAMILY_FIXED,
    .class = FAMILY_NO_CLASS,
    .parameter_count = 2,
    .parameter = {{"gap", "distance from the top score to the plateau", 1, 1e-300, 1e300, false, NULL, 0},
                  {"alpha", "the plateau holds n^alpha scores", 1, 0, 1, true, NULL, 0}},
    .law_text = "alpha log n / gap",
    .law = law,
    .atoms = atoms,
};
