/* The registry, and gaps from quantile and hazard: with x = -log V, dQ = dx / hazard, integrated over
 * log x, in which 1/hazard varies slowly from the deep tail to V -> 1. */
#include "models/families/family.h"

#include <math.h>
#include <string.h>

#include "models/numeric/legendre.h"

#define POINTER(name) &family_##name,
static const struct family *const registry[] = {FAMILY_REGISTRY(POINTER)};

#define NAME(name) #name,
const char *const family_names[] = {FAMILY_REGISTRY(NAME) NULL};

size_t family_count(void) { return sizeof registry / sizeof *registry; }

const struct family *family_at(size_t index) { return registry[index]; }

const struct family *family_find(const char *name) {
    for (size_t i = 0; i < family_count(); i++) {
        if (strcmp(registry[i]->name, name) == 0) { return registry[i]; }
    }
    return NULL;
}

const struct family *family_stored(const char *name) {
    return strcmp(name, family_empirical.name) == 0 ? &family_empirical : family_find(name);
}

const char *family_class_name(enum family_class class) {
    static const char *const names[] = {
        [FAMILY_GUMBEL] = "Gumbel",
        [FAMILY_WEIBULL] = "Weibull",
        [FAMILY_FRECHET] = "Frechet",
        [FAMILY_NO_CLASS] = "none",
    };
    return names[class];
}

const char *family_kind_name(enum family_kind kind) {
    static const char *const names[] = {[FAMILY_IID] = "iid",
                                        [FAMILY_FIXED] = "fixed",
                                        [FAMILY_SAMPLED] = "sampled",
                                        [FAMILY_MEASURED] = "measured"};
    return names[kind];
}

const struct family_word family_position_word[] = {{"none", 0}, {"penalty", 1}, {NULL, 0}};

size_t family_position_index(const struct family *family) {
    return family->parameter_count - FAMILY_POSITION_COUNT;
}

bool family_takes_position(const struct family *family) {
    return family->parameter_count >= FAMILY_POSITION_COUNT &&
           family->parameter[family_position_index(family)].word == family_position_word;
}

struct family_position family_position(const struct family *family, const double *p) {
    const struct family_position none = {0, 0};
    if (!family_takes_position(family)) { return none; }
    const double *at = p + family_position_index(family);
    return at[0] == 0 ? none : (struct family_position){.linear = at[1], .log = at[2]};
}

bool family_has_position(const struct family *family, const struct schedule *parameter) {
    return family_takes_position(family) && parameter[family_position_index(family)].coef != 0;
}

bool family_is_judged_by_rows(const struct family *family) {
    return family->class == FAMILY_FRECHET || family->row_scale;
}

const char *family_parameter_word(const struct family_parameter *parameter, double value) {
    for (const struct family_word *w = parameter->word; w && w->word; w++) {
        if (w->value == value) { return w->word; }
    }
    return NULL;
}

bool family_parameter_allows(const struct family_parameter *parameter, double value) {
    bool in_range =
        value >= parameter->low && value <= parameter->high && !(parameter->open && value == parameter->low);
    return in_range || family_parameter_word(parameter, value);
}

size_t family_parameter_columns(const struct family_parameter *parameter) {
    return parameter->within == 0 || parameter->word ? 0 : parameter->within / (size_t)parameter->high;
}

bool family_parameter_is_mapping(const struct family_parameter *parameter, double value) {
    const struct family_word *w = parameter->word;
    if (parameter->within == 0 || !w) { return false; }
    while (w[1].word) { w++; }
    return w->value == value;
}

size_t family_parameter_holder(const struct family *family, size_t parameter) {
    size_t holder = 0;
    while (holder + family->parameter[holder].within < parameter) {
        holder += 1 + family->parameter[holder].within;
    }
    return holder;
}

void family_parameters(const struct family *family, const struct schedule *parameter, double log_n,
                       double p[FAMILY_PARAMETERS]) {
    for (size_t i = 0; i < family->parameter_count; i++) { p[i] = schedule_value(&parameter[i], log_n); }
}

unsigned family_uniforms_per_score(const struct family *family, const double *p) {
    return family->uniforms_per_score ? family->uniforms_per_score(p) : 1;
}

double family_dimension(const struct family *family, const struct schedule *parameter, double log_n) {
    double p[FAMILY_PARAMETERS];
    if (!family->dimension) { return NAN; }
    family_parameters(family, parameter, log_n, p);
    return family->dimension(p);
}

double family_concentration(const struct family *family, const struct schedule *parameter, double log_n) {
    double p[FAMILY_PARAMETERS];
    if (!family->concentration) { return NAN; }
    family_parameters(family, parameter, log_n, p);
    return family->concentration(p);
}

bool family_parameter_is_later(const struct family *family, size_t which) {
    const size_t before =
        family_takes_position(family) ? family_position_index(family) : family->parameter_count;
    return which + family->later_count >= before;
}

bool family_parameter_shows(const struct family *family, const struct schedule *parameter, size_t which) {
    return !family_parameter_is_later(family, which) || !schedule_is_constant(&parameter[which]) ||
           parameter[which].coef != family->parameter[which].initial;
}

bool family_parameter_is_told(const struct family *family, const struct schedule *parameter, size_t which) {
    size_t holder = family_parameter_holder(family, which),
           columns = family_parameter_columns(&family->parameter[holder]);
    double value = parameter[holder].coef;
    if (!family_parameter_shows(family, parameter, which)) { return false; }
    if (holder == which) { return true; }
    if (columns > 0) { return (double)(which - holder) <= value * (double)columns; }
    return family_parameter_is_mapping(&family->parameter[holder], value);
}

bool family_is_constant(const struct family *family, const struct schedule *parameter) {
    for (size_t i = 0; i < family->parameter_count; i++) {
        if (!schedule_is_constant(&parameter[i])) { return false; }
    }
    return true;
}

void family_draw_power(const struct vector *vector, size_t n, const double *x, double exponent, double scale,
                       double *scores) {
    vector->log(n, x, scores);
#pragma omp simd
    for (size_t i = 0; i < n; i++) { scores[i] *= exponent; }
    vector->exp(n, scores, scores);
#pragma omp simd
    for (size_t i = 0; i < n; i++) { scores[i] *= scale; }
}

/* How far log(-log V) falls between the two ends of a gap. */
static double gap_width(double x_top, double y) {
    double x = x_top - y;
    return x < 0.5 * x_top ? log(x_top / x) : -log1p(-y / x_top);
}

double family_log_gap_integral(const struct family *family, const double *p, double log_v_top, double y) {
    double width = gap_width(-log_v_top, y), reference = family->log_hazard(p, log_v_top), sum = 0;
    for (int i = 0; i < LEGENDRE_TEN; i++) {
        struct legendre_node at = legendre_ten(i);
        double fall = exp(-width * at.place);
        sum += at.weight * fall * exp(reference - family->log_hazard(p, log_v_top * fall));
    }
    return log(0.5 * width * -log_v_top * sum) - reference;
}

double family_log_gap_generic(const struct family *family, const double *p, double log_v_top, double y) {
    if (gap_width(-log_v_top, y) < 0.5) { return family_log_gap_integral(family, p, log_v_top, y); }
    return log(family->quantile(p, log_v_top) - family->quantile(p, log_v_top + y));
}
