/* note: what a diagnosis says of a group of measured rows beside its arrays, in words and single numbers: an
 * attribute of the group in the file (results/SCHEMA.md). */
#ifndef GAPSCALE_SIM_RESULTS_NOTE_H
#define GAPSCALE_SIM_RESULTS_NOTE_H

#include "sim/results/results.h"
#include "sim/storage/h5file.h"

enum { NOTE_MOST = 96 };

/* Adds one, of at most NOTE_MOST. None is told twice; name and text are copied. */
void note_text(struct results_series *series, const char *name, const char *text);
void note_whole(struct results_series *series, const char *name, uint64_t whole);
void note_number(struct results_series *series, const char *name, double number); /* NaN: there is none */
const struct h5_attribute *note_find(const struct results_series *series, const char *name); /* or NULL */

/* Takes those that a group of measured rows has: all its attributes but family and replicates. */
void note_take(struct results_series *series, const struct h5_group *group);

#endif
