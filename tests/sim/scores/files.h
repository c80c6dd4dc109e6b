/* files: small files of scores in every format, written to a directory of their own, and their rows read
 * back. */
#ifndef GAPSCALE_TESTS_SIM_SCORES_FILES_H
#define GAPSCALE_TESTS_SIM_SCORES_FILES_H

#include "tests/test.h"

#include <ftw.h>
#include <hdf5.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/scores/scores.h"

/* A directory of its own, and stderr kept in a file. */
struct scratch {
    char directory[256], messages[288], said[1 << 16];
    int kept;
};

static inline int set_up(void **state) {
    struct scratch *s = calloc(1, sizeof *s);
    const char *place = getenv("TMPDIR");
    if (!s) { return -1; }
    snprintf(s->directory, sizeof s->directory, "%.200s/gapscale-scores-XXXXXX", place ? place : P_tmpdir);
    if (!mkdtemp(s->directory)) { return -1; }
    snprintf(s->messages, sizeof s->messages, "%s/stderr", s->directory);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    *state = s;
    return 0;
}

static inline int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk) {
    (void)info;
    (void)kind;
    (void)walk;
    return remove(path);
}

static inline int tear_down(void **state) {
    struct scratch *s = *state;
    int status = nftw(s->directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(s);
    return status;
}

enum { FILES_PATH = 400 };
struct file_path {
    char text[FILES_PATH];
};
static inline struct file_path file_in(const struct scratch *s, const char *name) {
    struct file_path path;
    snprintf(path.text, sizeof path.text, "%s/%s", s->directory, name);
    return path;
}

static inline void quiet_start(struct scratch *s) {
    fflush(stderr);
    s->kept = dup(STDERR_FILENO);
    assert_non_null(freopen(s->messages, "wb", stderr));
}

/* said[] receives what was said. */
static inline void quiet_end(struct scratch *s) {
    fflush(stderr);
    dup2(s->kept, STDERR_FILENO);
    close(s->kept);
    FILE *file = fopen(s->messages, "rb");
    assert_non_null(file);
    s->said[fread(s->said, 1, sizeof s->said - 1, file)] = '\0';
    fclose(file);
}

/* ---- numbers ---- */

/* Multiples of 1/16 below 8: exact in every type. Without end: a new one for every seed. */
static inline double simple_number(uint64_t seed) {
    uint64_t x = (seed + 1) * 0x9e3779b97f4a7c15u;
    x ^= x >> 29;
    x *= 0xbf58476d1ce4e5b9u;
    return ((double)(x >> 56) - 128) / 16;
}

static inline double *simple_numbers(size_t count, uint64_t seed) {
    double *value = malloc(count * sizeof *value);
    assert_non_null(value);
    for (size_t i = 0; i < count; i++) { value[i] = simple_number(seed * 1000003 + i); }
    return value;
}

/* Of a number that a half holds exactly. */
static inline uint16_t half_bits(double x) {
    int exponent;
    if (isinf(x)) { return x > 0 ? 0x7c00 : 0xfc00; }
    double fraction = frexp(fabs(x), &exponent); /* [1/2, 1) */
    uint16_t sign = signbit(x) ? 0x8000 : 0;
    if (x == 0) { return sign; }
    return (uint16_t)(sign | (exponent + 14) << 10 | ((int)(fraction * 2048) & 0x3ff));
}

static inline uint16_t bfloat_bits(double x) {
    float single = (float)x;
    uint32_t bits;
    memcpy(&bits, &single, sizeof bits);
    return (uint16_t)(bits >> 16);
}

/* As little-endian bytes of 2 ('h': half, 'b': bfloat16), 4 or 8 ('f', 'd'). Free with free(). */
static inline unsigned char *encode(char type, size_t count, const double *value, size_t *length) {
    size_t each = type == 'd' ? 8 : type == 'f' ? 4 : 2;
    unsigned char *bytes = malloc(count * each + 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < count; i++) {
        float single = (float)value[i];
        uint16_t small = type == 'h' ? half_bits(value[i]) : bfloat_bits(value[i]);
        memcpy(bytes + i * each,
               type == 'd'   ? (const void *)&value[i]
               : type == 'f' ? (const void *)&single
                             : (const void *)&small,
               each);
    }
    *length = count * each;
    return bytes;
}

/* ---- formats ---- */

static inline void write_bytes(const char *path, const void *head, size_t head_length, const void *bytes,
                               size_t length) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(head, 1, head_length, file), head_length);
    if (length > 0) { assert_int_equal(fwrite(bytes, 1, length, file), length); }
    assert_int_equal(fclose(file), 0);
}

/* `shape` as "(3, 4)"; `descr` as "<f4". */
static inline void write_npy(const char *path, int version, const char *descr, const char *shape,
                             const void *bytes, size_t length) {
    unsigned char head[512] = {0x93, 'N', 'U', 'M', 'P', 'Y', (unsigned char)version, 0};
    size_t start = version == 1 ? 10 : 12;
    size_t text = (size_t)snprintf((char *)head + start, 400,
                                   "{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, shape);
    while ((start + text + 1) % 64 != 0) { head[start + text++] = ' '; }
    head[start + text++] = '\n';
    head[8] = (unsigned char)(text & 255);
    head[9] = (unsigned char)(text >> 8);
    write_bytes(path, head, start + text, bytes, length);
}

static inline void write_safetensors(const char *path, const char *header, const void *bytes, size_t length) {
    char head[4096] = {0};
    size_t text = strlen(header);
    for (size_t i = 0; i < 8; i++) { head[i] = (char)(text >> (8 * i) & 255); }
    memcpy(head + 8, header, text);
    write_bytes(path, head, 8 + text, bytes, length);
}

static inline hid_t h5_new(const char *path) {
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(file >= 0);
    return file;
}

/* A float of 16 bits, so many of them of its exponent. */
static inline hid_t h5_small(size_t exponent, H5T_order_t order) {
    hid_t type = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_fields(type, 15, 15 - exponent, exponent, 0, 15 - exponent);
    H5Tset_size(type, 2);
    H5Tset_ebias(type, ((size_t)1 << (exponent - 1)) - 1);
    H5Tset_order(type, order);
    return type;
}

/* Writes doubles as numbers of `type`; chunked and compressed where `chunk` is given. Close with H5Dclose. */
static inline hid_t h5_array(hid_t at, const char *name, hid_t type, unsigned rank, const hsize_t *size,
                             const hsize_t *chunk, const double *value) {
    hid_t space = H5Screate_simple((int)rank, size, NULL), list = H5Pcreate(H5P_DATASET_CREATE);
    if (chunk) {
        H5Pset_chunk(list, (int)rank, chunk);
        H5Pset_shuffle(list);
        H5Pset_deflate(list, 4);
    }
    hid_t id = H5Dcreate2(at, name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    assert_true(id >= 0);
    if (value) { assert_true(H5Dwrite(id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0); }
    H5Pclose(list);
    H5Sclose(space);
    return id;
}

static inline void h5_matrix(hid_t at, const char *name, hsize_t rows, hsize_t columns, const double *value) {
    H5Dclose(h5_array(at, name, H5T_IEEE_F64LE, 2, (hsize_t[]){rows, columns}, NULL, value));
}

static inline void h5_numbers(hid_t at, const char *name, hsize_t count, const double *value) {
    hid_t space = H5Screate_simple(1, &count, NULL);
    hid_t id = H5Acreate2(at, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(id >= 0 && H5Awrite(id, H5T_NATIVE_DOUBLE, value) >= 0);
    H5Aclose(id);
    H5Sclose(space);
}

static inline void h5_number(hid_t at, const char *name, double value) {
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t id = H5Acreate2(at, name, H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(id >= 0 && H5Awrite(id, H5T_NATIVE_DOUBLE, &value) >= 0);
    H5Aclose(id);
    H5Sclose(space);
}

/* Of a compound type: neither a text nor numbers. */
static inline void h5_pair(hid_t at, const char *name) {
    hid_t type = H5Tcreate(H5T_COMPOUND, 2 * sizeof(double)), space = H5Screate(H5S_SCALAR);
    H5Tinsert(type, "a", 0, H5T_NATIVE_DOUBLE);
    H5Tinsert(type, "b", sizeof(double), H5T_NATIVE_DOUBLE);
    hid_t id = H5Acreate2(at, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(id >= 0 && H5Awrite(id, type, (double[]){1, 1}) >= 0);
    H5Aclose(id);
    H5Sclose(space);
    H5Tclose(type);
}

/* Of fixed length, as NumPy and ncatted write it; `size` 0: of variable length. */
static inline void h5_text(hid_t at, const char *name, const char *text, size_t size) {
    hid_t space = H5Screate(H5S_SCALAR), type = H5Tcopy(H5T_C_S1);
    char padded[256];
    memset(padded, ' ', sizeof padded);
    memcpy(padded, text, strlen(text));
    H5Tset_size(type, size > 0 ? size : H5T_VARIABLE);
    if (size > 0) { H5Tset_strpad(type, H5T_STR_SPACEPAD); }
    hid_t id = H5Acreate2(at, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(id >= 0 && H5Awrite(id, type, size > 0 ? (const void *)padded : (const void *)&text) >= 0);
    H5Aclose(id);
    H5Tclose(type);
    H5Sclose(space);
}

/* ---- rows ---- */

/* All rows that a request gives, with numbers of their own. */
struct rows {
    size_t count, batches;
    size_t singles; /* rows that are there as floats */
    struct scores_notes notes;
    struct scores_row *row;
};

static inline void *copy_of(const void *from, size_t size) {
    void *copy = malloc(size);
    assert_non_null(copy);
    return memcpy(copy, from, size);
}

static inline void add_batch(struct rows *rows, const struct scores_batch *batch) {
    rows->row = realloc(rows->row, (rows->count + batch->count) * sizeof *rows->row);
    rows->batches++;
    for (size_t i = 0; i < batch->count; i++) {
        struct scores_row *row = &rows->row[rows->count++];
        *row = batch->row[i];
        double *score = malloc(row->count * sizeof *score);
        assert_non_null(score);
        assert_true((row->single != NULL) != (row->score != NULL));
        for (size_t k = 0; k < row->count; k++) { score[k] = scores_number(row, k); }
        rows->singles += row->single != NULL;
        row->single = NULL;
        row->score = score;
        if (row->key) { row->key = copy_of(row->key, row->count * sizeof *row->key); }
    }
}

/* How reading ended. */
static inline enum scores_outcome read_rows(struct scores *scores, int threads, struct rows *rows) {
    struct scores_batch batch;
    enum scores_outcome outcome;
    *rows = (struct rows){0};
    while ((outcome = scores_next(scores, threads, &batch)) == SCORES_MORE) { add_batch(rows, &batch); }
    rows->notes = *scores_notes(scores);
    return outcome;
}

static inline void free_rows(struct rows *rows) {
    for (size_t i = 0; i < rows->count; i++) {
        free((void *)rows->row[i].score);
        free((void *)rows->row[i].key);
    }
    free(rows->row);
}

#define REQUEST_BASE .scale = NAN, .trained = NAN

/* A request for one file. `path` must outlive it. */
static inline struct scores_request request_for(const char *const *path) {
    return (struct scores_request){.file_count = 1, .file = path, REQUEST_BASE};
}

static inline struct scores *open_good(struct scratch *s, const struct scores_request *request) {
    quiet_start(s);
    struct scores *scores = scores_open(request);
    quiet_end(s);
    if (!scores) { fail_msg("refused:\n%s", s->said); }
    if (!strstr(s->said, "both add rows to those")) { assert_string_equal(s->said, ""); }
    return scores;
}

static inline struct rows read_good(struct scratch *s, const struct scores_request *request, int threads) {
    struct rows rows;
    struct scores *scores = open_good(s, request);
    quiet_start(s);
    enum scores_outcome outcome = read_rows(scores, threads, &rows);
    quiet_end(s);
    if (outcome != SCORES_END) { fail_msg("cannot be read:\n%s", s->said); }
    scores_close(scores);
    return rows;
}

static inline struct rows read_file(struct scratch *s, const char *path) {
    struct scores_request request = request_for(&path);
    return read_good(s, &request, 2);
}

/* Refused when opened or read, with a message that holds all these words. */
static inline void check_refused(struct scratch *s, const struct scores_request *request, size_t count,
                                 const char *const *words) {
    struct rows rows = {0};
    enum scores_outcome outcome = SCORES_BAD;
    quiet_start(s);
    struct scores *scores = scores_open(request);
    if (scores) { outcome = read_rows(scores, 2, &rows); }
    scores_close(scores);
    quiet_end(s);
    if (outcome != SCORES_BAD) { fail_msg("accepted, with %zu rows", rows.count); }
    free_rows(&rows);
    for (size_t i = 0; i < count; i++) {
        if (!strstr(s->said, words[i])) { fail_msg("no \"%s\" in:\n%s", words[i], s->said); }
    }
}

static inline void check_row(const struct scores_row *row, size_t count, const double *score,
                             const uint32_t *key) {
    assert_int_equal(row->count, count);
    assert_memory_equal(row->score, score, count * sizeof *score);
    if (key) { assert_non_null(row->key); }
    for (size_t i = 0; i < count; i++) { assert_int_equal(row->key ? row->key[i] : i, key ? key[i] : i); }
}

#endif
