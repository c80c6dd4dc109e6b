#include "models/theory/positions.h"

#include <float.h>
#include <math.h>

#include "models/numeric/gram.h"
#include "models/numeric/legendre.h"
#include "models/numeric/logs.h"
#include "models/numeric/root.h"

bool positions_are_absent(struct family_position position) {
    return !(position.linear > 0 || position.log > 0);
}

/* ---- sums over keys ---- */

enum { SINGLE = 16 };               /* keys that are looked at one by one before the first stretch */
static const double WHOLE = 0x1p53; /* numbers of keys are whole up to here; from half of it on they */
static const double LONGEST = POSITIONS_FARTHEST / M_LN2 + 1; /* are those of an octave, times e^scale */

enum { HELD = 8 };
struct stretch {
    const struct positions_sum *sum;
    struct family_position position;
    double scale, factor; /* its exponential */
    size_t made;          /* rules so far; the last of them, of so many keys from number 0 on */
    double held_count[HELD];
    struct gram held[HELD];
};

static const struct gram *rule_of(struct stretch *s, double count) {
    for (size_t i = 0; i < HELD; i++) {
        if (s->held_count[i] == count) { return &s->held[i]; }
    }
    const size_t at = s->made++ % HELD;
    s->held_count[at] = count;
    gram_make(0, count, &s->held[at]);
    return &s->held[at];
}

static double penalty_of(const struct stretch *s, double key) {
    const double linear = s->position.linear > 0 ? s->position.linear * key * s->factor : 0;
    if (!(s->position.log > 0)) { return linear; }
    return linear + s->position.log * (s->scale > 0 ? s->scale + log(key) : log1p(key));
}

static void add_stretch(struct stretch *s, double from, double to) {
    const double count = to - from, first = penalty_of(s, from), last = penalty_of(s, to - 1);
    const struct gram *rule;
    if (count < GRAM_FEWEST) {
        for (double i = from; i < to; i++) { s->sum->add(s->sum->context, penalty_of(s, i), s->scale); }
        return;
    }
    const double middle = floor((from + to) / 2);
    switch (s->sum->way(s->sum->context, first, last, s->scale + log(count))) {
    case POSITIONS_SKIP: break;
    case POSITIONS_FEW:
        rule = rule_of(s, count);
        for (int i = 0; i < GRAM_NODES; i++) {
            s->sum->add(s->sum->context, penalty_of(s, from + rule->x[i]), s->scale + log(rule->w[i]));
        }
        break;
    case POSITIONS_HALVE: add_stretch(s, from, middle); add_stretch(s, middle, to);
    }
}

static double octave_end(double key) { return exp2(floor(log2(key)) + 1); }

bool positions_visit(struct family_position position, double log_n, double first,
                     const struct positions_sum *sum) {
    struct stretch s = {.sum = sum, .position = position, .factor = 1};
    const double n = log_n < log(WHOLE) ? rint(exp(log_n)) : INFINITY;
    double key = first;
    for (; key < SINGLE && key < n; key++) { sum->add(sum->context, penalty_of(&s, key), 0); }
    for (double octave = 0; octave < LONGEST; octave++) {
        const double left = isfinite(n) ? n : exp(fmin(log_n - s.scale, 700)),
                     end = fmin(octave_end(key), left);
        if (!(key < end)) { return true; }
        const double penalty = penalty_of(&s, key);
        if (!isfinite(penalty)) { return false; }
        if (sum->has_ended(sum->context, s.scale + log(key), penalty)) { return true; }
        add_stretch(&s, key, end);
        key = end;
        if (key == WHOLE) {
            key /= 2;
            s.scale += M_LN2;
            s.factor = exp(s.scale);
        }
    }
    return false;
}

/* ---- numbers of scores ---- */

static const double NEGLIGIBLE = 42; /* e^-42 = 6e-19 */

/* Scores above one score. */
struct mass {
    double score, shift, sum, density; /* the last two times e^shift */
    double before, last;               /* log of V times distance: at the octave before, at the last key */
};

/* Above one, or two that the same keys are to tell, as well as all between. */
struct tail {
    const struct family *family;
    const double *p;
    struct family_position position;
    double log_n;
    bool linear, linear_alone, with_density, has_ended;
    size_t count;
    struct mass mass[2];
    positions_key *key; /* NULL: nobody hears of them */
    void *context;
};

static double log_so_far(const struct mass *m) { return m->sum > 0 ? m->shift + log(m->sum) : -INFINITY; }

static double log_tail_at(const struct tail *t, const struct mass *m, double penalty) {
    return t->family->log_tail(t->p, m->score + penalty);
}

/* Whether what falls from one end by the middle to the other does so in both halves alike: where it is a
 * power of the distance from some point, that is as far as the ends are apart, and eight nodes leave 3e-12 of
 * the change at most. */
static bool is_even(double first, double middle, double last) {
    const double slight = 1e-11, most = 1.5, near = fabs(first - middle), far = fabs(middle - last);
    return near + far <= slight || (near <= most * far && far <= most * near);
}

/* log V at the ends and in the middle of a stretch. */
struct fall {
    double high, middle, low;
};

/* Whether neither V nor 1 - V has a kink or an end in or near it. */
static bool is_smooth(const struct fall *f) {
    const double most_rest = 2, rest = log_one_minus_exp(f->low), before = log_one_minus_exp(f->high);
    return is_even(f->high, f->middle, f->low) &&
           (rest < -NEGLIGIBLE ||
            (rest - before <= most_rest && is_even(before, log_one_minus_exp(f->middle), rest)));
}

/* V falls along the keys. V and 1 - V hardly change, or V is hardly anything but e^-penalty. */
static enum positions_way mass_way(const struct tail *t, const struct mass *m, double first, double last,
                                   double log_count) {
    const double most = 0.5, most_straight = 2, bent = 0.05;
    struct fall f = {.high = log_tail_at(t, m, first)};
    if (f.high + log_count < log_so_far(m) - NEGLIGIBLE || f.high == -INFINITY) { return POSITIONS_SKIP; }
    f.low = log_tail_at(t, m, last);
    if (f.low == 0) { return POSITIONS_FEW; }
    const double change = f.high - f.low;
    if (change > (t->linear_alone ? most_straight : most)) { return POSITIONS_HALVE; }
    f.middle = log_tail_at(t, m, (first + last) / 2);
    const bool straight = change <= most || fabs(2 * f.middle - f.high - f.low) <= bent;
    return straight && is_smooth(&f) ? POSITIONS_FEW : POSITIONS_HALVE;
}

static enum positions_way tail_way(void *context, double first, double last, double log_count) {
    const struct tail *t = context;
    enum positions_way way = POSITIONS_SKIP;
    for (size_t i = 0; i < t->count && way != POSITIONS_HALVE; i++) {
        const enum positions_way here = mass_way(t, &t->mass[i], first, last, log_count);
        way = here > way ? here : way;
    }
    return way;
}

/* Where octaves fall. With linear penalties by a factor that itself grows for all but the heaviest tails:
 * what follows is bounded by a geometric series. With log penalties alone they go on to fall, or rise once
 * more, where the tail is heavy, to the last key: what follows is bounded by the ends. */
static bool mass_has_ended(const struct tail *t, struct mass *m, double log_distance, double penalty) {
    const double term = log_tail_at(t, m, penalty) + log_distance, fall = m->before - term;
    const double rest = t->linear ? term - log(-expm1(-fall)) : fmax(term, m->last) + log(LONGEST);
    m->before = term;
    return term == -INFINITY || (fall > 0 && rest < log_so_far(m) - NEGLIGIBLE);
}

static bool tail_has_ended(void *context, double log_distance, double penalty) {
    struct tail *t = context;
    t->has_ended = true;
    for (size_t i = 0; i < t->count; i++) {
        const bool has_ended = mass_has_ended(t, &t->mass[i], log_distance, penalty);
        t->has_ended = t->has_ended && has_ended;
    }
    return t->has_ended;
}

static void add_share(const struct tail *t, struct mass *m, double log_v, double log_weight) {
    const double term = log_v + log_weight;
    if (term == -INFINITY) { return; }
    if (term > m->shift + 600 || m->sum == 0) {
        const double fall = m->sum > 0 ? exp(m->shift - term) : 0;
        m->sum *= fall;
        m->density *= fall;
        m->shift = term;
    }
    const double share = exp(term - m->shift);
    m->sum += share;
    if (t->with_density && log_v < -8 * DBL_EPSILON) {
        m->density += share * exp(t->family->log_hazard(t->p, log_v));
    }
}

static void tail_add(void *context, double penalty, double log_weight) {
    struct tail *t = context;
    for (size_t i = 0; i < t->count; i++) {
        struct mass *m = &t->mass[i];
        add_share(t, m, log_tail_at(t, m, penalty), log_weight);
    }
    if (t->key) { t->key(t->context, penalty, log_weight); }
}

/* From so many keys on sums over them are integrals over x = log(1 + i), to 1e-15: of e^x V, which rises by e
 * at most where x does by 1. */
static const double CONTINUUM = 0x1p26;

static double penalty_far(struct family_position position, double x) {
    return position.log * x + (position.linear > 0 ? position.linear * expm1(x) : 0);
}

static double log_tail_far(const struct tail *t, const struct mass *m, double x) {
    return log_tail_at(t, m, penalty_far(t->position, x));
}

/* Where more than e^`least` may come from. The exponent changes so little that ten nodes leave 1e-15. */
static enum positions_way far_way(const struct tail *t, const struct mass *m, double from, double to,
                                  double least) {
    const double most = 4, shortest = 1e-9, half = (to - from) / 2, middle = from + half,
                 high = log_tail_far(t, m, from);
    if (!(high + to > fmax(least, log_so_far(m)) - NEGLIGIBLE)) { return POSITIONS_SKIP; }
    const struct fall f = {high, log_tail_far(t, m, middle), log_tail_far(t, m, to)};
    const double change = fmax(fabs(f.low - f.high + 2 * half), fabs(f.middle - f.high + half));
    return half > shortest && !(change <= most && half <= most && (f.low == 0 || is_smooth(&f)))
               ? POSITIONS_HALVE
               : POSITIONS_FEW;
}

static void add_far(struct tail *t, double from, double to, const double least[2]) {
    const double half = (to - from) / 2, middle = from + half;
    enum positions_way way = POSITIONS_SKIP;
    for (size_t i = 0; i < t->count && way != POSITIONS_HALVE; i++) {
        const enum positions_way here = far_way(t, &t->mass[i], from, to, least[i]);
        way = here > way ? here : way;
    }
    if (way == POSITIONS_HALVE) {
        add_far(t, from, middle, least);
        add_far(t, middle, to, least);
    }
    for (int i = 0; way == POSITIONS_FEW && i < LEGENDRE_TEN; i++) {
        const struct legendre_node node = legendre_ten(i);
        const double x = from + 2 * half * node.place;
        tail_add(t, penalty_far(t->position, x), x + log(half * node.weight));
    }
}

/* Whether keys beyond x count for nothing. */
static bool ends_before(const struct tail *t, double x) {
    bool ends = true;
    for (size_t i = 0; i < t->count; i++) {
        const struct mass *m = &t->mass[i];
        const double last = log_tail_far(t, m, x), fall = log_tail_far(t, m, x - 1) - last - 1;
        ends = ends && (last == -INFINITY ||
                        (fall > 0 && last + x - log(-expm1(-fall)) < log_so_far(m) - NEGLIGIBLE));
    }
    return ends;
}

/* All but the nearest, which are told key by key. False where they reach too far. */
static bool tail_add_far(struct tail *t, double first) {
    enum { LOOKS = 16 };
    const double largest = 700, /* e^709 is the largest double */
        from = log(first + 0.5), n = t->log_n < log(WHOLE) ? log(rint(exp(t->log_n)) + 0.5) : t->log_n,
                 to = fmin(n, t->linear ? largest : POSITIONS_FARTHEST);
    double least[2] = {-INFINITY, -INFINITY};
    if (!(from < to)) { return true; }
    for (size_t k = 0; k < t->count; k++) {
        for (int i = 1; i <= LOOKS; i++) {
            const double x = from + (to - from) * i / LOOKS;
            least[k] = fmax(least[k], log_tail_far(t, &t->mass[k], x) + fmin(x, x + log(x - from)) - 1);
        }
    }
    add_far(t, from, to, least);
    return to == n || ends_before(t, to);
}

static struct tail tail_of(const struct family *family, const double *p, double log_n, double score) {
    const struct family_position position = family_position(family, p);
    return (struct tail){.family = family,
                         .p = p,
                         .position = position,
                         .log_n = log_n,
                         .linear = position.linear > 0,
                         .linear_alone = position.log == 0,
                         .count = 1,
                         .mass = {{.score = score}}};
}

/* False where the keys reach too far. */
static bool tail_make(struct tail *t, double first) {
    const struct positions_sum sum = {t, tail_way, tail_has_ended, tail_add};
    const bool far = t->log_n > log(CONTINUUM);
    for (size_t i = 0; i < t->count; i++) {
        struct mass *m = &t->mass[i];
        m->before = -INFINITY;
        m->last = t->log_n + log_tail_at(t, m, t->position.log * t->log_n);
    }
    if (!positions_visit(t->position, far ? log(CONTINUUM) : t->log_n, first, &sum)) { return false; }
    return !far || t->has_ended || tail_add_far(t, fmax(first, CONTINUUM));
}

double positions_log_count(const struct family *family, const double *p, double log_n, double first,
                           double score) {
    struct tail t = tail_of(family, p, log_n, score);
    return tail_make(&t, first) ? log_so_far(&t.mass[0]) : NAN;
}

double positions_log_density(const struct family *family, const double *p, double log_n, double score) {
    struct tail t = tail_of(family, p, log_n, score);
    t.with_density = true;
    if (!tail_make(&t, 0)) { return NAN; }
    return t.mass[0].density > 0 ? t.mass[0].shift + log(t.mass[0].density) : -INFINITY;
}

bool positions_keys(const struct family *family, const double *p, double log_n, const double score[2],
                    positions_key *key, void *context) {
    struct tail t = tail_of(family, p, log_n, score[0]);
    t.count = score[0] == score[1] ? 1 : 2;
    t.mass[1].score = score[1];
    t.key = key;
    t.context = context;
    return tail_make(&t, 0);
}

double positions_power(const struct family *family, const double *p) {
    return 1 / (family->log_hazard(p, -61) - family->log_hazard(p, -60));
}

/* The secant between scores, or where these are far apart between their log V, which log G goes with. */
static double score_guess(const struct family *family, const double *p, const struct root *r) {
    const double apart = 0.5;
    struct root log_v = {family->log_tail(p, r->low), family->log_tail(p, r->high), r->at_low, r->at_high, 0};
    return log_v.low - log_v.high > apart ? family->quantile(p, root_guess(&log_v)) : root_guess(r);
}

/* By the bracketed secant of -log G, until its step is lost in the score; then by growing ones to where G is
 * not below 1. Where it is 1 on an interval, or hardly falls, to its upper end. */
double positions_typical_score(const struct family *family, const double *p, double log_n) {
    const struct family_position position = family_position(family, p);
    const double second = position.linear + position.log * M_LN2, rounding = 4 * DBL_EPSILON, near = 1e-3,
                 flat = 1e-6, steepest = 1e3;
    struct root r = {.low = family->quantile(p, -M_LN2) - second,
                     .high = fmin(family->quantile(p, -log_n), DBL_MAX / 4)};
    r.at_low = -positions_log_count(family, p, log_n, 0, r.low);
    r.at_high = -positions_log_count(family, p, log_n, 0, r.high);
    if (isnan(r.at_low) || isnan(r.at_high) || (r.high == DBL_MAX / 4 && r.at_high < 0)) { return NAN; }
    r.at_high = fmax(0, r.at_high);
    double before = r.high, value_before = r.at_high, down = 0;
    for (int i = 0; i < 300; i++) {
        const double width = r.high - r.low, middle = r.low + width / 2;
        if (!(width > DBL_EPSILON * fmax(fabs(r.low), fabs(r.high))) || middle == r.low) { break; }
        const double guess = down > 0     ? before - down
                             : i % 8 == 7 ? middle
                                          : score_guess(family, p, &r),
                     x = guess > r.low && guess < r.high ? guess : middle,
                     value = -positions_log_count(family, p, log_n, 0, x),
                     steep = fabs(x * (value - value_before) / (x - before));
        const bool is_close = fabs(x - before) < near * fabs(x) && steep > flat &&
                              fabs(value) < rounding * fmin(fmax(1, steep), steepest);
        if (is_close && value < 0) { return x; }
        down = is_close && value > 0 ? fmax(4 * down, 2 * rounding * fabs(x)) : 0;
        before = x;
        value_before = value;
        root_narrow(&r, x, fabs(value) < DBL_EPSILON ? -DBL_MIN : value);
    }
    return r.low;
}

/* ---- keys that matter ---- */

/* By doubling and halving. */
struct positions_reach positions_reach(const struct family *family, const double *p, double log_n) {
    const double score = positions_typical_score(family, p, log_n), share = log(0.01),
                 most = log_n < log(WHOLE / 4) ? rint(exp(log_n)) : WHOLE / 4;
    double low = 0, high = 1;
    if (isnan(score)) { return (struct positions_reach){NAN, NAN, NAN}; }
    while (high < most && positions_log_count(family, p, log_n, high, score) > share) {
        low = high;
        high *= 2;
    }
    high = fmin(high, most);
    while (high - low > 1) {
        const double middle = floor((low + high) / 2);
        *(positions_log_count(family, p, log_n, middle, score) > share ? &low : &high) = middle;
    }
    return (struct positions_reach){.typical_score = score,
                                    .log_effective = -family->log_tail(p, score),
                                    .log_window = most < WHOLE / 4 || high < most ? log(high) : NAN};
}

struct window {
    const struct family *family;
    const double *p;
    double log_n, score, beta;
};

/* Whether more than e^POSITIONS_MISSED lies behind that many keys: E min(1, w) = int_0^inf e^-u P(beta (x -
 * s*) > b - u) du, by the trapezoid rule, good to a few parts. */
static bool much_is_left(const struct window *w, double first) {
    double sum = -INFINITY;
    for (double u = 0.5; u < 64 && !(sum > POSITIONS_MISSED); u++) {
        const double score = w->score - u / w->beta;
        sum = log_sum_exp(sum, positions_log_count(w->family, w->p, w->log_n, first, score) - u);
    }
    return sum > POSITIONS_MISSED;
}

double positions_log_window(const struct family *family, const double *p, double log_n, double least_beta) {
    const struct window w = {family, p, log_n, positions_typical_score(family, p, log_n), least_beta};
    const double most = 0x1p50, n = log_n < log(most) ? rint(exp(log_n)) : INFINITY,
                 linear = family_position(family, p).linear,
                 fewest = -POSITIONS_MISSED / (least_beta * linear);
    if (!(linear > 0) || isnan(w.score)) { return NAN; }
    double count = exp2(fmax(10, floor(log2(fewest)) - 1));
    for (; count < n && count < most; count *= 2) {
        if (!much_is_left(&w, count)) { return log(count); }
        if (count * 1.5 < n && !much_is_left(&w, count * 1.5)) { return log(count * 1.5); }
    }
    return isfinite(n) ? log_n : NAN;
}
