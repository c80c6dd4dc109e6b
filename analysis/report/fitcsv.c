#include "analysis/report/report.h"

#include <string.h>

#include "analysis/report/columns.h"
#include "analysis/text/csv.h"

/* Whether a column has one value at each n of any series, or one for the series; laws have names of their
 * own, and of quantiles the median is told. */
static bool is_told(const struct column *c) {
    bool told = !c->aside && !c->by_n;
    for (unsigned k = 0; k < c->rank; k++) {
        told = told && (c->axis[k] == COLUMN_LOG_N || c->axis[k] == COLUMN_CRITERION ||
                        c->axis[k] == COLUMN_QUANTILE || c->axis[k] == COLUMN_LAW);
    }
    return told && (c->rank != 1 || c->axis[0] == COLUMN_LOG_N || c->axis[0] == COLUMN_LAW);
}

/* Whether an attribute of the series has this name. */
static bool is_of_series(const char *name) {
    for (size_t i = 0; i < column_fit.count; i++) {
        const struct column *c = &column_fit.column[i];
        if (c->rank == 0 && is_told(c) && strcmp(c->name, name) == 0) { return true; }
    }
    return false;
}

typedef void teller(FILE *out, const struct column *column, const struct column_place *place);

/* No name twice: what the series and each n have alike ends in _at_n where it is told of n. */
static void tell_name(FILE *out, const struct column *c, const struct column_place *place) {
    char name[WORDS], told[WORDS + sizeof "_at_n"];
    column_name(c, place, name);
    char *level = c->rank > 0 && c->axis[c->rank - 1] == COLUMN_QUANTILE ? strstr(name, "_quantile") : NULL;
    if (level) { strcpy(level, "_median"); }
    snprintf(told, sizeof told, "%s%s", name, c->rank > 0 && is_of_series(name) ? "_at_n" : "");
    csv_print_text(out, told);
}

static void tell_value(FILE *out, const struct column *c, const struct column_place *place) {
    if (column_is_text(c)) {
        const char *text = column_text(c, place);
        csv_print_text(out, text ? text : "");
    } else {
        csv_print_number(out, column_number(c, place));
    }
}

/* All columns at a place, those of laws for each of these. */
static void print_line(FILE *out, const struct column_place *at, teller *tell) {
    struct column_place place = *at;
    bool is_first = true;
    for (size_t i = 0; i < column_fit.count; i++) {
        const struct column *c = &column_fit.column[i];
        const bool by_law = c->rank > 0 && c->axis[0] == COLUMN_LAW;
        for (size_t law = 0; is_told(c) && law < (by_law ? VERDICT_LAWS : 1); law++) {
            place.at[COLUMN_LAW] = law;
            if (!is_first) { fputc(',', out); }
            tell(out, c, &place);
            is_first = false;
        }
    }
    fputc('\n', out);
}

void fitcsv_print(FILE *out, const struct study *study) {
    char room[COLUMN_TEXT];
    for (size_t i = 0; i < study->count; i++) {
        struct column_place place = column_place(study, i, room);
        if (i == 0) { print_line(out, &place, tell_name); }
        if (!fit_criterion(place.fit)) { continue; }
        for (size_t n = 0; n < place.fit->lengths; n++) {
            place.at[COLUMN_LOG_N] = n;
            print_line(out, &place, tell_value);
        }
    }
}
