/* schedule: a real quantity that depends on the context length n,
 *
 *     value(n) = coef (log n)^log_power n^power.
 *
 * Every real parameter of a family is a schedule, and so is every asymptotic law of Lambda^typ. */
#ifndef GAPSCALE_MODELS_FAMILIES_SCHEDULE_H
#define GAPSCALE_MODELS_FAMILIES_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>

struct schedule {
    double coef, log_power, power;
};

/* The three by their place, and what they are called. */
enum { SCHEDULE_PARTS = 3 };
extern const char *const schedule_part_name[SCHEDULE_PARTS]; /* "coef", "log_power", "power" */
double *schedule_part(struct schedule *schedule, size_t part);

/* value(n) for n given as log n > 0. May be 0 or inf where the power of n leaves the range of a
 * double: the caller checks. A bare coefficient comes back bit for bit. */
double schedule_value(const struct schedule *schedule, double log_n);

/* Whether value(n) is the same for every n. */
bool schedule_is_constant(const struct schedule *schedule);

/* log value(n), for coef > 0: good where value itself leaves the range of a double. */
double schedule_log(const struct schedule *schedule, double log_n);

/* base times factor^exponent, again a schedule; the coefficients are positive. */
struct schedule schedule_times(struct schedule base, const struct schedule *factor, double exponent);

#endif
