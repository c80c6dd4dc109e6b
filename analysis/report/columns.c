#include "analysis/report/columns.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/fit/beside.h"
#include "sim/base/message.h"

/* ---- places ---- */

struct column_place column_place(const struct study *study, size_t i, char room[COLUMN_TEXT]) {
    struct column_place place = {.fit = &study->fit[i],
                                 .verdict = &study->verdict[i],
                                 .attention = &study->attention[i],
                                 .room = room};
    place.at[COLUMN_CRITERION] = place.fit->primary;
    place.at[COLUMN_QUANTILE] = ORDER_MEDIAN;
    return place;
}

struct column_place column_place_class(const struct study *study, size_t i, char room[COLUMN_TEXT]) {
    const struct universality *class = &study->class[i];
    struct column_place place = column_place(study, (size_t)(class->member[0].fit - study->fit), room);
    place.class = class;
    return place;
}

size_t column_size(const struct column_place *place, enum column_axis axis) {
    const struct fit *fit = place->fit;
    const size_t size[COLUMN_AXES] = {
        [COLUMN_LOG_N] = fit->lengths,
        [COLUMN_CRITERION] = fit->criteria,
        [COLUMN_QUANTILE] = ORDER_QUANTILES,
        [COLUMN_INTERVAL] = fit->intervals,
        [COLUMN_WINDOW] = fit->windows,
        [COLUMN_LAW_WINDOW] = place->verdict->window_count,
        [COLUMN_BETA] = fit->series->size[RESULTS_BETA],
        [COLUMN_ALPHA] = fit->series->size[RESULTS_ALPHA],
        [COLUMN_SINK] = fit->series->size[RESULTS_SINK],
        [COLUMN_MEMBER] = place->class ? place->class->count : 0,
        [COLUMN_LAW] = VERDICT_LAWS,
        [COLUMN_PARAMETER] = fit->series->family->parameter_count,
        [COLUMN_REGIME] = ATTENTION_REGIMES,
        [COLUMN_QUESTION] = ATTENTION_QUESTIONS,
        [COLUMN_TEST] = UNIVERSALITY_QUESTIONS,
    };
    return size[axis];
}

bool column_has(const struct column_place *place, enum column_axis axis, size_t index) {
    const struct results_series *s = place->fit->series;
    switch (axis) {
    case COLUMN_REGIME: return place->attention->part[index].points > 0;
    case COLUMN_PARAMETER: return family_parameter_shows(s->family, s->parameter, index);
    default: return true;
    }
}

const char *column_label(const struct column_place *place, enum column_axis axis) {
    static const char *const dimension[COLUMN_DIMENSIONS] = {
        [COLUMN_LOG_N] = "log_n",       [COLUMN_CRITERION] = "criterion", [COLUMN_QUANTILE] = "quantile",
        [COLUMN_INTERVAL] = "interval", [COLUMN_WINDOW] = "window",       [COLUMN_LAW_WINDOW] = "law_window",
        [COLUMN_BETA] = "beta_index",   [COLUMN_ALPHA] = "entmax_alpha",  [COLUMN_SINK] = "sink_score",
        [COLUMN_MEMBER] = "member",
    };
    size_t at = place->at[axis];
    switch (axis) {
    case COLUMN_LAW: return verdict_law[at];
    case COLUMN_PARAMETER: return place->fit->series->family->parameter[at].name;
    case COLUMN_REGIME: return attention_point_regime_name[at];
    case COLUMN_QUESTION: return attention_point_question_name[at];
    case COLUMN_TEST: return universality_question_name[at];
    default: return dimension[axis];
    }
}

double column_log_n(const struct column_place *p) { return p->fit->series->log_n[p->at[COLUMN_LOG_N]]; }

size_t column_point(const struct column_place *p) {
    return p->at[COLUMN_LOG_N] * column_size(p, COLUMN_BETA) + p->at[COLUMN_BETA];
}

const char *column_criterion(const struct column_place *p) {
    const size_t k = p->at[COLUMN_CRITERION];
    if (k == p->fit->criteria) { return NULL; }
    criterion_label(&p->fit->series->criterion[k], p->room);
    return p->room;
}

const char *column_name(const struct column *column, const struct column_place *place, char out[WORDS]) {
    size_t length = 0;
    unsigned axis = 0;
    for (const char *c = column->name; *c && length + 1 < WORDS; c++) {
        if (*c == '%') {
            length += strlen(strcpy(out + length, column_label(place, column->axis[axis++])));
            c++;
        } else {
            out[length++] = *c;
        }
    }
    out[length] = '\0';
    return out;
}

bool column_is_array(const struct column *c) { return c->rank > 0 && c->axis[0] < COLUMN_DIMENSIONS; }

const struct column *column_find(const struct column_table *table, bool array, const char *name) {
    const struct column *found = NULL;
    for (size_t i = 0; i < table->count; i++) {
        const struct column *c = &table->column[i];
        if (strcmp(c->name, name) == 0 && (!found || column_is_array(c) == array)) { found = c; }
    }
    if (found) { return found; }
    message_error("no column is called %s", name);
    abort();
}

/* What lies in a structure; NULL: nothing. */
static const void *member_of(const struct column *c, const struct column_place *place) {
    const char *structure = c->of ? c->of(place) : NULL;
    return structure ? structure + c->offset : NULL;
}

bool column_is_text(const struct column *c) { return c->text || c->names; }

const char *column_text(const struct column *c, const struct column_place *place) {
    if (c->text) { return c->text(place); }
    const int *value = member_of(c, place);
    return value ? c->names[*value] : NULL;
}

double column_number(const struct column *c, const struct column_place *place) {
    if (c->number) { return c->number(place); }
    if (c->whole) { return (double)*c->whole(place); }
    const void *member = column_is_text(c) ? NULL : member_of(c, place);
    if (!member) { return NAN; }
    return c->counts ? (double)*(const size_t *)member : *(const double *)member;
}

double column_value(const struct column_table *table, bool array, const char *name, const char *ending,
                    const struct column_place *place) {
    char whole[WORDS];
    snprintf(whole, sizeof whole, "%s%s", name, ending);
    return column_number(column_find(table, array, whole), place);
}

double column_half(const struct column_table *table, bool array, const char *name,
                   const struct column_place *place) {
    return (column_value(table, array, name, "_high", place) -
            column_value(table, array, name, "_low", place)) /
           2;
}
