#include "models/families/schedule.h"

#include <math.h>

const char *const schedule_part_name[SCHEDULE_PARTS] = {"coef", "log_power", "power"};

double *schedule_part(struct schedule *schedule, size_t part) {
    double *const value[SCHEDULE_PARTS] = {&schedule->coef, &schedule->log_power, &schedule->power};
    return value[part];
}

bool schedule_is_constant(const struct schedule *schedule) {
    return schedule->log_power == 0 && schedule->power == 0;
}

double schedule_value(const struct schedule *schedule, double log_n) {
    if (schedule->power == 0) { return schedule->coef * pow(log_n, schedule->log_power); }
    return schedule->coef * exp(schedule->log_power * log(log_n) + schedule->power * log_n);
}

double schedule_log(const struct schedule *schedule, double log_n) {
    return log(schedule->coef) + schedule->log_power * log(log_n) + schedule->power * log_n;
}

struct schedule schedule_times(struct schedule base, const struct schedule *factor, double exponent) {
    return (struct schedule){
        .coef = base.coef * pow(factor->coef, exponent),
        .log_power = base.log_power + exponent * factor->log_power,
        .power = base.power + exponent * factor->power,
    };
}
