/* passes_inline: what is looked for among all numbers of a row, and their softmax, for files that are
 * compiled once per instruction set (kernel.c): included for doubles and for floats, as NUMBER, with COUNT as
 * wide and functions PASS(name). Nothing that is looked for is rounded: answers do not depend on how many are
 * looked at side by side. */

enum { PASS(side) = LANES * sizeof(double) / sizeof(NUMBER) }; /* numbers of a register */

/* What is finite less itself is 0. */
static bool PASS(all_above)(size_t n, const NUMBER *x, double low) {
    enum { TWO = 2 * PASS(side) };
    NUMBER least[TWO], nothing[TWO] = {0};
    bool good = true;
    for (size_t l = 0; l < TWO; l++) { least[l] = INFINITY; }
    const size_t whole = n / TWO * TWO;
    for (size_t i = 0; i < whole; i += TWO) {
#pragma omp simd
        for (size_t l = 0; l < TWO; l++) {
            least[l] = x[i + l] < least[l] ? x[i + l] : least[l];
            nothing[l] += x[i + l] - x[i + l];
        }
    }
    for (size_t i = whole; i < n; i++) {
        least[i - whole] = x[i] < least[i - whole] ? x[i] : least[i - whole];
        nothing[i - whole] += x[i] - x[i];
    }
    for (size_t l = 0; l < TWO; l++) { good &= (double)least[l] > low && nothing[l] == 0; }
    return good;
}

/* So many numbers of every part; a constant, so that few of them wait for the maximum before. */
static inline __attribute__((always_inline)) void
PASS(add_to_peaks)(const size_t each, const NUMBER *x, NUMBER low[PASS(side)], NUMBER peak[KERNEL_PEAKS]) {
    for (size_t k = 0; k < KERNEL_PEAKS; k += PASS(side)) {
#pragma omp simd
        for (size_t l = 0; l < PASS(side); l++) {
            NUMBER less = x[k + l], more = less;
            for (size_t j = 1; j < each; j++) {
                const NUMBER next = x[j * KERNEL_PEAKS + k + l];
                less = next < less ? next : less;
                more = next > more ? next : more;
            }
            low[l] = less < low[l] ? less : low[l];
            peak[k + l] = more > peak[k + l] ? more : peak[k + l];
        }
    }
}

/* Numbers KERNEL_PEAKS apart are of one part, so that a stretch of large ones is of many. */
static struct kernel_range PASS(peaks)(size_t n, const NUMBER *x, double largest[KERNEL_PEAKS]) {
    enum { FOUR = 4 };
    NUMBER low[PASS(side)], peak[KERNEL_PEAKS], least;
    size_t i = 0;
    for (size_t l = 0; l < PASS(side); l++) { low[l] = x[0]; }
    for (size_t k = 0; k < KERNEL_PEAKS; k++) { peak[k] = -(NUMBER)INFINITY; }
    for (; i + FOUR * KERNEL_PEAKS <= n; i += FOUR * KERNEL_PEAKS) {
        PASS(add_to_peaks)(FOUR, x + i, low, peak);
    }
    for (; i + KERNEL_PEAKS <= n; i += KERNEL_PEAKS) { PASS(add_to_peaks)(1, x + i, low, peak); }
    for (size_t k = 0; i < n; i++, k++) {
        low[0] = x[i] < low[0] ? x[i] : low[0];
        peak[k] = x[i] > peak[k] ? x[i] : peak[k];
    }
    least = low[0];
    for (size_t l = 1; l < PASS(side); l++) { least = low[l] < least ? low[l] : least; }
    for (size_t k = 0; k < KERNEL_PEAKS; k++) { largest[k] = (double)peak[k]; }
    return (struct kernel_range){(double)least, range(KERNEL_PEAKS, largest).high};
}

/* The largest of them that is not above a limit: the same ones exceed it. */
static inline NUMBER PASS(limit_for)(double limit) {
    const NUMBER nearest = (NUMBER)limit;
    return (double)nearest > limit ? (NUMBER)nextafterf((float)nearest, -INFINITY) : nearest;
}

static size_t PASS(count_above)(size_t n, const NUMBER *x, double above) {
    enum { SIDE = PASS(side), FOUR = 4 * SIDE };
    const NUMBER limit = PASS(limit_for)(above);
    COUNT some[SIDE] = {0};
    size_t count = 0, i = 0;
    for (; i + FOUR <= n; i += FOUR) {
#pragma omp simd
        for (size_t l = 0; l < SIDE; l++) {
            const NUMBER *at = x + i + l;
            some[l] +=
                (COUNT)(at[0] > limit) + (at[SIDE] > limit) + (at[2 * SIDE] > limit) + (at[3 * SIDE] > limit);
        }
    }
    for (; i < n; i++) { count += x[i] > limit; }
    for (size_t l = 0; l < SIDE; l++) { count += some[l]; }
    return count;
}

/* Without branches that are hard to foresee: numbers a quarter apart share a flag; first which words of flags
 * have any; where they are few, most of those have one. */
static size_t PASS(above)(size_t n, const NUMBER *x, double from, double *out) {
    enum { MOST = 1024, FOUR = 4, WORD = sizeof(uint64_t) };
    const NUMBER limit = PASS(limit_for)(from);
    size_t count = 0;
    for (size_t start = 0; start < n; start += MOST) {
        const NUMBER *at = x + start;
        const size_t some = n - start < MOST ? n - start : MOST, apart = some / FOUR;
        uint8_t flag[MOST / FOUR + WORD];
        size_t hit[MOST / FOUR / WORD];
#pragma omp simd
        for (size_t i = 0; i < apart; i++) {
            const NUMBER a = at[i], b = at[i + apart], c = at[i + 2 * apart], d = at[i + 3 * apart],
                         ab = a > b ? a : b, cd = c > d ? c : d;
            flag[i] = (ab > cd ? ab : cd) > limit;
        }
        memset(flag + apart, 0, WORD);
        const size_t hits = words_with_flags(apart, flag, hit);
        for (size_t h = 0; h < hits; h++) {
            uint64_t word;
            memcpy(&word, flag + hit[h], sizeof word);
            while (word != 0) {
                const NUMBER *next = at + hit[h] + first_flag(&word);
                for (size_t k = 0; k < FOUR; k++, next += apart) {
                    out[count] = (double)*next;
                    count += *next > limit;
                }
            }
        }
        for (size_t i = FOUR * apart; i < some; i++) {
            out[count] = (double)at[i];
            count += at[i] > limit;
        }
    }
    return count;
}

static double PASS(softmax)(size_t n, const NUMBER *score, double top, float *weight) {
    const double per_ln2 = 1.4426950408889634;
    const float farthest = 125;
    double sum[SOFTMAX_LANES] = {0}, total = 0;
    for (size_t first = 0; first < n; first += SOFTMAX_BLOCK) {
        const size_t some = n - first < SOFTMAX_BLOCK ? n - first : SOFTMAX_BLOCK;
        float last[SOFTMAX_BLOCK], *y = some < SOFTMAX_BLOCK ? last : weight + first;
#pragma omp simd
        for (size_t i = 0; i < some; i++) {
            const float power = (float)((top - (double)score[first + i]) * per_ln2);
            y[i] = power < farthest ? power : farthest;
        }
        for (size_t i = some; i < SOFTMAX_BLOCK; i++) { y[i] = farthest; }
        softmax_block(y, sum);
        if (some < SOFTMAX_BLOCK) { memcpy(weight + first, y, some * sizeof *y); }
    }
    for (size_t l = 0; l < SOFTMAX_LANES; l++) { total += sum[l]; }
    return total;
}
