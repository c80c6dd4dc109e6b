#include "analysis/report/fitcsv.h"

#include "analysis/report/columns.h"
#include "analysis/text/csv.h"

/* Whether a column has one value at each n of any series, or one for the series; laws have names of their
 * own. */
static bool is_told(const struct column *c) {
    bool told = !c->aside && c->rank <= 2;
    for (unsigned k = 0; k < c->rank; k++) {
        told = told &&
               (c->axis[k] == COLUMN_LOG_N || c->axis[k] == COLUMN_CRITERION || c->axis[k] == COLUMN_LAW);
    }
    return told && !(c->rank == 1 && c->axis[0] == COLUMN_CRITERION);
}

typedef void teller(FILE *out, const struct column *column, const struct column_place *place);

static void tell_name(FILE *out, const struct column *c, const struct column_place *place) {
    char name[WORDS];
    csv_print_text(out, column_name(c, place, name));
}

static void tell_value(FILE *out, const struct column *c, const struct column_place *place) {
    if (c->text) {
        const char *text = c->text(place);
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
        if (place.fit->primary == place.fit->criteria) { continue; }
        for (size_t n = 0; n < place.fit->lengths; n++) {
            place.at[COLUMN_LOG_N] = n;
            print_line(out, &place, tell_value);
        }
    }
}
