/* written: scores written to a file and diagnosed from it. Each function fails the test where that goes
 * wrong. */
#ifndef GAPSCALE_TESTS_ANALYSIS_DIAGNOSIS_WRITTEN_H
#define GAPSCALE_TESTS_ANALYSIS_DIAGNOSIS_WRITTEN_H

#include "tests/test.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/diagnosis/story.h"
#include "analysis/diagnosis/tally.h"
#include "sim/base/memory.h"

enum { WRITTEN_PATH = 64 };

/* A file of its own in /tmp. Close with H5Fclose, remove with unlink. */
static inline hid_t written_open(char path[WRITTEN_PATH]) {
    snprintf(path, WRITTEN_PATH, "/tmp/gapscale-scores-XXXXXX.h5");
    int descriptor = mkstemps(path, 3);
    assert_true(descriptor >= 0);
    close(descriptor);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(file >= 0);
    return file;
}

static inline void written_attribute(hid_t place, const char *name, hid_t type, size_t count,
                                     const void *value) {
    hsize_t size = count;
    hid_t space = H5Screate_simple(1, &size, NULL);
    hid_t attribute = H5Acreate2(place, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(attribute >= 0 && H5Awrite(attribute, type, value) >= 0);
    H5Aclose(attribute);
    H5Sclose(space);
}

/* query_position: the last `queries` of `keys`. */
static inline void written_positions(hid_t place, size_t queries, size_t keys) {
    hsize_t size = queries;
    hid_t space = H5Screate_simple(1, &size, NULL);
    hid_t data =
        H5Dcreate2(place, "query_position", H5T_STD_I32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    int *position = calloc(queries, sizeof *position);
    for (size_t q = 0; q < queries; q++) { position[q] = (int)(keys - queries + q); }
    assert_true(data >= 0 && H5Dwrite(data, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, position) >= 0);
    free(position);
    H5Dclose(data);
    H5Sclose(space);
}

/* GROUP/scores (sequence, layer, head, query, key); the same sequences in every group, the queries the last
 * keys. `stored`: H5T_IEEE_F64LE and so on. */
static inline void written_scores(hid_t file, const char *group, const hsize_t size[5], hid_t stored,
                                  const double *score) {
    hid_t place = H5Gcreate2(file, group, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(5, size, NULL);
    hid_t data = H5Dcreate2(place, "scores", stored, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    int *sequence = calloc(size[0], sizeof *sequence);
    assert_true(data >= 0 && H5Dwrite(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, score) >= 0);
    for (size_t s = 0; s < size[0]; s++) { sequence[s] = (int)s; }
    written_attribute(data, "sequence_id", H5T_NATIVE_INT, size[0], sequence);
    free(sequence);
    written_positions(place, size[3], size[4]);
    H5Dclose(data);
    H5Sclose(space);
    H5Gclose(place);
}

/* A file that was diagnosed. */
struct told {
    struct scores *scores;
    struct survey survey;
    struct diagnosis diagnosis;
    struct results *results;
};

/* What the shape of results follows from (sim/results/empirical.h). */
static inline char *options_text(const struct scores_facts *facts) {
    char *text;
    size_t length;
    FILE *out = memory_stream_open(&text, &length);
    fputs("diagnose: []\nn: [", out);
    for (size_t l = 0; l < facts->length_count; l++) {
        fprintf(out, "%s%.17g", l ? ", " : "", facts->length[l]);
    }
    fputs("]\nbeta: [0.5, 1, 2]\n", out);
    memory_stream_close(out, &text);
    return text;
}

/* What the second reading makes of a diagnosis. */
static inline struct results *told_again(struct scores *scores, struct diagnosis *diagnosis) {
    const double beta[] = {0.5, 1, 2};
    char *text = options_text(scores_facts(scores));
    struct results *results = tally_make(scores, &(struct tally_request){3, beta, text, 2}, diagnosis);
    free(text);
    assert_non_null(results);
    return results;
}

/* The diagnosis of a survey, its scores read again. */
static inline struct diagnosis told_survey(struct scores *scores, const struct survey *survey) {
    struct diagnosis diagnosis;
    diagnosis_make(survey, &diagnosis);
    results_free(told_again(scores, &diagnosis));
    return diagnosis;
}

static inline void told_make(struct told *t, const char *path, double trained, double first_length) {
    const struct scores_request request = {.file_count = 1,
                                           .file = &path,
                                           .scale = NAN,
                                           .trained = trained,
                                           .length_count = first_length > 0 ? 1 : 0,
                                           .length = &first_length};
    t->scores = scores_open(&request);
    assert_non_null(t->scores);
    assert_true(survey_make(t->scores, 2, &t->survey));
    diagnosis_make(&t->survey, &t->diagnosis);
    t->results = told_again(t->scores, &t->diagnosis);
}

static inline void told_release(struct told *t) {
    results_free(t->results);
    diagnosis_release(&t->diagnosis);
    survey_release(&t->survey);
    scores_close(t->scores);
}

static inline const struct diagnosis_group *told_group(const struct told *t, const char *name) {
    for (size_t i = 0; i < t->diagnosis.group_count; i++) {
        if (strcmp(t->diagnosis.group[i].name, name) == 0) { return &t->diagnosis.group[i]; }
    }
    fail_msg("no group %s", name);
    return NULL;
}

#endif
