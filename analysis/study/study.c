#include "analysis/study/study.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analysis/study/declared.h"
#include "analysis/study/pool.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/results/store.h"
#include "sim/sweep/exact.h"

static const char taken_name[] = "all"; /* figures over all series begin so */

/* The name that its series would give it. */
static const char *own_name(const struct fit *fit) {
    const bool heads =
        fit->series->family->kind == FAMILY_MEASURED && strcmp(fit->series->name, taken_name) == 0;
    return heads ? "all-heads" : fit->series->name;
}

static bool keeps_own_name(const struct study *study, size_t index) {
    const char *name = own_name(&study->fit[index]);
    if (strcmp(name, taken_name) == 0) { return false; }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(own_name(&study->fit[i]), name) == 0) { return false; }
    }
    return true;
}

/* Whether a series has it, or one of the first `named` fits. */
static bool name_is_taken(const struct study *study, size_t named, const char *name) {
    for (size_t i = 0; i < study->count; i++) {
        if (strcmp(own_name(&study->fit[i]), name) == 0) { return true; }
        if (i < named && strcmp(study->fit[i].name, name) == 0) { return true; }
    }
    return false;
}

static void study_name(struct study *study) {
    for (size_t i = 0; i < study->count; i++) {
        struct fit *fit = &study->fit[i];
        const char *own = own_name(fit);
        snprintf(fit->name, sizeof fit->name, "%s", own);
        if (keeps_own_name(study, i)) { continue; }
        for (size_t k = 2; k == 2 || name_is_taken(study, i, fit->name); k++) {
            snprintf(fit->name, sizeof fit->name, "%s-%zu", own, k);
        }
    }
}

/* Says of which series the attributes declare another law than they were made for. */
static void study_declare(struct results *results, const char *path) {
    for (size_t i = 0; i < results->series_count; i++) {
        if (declared_apply(&results->series[i])) {
            message_say("%s: `%s` was not made for the law that its attributes declare; it is judged by "
                        "that, and exact values are computed again",
                        path, results->series[i].name);
        }
    }
}

/* A file that is given twice would be a second witness of its own numbers. */
static bool are_different(size_t count, char *const *paths) {
    struct stat *there = memory_create(count, sizeof *there);
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        if (stat(paths[i], &there[i]) != 0) { continue; }
        for (size_t k = 0; k < i && good; k++) {
            good = there[k].st_ino != there[i].st_ino || there[k].st_dev != there[i].st_dev;
            if (!good) { message_error("%s and %s are one file; leave one of them out", paths[k], paths[i]); }
        }
    }
    free(there);
    return good;
}

static int study_read(struct study *study, size_t count, char *const *paths) {
    *study = (struct study){.paths = (const char *const *)paths,
                            .results = memory_create(count, sizeof(struct results *))};
    if (!are_different(count, paths)) { return EXIT_USAGE; }
    for (size_t i = 0; i < count; i++) {
        study->results[i] = store_read(paths[i]);
        if (!study->results[i]) { return EXIT_USAGE; }
        study->file_count++;
        study_declare(study->results[i], paths[i]);
    }
    return EXIT_DONE;
}

/* "a.h5, b.h5". */
static char *join_paths(size_t count, char *const *paths) {
    char *all = memory_copy_text(paths[0]);
    for (size_t i = 1; i < count; i++) {
        char *longer = memory_format("%s, %s", all, paths[i]);
        free(all);
        all = longer;
    }
    return all;
}

/* Fits of a file, or of what is pooled. */
static void study_fit(struct study *study, struct results *results, const char *path) {
    exact_fill(results, omp_get_max_threads());
    study->fit = memory_resize(study->fit, study->count + results->series_count, sizeof *study->fit);
    for (size_t i = 0; i < results->series_count; i++) {
        fit_make(&study->fit[study->count++], results, i, path);
    }
}

int study_open(struct study *study, size_t count, char *const *paths, bool pooled) {
    int status = study_read(study, count, paths);
    if (status != EXIT_DONE) { return status; }
    if (pooled) {
        study->pooled = pool_make(count, study->results, study->paths);
        if (!study->pooled) { return EXIT_USAGE; }
        study->pooled_name = join_paths(count, paths);
        study_fit(study, study->pooled, study->pooled_name);
    }
    for (size_t i = 0; !pooled && i < count; i++) { study_fit(study, study->results[i], paths[i]); }
    study_name(study);
    study->class = universality_find(study->count, study->fit, &study->class_count);
    return EXIT_DONE;
}

void study_judge(struct study *study) {
    study->verdict = memory_create(study->count, sizeof *study->verdict);
    study->attention = memory_create(study->count, sizeof *study->attention);
#pragma omp parallel for schedule(dynamic, 1)
    for (size_t i = 0; i < study->count; i++) {
        verdict_make(&study->verdict[i], &study->fit[i]);
        attention_make(&study->attention[i], study->fit[i].series, study->fit[i].common);
    }
    for (size_t i = 0; i < study->class_count; i++) { universality_judge(&study->class[i]); }
}

void study_release(struct study *study) {
    universality_release(study->class_count, study->class);
    for (size_t i = 0; i < study->count; i++) { fit_release(&study->fit[i]); }
    for (size_t i = 0; study->attention && i < study->count; i++) { attention_release(&study->attention[i]); }
    for (size_t i = 0; i < study->file_count; i++) { results_free(study->results[i]); }
    results_free(study->pooled);
    free(study->pooled_name);
    free(study->fit);
    free(study->verdict);
    free(study->attention);
    free(study->results);
    *study = (struct study){0};
}
