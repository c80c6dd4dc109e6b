/* Files that cannot be read: a message that names the place and what to do, in bounded memory and time. */
#include "tests/sim/scores/files.h"

#include <fcntl.h>
#include <float.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { ROWS = 3, KEYS = 4 };

static void refuse(struct scratch *s, const char *path, const char *first, const char *second) {
    struct scores_request request = request_for(&path);
    check_refused(s, &request, 3, (const char *[]){"gapscale: error: ", first, second});
}

/* An HDF5 file with one array of these sizes. */
static struct file_path one_array(const struct scratch *s, const char *name, hid_t type, unsigned rank,
                                  const hsize_t *size, const double *value) {
    struct file_path path = file_in(s, "a.h5");
    hid_t file = h5_new(path.text);
    H5Dclose(h5_array(file, name, type, rank, size, NULL, value));
    H5Fclose(file);
    return path;
}

static void test_shapes(void **state) {
    struct scratch *s = *state;
    double *value = simple_numbers(1024, 1);
    const hsize_t size[9] = {2, 2, 2, 2, 2, 2, 2, 2, 2}, none[2] = {0, 4}, no_keys[2] = {3, 0};
    refuse(s, one_array(s, "scores", H5T_IEEE_F32LE, 1, size, value).text, "/scores: it has no two axes",
           "query,key");
    refuse(s, one_array(s, "scores", H5T_IEEE_F32LE, 6, size, value).text, "/scores: it has 6 axes",
           "--axes");
    refuse(s, one_array(s, "scores", H5T_IEEE_F32LE, 9, size, value).text, "/scores: ", "more than 8 axes");
    refuse(s, one_array(s, "scores", H5T_IEEE_F32LE, 2, none, NULL).text, "/scores: its axis query",
           "size 0");
    refuse(s, one_array(s, "scores", H5T_IEEE_F32LE, 2, no_keys, NULL).text, "/scores: its axis key",
           "size 0");
    refuse(s, one_array(s, "scores", H5T_STD_I32LE, 2, size, value).text, "/scores: its numbers are integers",
           "dtype = \"bfloat16\"");
    refuse(s, one_array(s, "scores", H5T_IEEE_F32LE, 2, size, NULL).text,
           "/scores: ", "not all of it was ever written; was the program");
    free(value);
}

static void test_names(void **state) {
    struct scratch *s = *state;
    double value[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct file_path path = one_array(s, "logits", H5T_IEEE_F32LE, 2, (hsize_t[]){2, 4}, value);
    refuse(s, path.text, "no scores, nor queries with keys", "there are: /logits; name them with --scores");
    const char *file = path.text;
    struct scores_request request = request_for(&file);
    request.scores = "weights";
    check_refused(s, &request, 2, (const char *[]){"no weights in any group", "/logits"});
    request.scores = NULL;
    request.queries = "q";
    check_refused(s, &request, 2, (const char *[]){"no q with keys", "/logits"});
    struct file_path group;
    snprintf(group.text, sizeof group.text, "%.300s:n512", path.text);
    refuse(s, group.text, "in /n512", "/logits");
    refuse(s, one_array(s, "queries", H5T_IEEE_F32LE, 2, (hsize_t[]){2, 4}, value).text, "queries with keys",
           "/queries");
    H5Fclose(h5_new(path.text));
    refuse(s, path.text, "no arrays at all", "--scores");
    request = (struct scores_request){.queries = "a.npy", REQUEST_BASE};
    check_refused(s, &request, 1, (const char *[]){"--queries A.npy --keys B.npy"});
}

static struct file_path scores_file(const struct scratch *s, double at_five) {
    double value[ROWS * KEYS] = {1, 2, 3, 4, 5, at_five, 7, 8, 9, 1, 2, 3};
    return one_array(s, "scores", H5T_IEEE_F64LE, 2, (hsize_t[]){ROWS, KEYS}, value);
}

static void test_numbers(void **state) {
    struct scratch *s = *state;
    refuse(s, scores_file(s, NAN).text, "sequence 0, layer 0, head 0, query 1, key 1 is NaN", "-inf");
    refuse(s, scores_file(s, INFINITY).text, "query 1, key 1 is +inf, as of a number too large", "mask");
    double value[ROWS * KEYS] = {1,         2,   3, 4, 5, -INFINITY,
                                 -INFINITY, NAN, 9, 1, 2, 3}; /* beyond all keys seen */
    struct file_path path = one_array(s, "scores", H5T_IEEE_F64LE, 2, (hsize_t[]){ROWS, KEYS}, value);
    refuse(s, path.text, "query 1, key 3 is NaN", "-inf");
    value[7] = INFINITY;
    path = one_array(s, "scores", H5T_IEEE_F64LE, 2, (hsize_t[]){ROWS, KEYS}, value);
    refuse(s, path.text, "query 1, key 3 is +inf", "-inf");
}

/* Scores as far apart as doubles reach are read, what is further is not. */
static void test_reach(void **state) {
    struct scratch *s = *state;
    enum { SEEN = 4, WIDE = 6 };
    const double half = DBL_MAX / 2, hidden = -INFINITY, bad[] = {-half * 1.0001, -DBL_MAX};
    const double row[][WIDE] = {{half, -half / 2, 1, -half, hidden, hidden},
                                {hidden, half, 1, -half / 2, hidden, -half}};
    const size_t lowest[] = {3, 5};
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        double value[WIDE], length = SEEN;
        char words[64];
        memcpy(value, row[i], sizeof value);
        struct file_path path = one_array(s, "scores", H5T_IEEE_F64LE, 2, (hsize_t[]){1, WIDE}, value);
        const char *file = path.text;
        struct scores_request request = request_for(&file);
        request.length_count = 1;
        request.length = &length;
        struct rows rows = read_good(s, &request, 1);
        assert_int_equal(rows.count, 1);
        free_rows(&rows);
        snprintf(words, sizeof words, "query 0, key %zu is further below", lowest[i]);
        for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
            value[lowest[i]] = bad[k];
            path = one_array(s, "scores", H5T_IEEE_F64LE, 2, (hsize_t[]){1, WIDE}, value);
            check_refused(s, &request, 2, (const char *[]){words, "doubles reach"});
        }
    }
    const double vector[4] = {1e154, 1, -1e154, 1};
    struct file_path path = file_in(s, "a.h5");
    hid_t file = h5_new(path.text);
    H5Dclose(h5_array(file, "queries", H5T_IEEE_F64LE, 2, (hsize_t[]){2, 2}, NULL, vector));
    H5Dclose(h5_array(file, "keys", H5T_IEEE_F64LE, 2, (hsize_t[]){2, 2}, NULL, vector));
    h5_number(file, "score_scale", 1);
    H5Fclose(file);
    refuse(s, path.text, "query 0, key 1 is further below", "/queries");
}

/* What stands beside the scores must fit them. */
static void add_beside(const char *path, const char *name, unsigned rank, const hsize_t *size,
                       const double *value) {
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    H5Dclose(h5_array(file, name, H5T_IEEE_F64LE, rank, size, NULL, value));
    H5Fclose(file);
}

/* An empty group, one that holds an array, a link to nothing. */
static void add_no_array(const char *path, const char *name, int kind) {
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    if (kind == 2) {
        H5Lcreate_soft("/nowhere", file, name, H5P_DEFAULT, H5P_DEFAULT);
    } else {
        hid_t group = H5Gcreate2(file, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        if (kind == 1) { h5_matrix(group, "x", 1, 2, (double[]){1, 2}); }
        H5Gclose(group);
    }
    H5Fclose(file);
}

static void test_beside(void **state) {
    struct scratch *s = *state;
    const double value[ROWS * KEYS] = {2, 2, -1};
    struct file_path path = scores_file(s, 6);
    add_beside(path.text, "row_length", 1, (hsize_t[]){KEYS}, value);
    refuse(s, path.text, "/row_length: it is 4, and must be a number for each query", "queries: 3");
    path = scores_file(s, 6);
    add_beside(path.text, "row_length", 1, (hsize_t[]){ROWS}, value);
    refuse(s, path.text, "/row_length: query 2 has -1", "whole number from 0 on");
    path = scores_file(s, 6);
    add_beside(path.text, "row_length", 1, (hsize_t[]){ROWS}, (double[]){2, 2, KEYS + 1});
    refuse(s, path.text, "/row_length: query 2 has", "at most");
    path = scores_file(s, 6);
    add_beside(path.text, "query_position", 1, (hsize_t[]){ROWS}, (double[]){0, 1e300, NAN});
    refuse(s, path.text, "/query_position: query 1", "whole number");
    path = scores_file(s, 6);
    add_beside(path.text, "mask", 2, (hsize_t[]){KEYS, ROWS}, value);
    refuse(s, path.text, "/mask: it is 4x3, and must be a number for each query (or 1) and key",
           "queries: 3, keys: 4");
    static const char *const beside[] = {"row_length", "query_position", "mask"};
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        for (int kind = 0; kind < 3; kind++) {
            path = scores_file(s, 6);
            add_no_array(path.text, beside[i], kind);
            refuse(
                s, path.text, beside[i],
                (const char *[]){"is an empty group", "is a group, and must be an array", "links to"}[kind]);
        }
    }
    const double least[] = {-INFINITY, -FLT_MAX, -1e4, NAN};
    for (size_t i = 0; i < sizeof least / sizeof *least; i++) {
        double added[ROWS * KEYS] = {0};
        added[KEYS + 2] = least[i];
        path = scores_file(s, 6);
        add_beside(path.text, "mask", 2, (hsize_t[]){ROWS, KEYS}, added);
        refuse(s, path.text, "/mask: query 1, key 2 has ", "store mask == 0");
    }
    path = scores_file(s, 6);
    add_beside(path.text, "mask", 0, NULL, value);
    refuse(s, path.text, "/mask: it is one number, and must be a number for each query (or 1) and key",
           "queries: 3, keys: 4");
}

/* Attributes that name or number what is there. */
static void test_named(void **state) {
    struct scratch *s = *state;
    static const struct {
        const char *attribute, *said;
    } cases[] = {{"sequence_id", "there are 1;"}, {"heads", "there are 1;"}, {"layers", "there are 1;"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int kind = i > 0 ? 0 : 1; kind < 3; kind++) { /* a sequence may have a text */
            struct file_path path = scores_file(s, 6);
            hid_t file = H5Fopen(path.text, H5F_ACC_RDWR, H5P_DEFAULT);
            if (kind == 0) { h5_text(file, cases[i].attribute, "words", 0); }
            if (kind == 1) { h5_numbers(file, cases[i].attribute, 1, (double[]){NAN}); }
            if (kind == 2) { h5_numbers(file, cases[i].attribute, 2, (double[]){1, 2}); }
            H5Fclose(file);
            refuse(s, path.text, cases[i].attribute, cases[i].said);
        }
    }
}

static void refuse_text(struct scratch *s, const char *path, const char *attribute, const char *text) {
    char words[128];
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    h5_text(file, attribute, text, 0);
    H5Fclose(file);
    snprintf(words, sizeof words, "attribute %s is no number: \"%s\"", attribute, text);
    refuse(s, path, ": ", words);
}

static struct file_path pair_file(const struct scratch *s, const hsize_t *queries, const hsize_t *keys) {
    struct file_path path = file_in(s, "a.h5");
    double *value = simple_numbers(4096, 3);
    hid_t file = h5_new(path.text);
    H5Dclose(h5_array(file, "queries", H5T_IEEE_F32LE, 5, queries, NULL, value));
    H5Dclose(h5_array(file, "keys", H5T_IEEE_F32LE, 5, keys, NULL, value));
    H5Fclose(file);
    free(value);
    return path;
}

static void refuse_several(struct scratch *s, const char *path, const char *attribute) {
    char words[128];
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    h5_numbers(file, attribute, 2, (double[]){1, 2});
    H5Fclose(file);
    snprintf(words, sizeof words, "attribute %s has several numbers, and must be one", attribute);
    refuse(s, path, ": ", words);
}

static void refuse_number(struct scratch *s, const char *path, const char *attribute, double number,
                          const char *said) {
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    h5_numbers(file, attribute, 1, &number);
    H5Fclose(file);
    refuse(s, path, attribute, said);
}

static void refuse_other(struct scratch *s, const char *path, const char *attribute) {
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    h5_pair(file, attribute);
    H5Fclose(file);
    refuse(s, path, attribute, "neither a text nor numbers");
}

/* Attributes that are no numbers, or none that there can be. */
static void test_attributes(void **state) {
    struct scratch *s = *state;
    const hsize_t sizes[] = {1, 2, 4, 8, 6};
    refuse_text(s, scores_file(s, 6).text, "trained_context", "32k");
    refuse_text(s, pair_file(s, sizes, sizes).text, "score_scale", "1/8");
    refuse_several(s, scores_file(s, 6).text, "trained_context");
    refuse_several(s, scores_file(s, 6).text, "causal");
    refuse_several(s, pair_file(s, sizes, sizes).text, "score_scale");
    static const char *const name[] = {"causal", "score_scale", "trained_context", "score_scale_applied",
                                       "axes",   "dtype",       "heads",           "sequence_id",
                                       "layers"};
    for (size_t i = 0; i < sizeof name / sizeof *name; i++) {
        refuse_other(s, pair_file(s, sizes, sizes).text, name[i]);
        if (i < 4) { refuse_number(s, pair_file(s, sizes, sizes).text, name[i], NAN, "is NaN"); }
    }
    refuse_number(s, scores_file(s, 6).text, "trained_context", 1, "from 2 on");
    refuse_number(s, scores_file(s, 6).text, "trained_context", INFINITY, "from 2 on");
    struct file_path kept = pair_file(s, sizes, sizes);
    hid_t file = H5Fopen(kept.text, H5F_ACC_RDWR, H5P_DEFAULT);
    h5_numbers(file, "heads", 4, (double[]){3, 1, 3, 0});
    H5Fclose(file);
    refuse(s, kept.text, "attribute heads", "no two the same");
}

static void test_unequal(void **state) {
    struct scratch *s = *state;
    const hsize_t queries[] = {1, 2, 4, 8, 6}, dim[] = {1, 2, 4, 8, 5}, heads[] = {1, 2, 3, 8, 6},
                  layers[] = {1, 1, 4, 8, 6}, more_heads[] = {1, 2, 8, 8, 6};
    refuse(s, pair_file(s, queries, dim).text, "/keys: the length of its vectors is 5", "6");
    refuse(s, pair_file(s, queries, heads).text, "/keys: its heads, 3, cannot be shared",
           "those of the queries, 4");
    refuse(s, pair_file(s, queries, more_heads).text, "/keys: its heads, 8, cannot be shared",
           "those of the queries, 4");
    refuse(s, pair_file(s, queries, layers).text, "/keys: its sequences and layers are 1 and 1", "1 and 2");
    struct file_path path = pair_file(s, queries, queries);
    hid_t file = H5Fopen(path.text, H5F_ACC_RDWR, H5P_DEFAULT);
    h5_number(file, "score_scale", 0);
    H5Fclose(file);
    refuse(s, path.text, "score_scale", "multiplied");
}

static void test_lengths(void **state) {
    struct scratch *s = *state;
    struct file_path path = scores_file(s, 6);
    const char *file = path.text;
    struct scores_request request = request_for(&file);
    const double bad[] = {1e300, 0, -3, NAN};
    request.length_count = 1;
    for (size_t i = 0; i < 4; i++) {
        request.length = bad + i;
        check_refused(s, &request, 1, (const char *[]){"from 1 to 67108864"});
    }
}

/* ---- no such file ---- */

static void test_no_files(void **state) {
    struct scratch *s = *state;
    const char *const text[] = {"", "a", "these are no numbers, but words in a file of text\n", "\x93NUMPY"};
    refuse(s, s->directory, s->directory, "it is a directory");
    refuse(s, file_in(s, "gone.h5").text, "gone.h5", "No such file");
    struct file_path path = file_in(s, "fifo");
    assert_int_equal(mkfifo(path.text, 0600), 0);
    refuse(s, path.text, "fifo: it is no regular file", "");
    path = file_in(s, "words");
    for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
        write_bytes(path.text, text[i], strlen(text[i]), NULL, 0);
        refuse(s, path.text, "words: it is no HDF5 file", "diagnose reads HDF5, .npy and .safetensors");
    }
    const char zip[] = "PK\003\004 and many more bytes";
    write_bytes(path.text, zip, strlen(zip), NULL, 0);
    refuse(s, path.text, "words: it is a zip archive", "numpy.save");
}

static void test_npy(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.npy");
    double value[8] = {0};
    const struct {
        const char *descr, *shape, *words;
    } bad[] = {{"<f4", "(1000000000000, 4)", "it is cut off"},
               {"<f4", "(4294967296, 4294967296, 4294967296)", "it is cut off"},
               {"<f4", "(1000000000000, 0)", "its axis key has size 0"},
               {"<f4", "(-3, 4)", "gives no shape"},
               {"<f4", "(99999999999999999999999, 4)", "gives no shape"},
               {"<f4", "(1,1,1,1,1,1,1,1,1)", "more than 8 axes"},
               {"<f4", "()", "it has no two axes"},
               {"<f4", "(8,)", "it has no two axes"},
               {"<i8", "(2, 4)", "its numbers are integers"},
               {">f8", "(2, 4)", "big-endian; save it with x.astype('<f4')"},
               {"<c8", "(2, 4)", "no floats of 16, 32 or 64 bits"},
               {"", "(2, 4)", "no floats of 16, 32 or 64 bits; save it with x.astype('<f4')"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        write_npy(path.text, 1, bad[i].descr, bad[i].shape, value, sizeof value);
        refuse(s, path.text, "a.npy: ", bad[i].words);
    }
}

#define METADATA(text)                                                                                       \
    "{\"scores\":{\"shape\":[2,4],\"dtype\":\"F64\",\"data_offsets\":[0,64]},\"__metadata__\":" text "}"

static void test_safetensors(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.safetensors");
    double value[8] = {0};
    const struct {
        const char *shape, *dtype, *offsets, *words;
    } bad[] = {{"[1000000000000,4]", "F32", "[0,16000000000000]", "contradicts itself"},
               {"[2,4]", "F32", "[0,16]", "/scores: its .safetensors"},
               {"[2,4]", "F32", "[40,8]", "contradicts itself"},
               {"[2,4]", "F64", "[18446744073709551600,0]", "contradicts itself"},
               {"[4,4]", "F64", "[0,128]", "it is cut off"},
               {"[2,4]", "F64", "[8,72]", "it is cut off"},
               {"[2,4]", "F64", "[0]", "/scores: its .safetensors header lacks"},
               {"[2,-4]", "F64", "[0,64]", "/scores: its header gives no shape"},
               {"[0,4]", "F64", "[0,0]", "size 0"},
               {"[1,8]", "I64", "[0,64]", "integers"},
               {"[1,8]", "F8_E4M3", "[0,8]", "no floats of 16, 32 or 64 bits"},
               {"[1,1,1,1,1,1,1,1,8]", "F64", "[0,64]", "/scores: it has more than 8 axes"}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char head[512];
        snprintf(head, sizeof head, "{\"scores\":{\"shape\":%s,\"dtype\":\"%s\",\"data_offsets\":%s}}",
                 bad[i].shape, bad[i].dtype, bad[i].offsets);
        write_safetensors(path.text, head, value, sizeof value);
        refuse(s, path.text, "a.safetensors: ", bad[i].words);
    }
    write_safetensors(path.text, "{\"scores\":[1, 2]}", value, sizeof value);
    refuse(s, path.text, "a.safetensors: ", "header");
    write_safetensors(path.text, "{\"scores\":", value, sizeof value);
    refuse(s, path.text, "a.safetensors: ", "cannot be read");
    write_safetensors(path.text, METADATA("[\"causal\"]"), value, sizeof value);
    refuse(s, path.text, "a.safetensors: ", "__metadata__");
    write_safetensors(path.text, METADATA("{\"causal\":[\"1\"]}"), value, sizeof value);
    refuse(s, path.text, "a.safetensors: /scores: its attribute causal", "neither a text nor numbers");
}

/* What lies elsewhere: each kind by its name, with what reads it. */
static void test_elsewhere(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.h5"), raw = file_in(s, "raw");
    const hsize_t size[2] = {ROWS, KEYS};
    const double value[ROWS * KEYS] = {0};
    write_bytes(raw.text, value, sizeof value, NULL, 0);
    hid_t file = h5_new(path.text);
    H5Lcreate_external("other.h5", "/scores", file, "scores", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    refuse(s, path.text, "behind a link to another file", "--links follows such links");
    file = h5_new(path.text);
    H5Lcreate_external("other.h5", "/n512", file, "n512", H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(file);
    refuse(s, path.text, "there are: /n512 (it lies behind a link", "--links follows such links)");
    for (int is_virtual = 0; is_virtual < 2; is_virtual++) {
        hid_t list = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, size, NULL);
        if (is_virtual) {
            H5Pset_virtual(list, space, "other.h5", "/scores", space);
        } else {
            H5Pset_external(list, raw.text, 0, sizeof value);
        }
        file = h5_new(path.text);
        H5Dclose(H5Dcreate2(file, "scores", H5T_IEEE_F64LE, space, H5P_DEFAULT, list, H5P_DEFAULT));
        H5Fclose(file);
        H5Pclose(list);
        H5Sclose(space);
        refuse(s, path.text, is_virtual ? "HDF5's virtual data" : "HDF5's external storage",
               "--links reads them");
    }
}

/* ---- large promises ---- */

static double seconds_used(void) {
    struct rusage own, children;
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &children);
    return (double)(own.ru_utime.tv_sec + own.ru_stime.tv_sec + children.ru_utime.tv_sec +
                    children.ru_stime.tv_sec);
}

static void test_sparse(void **state) {
    struct scratch *s = *state;
    const off_t large = (off_t)50 << 30;
    double start = seconds_used();
    struct file_path npy = file_in(s, "a.npy"), tensors = file_in(s, "a.safetensors");
    write_npy(npy.text, 1, "<f4", "(100000, 134000)", NULL, 0);
    write_safetensors(
        tensors.text,
        "{\"scores\":{\"dtype\":\"F32\",\"shape\":[100000,125000],\"data_offsets\":[0,50000000000]}}", NULL,
        0);
    hid_t list = H5Pcreate(H5P_DATASET_CREATE),
          space = H5Screate_simple(2, (hsize_t[]){100000, 125000}, NULL);
    struct file_path path = file_in(s, "a.h5");
    hid_t file = h5_new(path.text);
    H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY);
    H5Pset_fill_time(list, H5D_FILL_TIME_NEVER);
    H5Dclose(H5Dcreate2(file, "scores", H5T_IEEE_F32LE, space, H5P_DEFAULT, list, H5P_DEFAULT));
    H5Pclose(list);
    H5Sclose(space);
    H5Fclose(file);
    if (truncate(npy.text, large) != 0 || truncate(tensors.text, large) != 0) { skip(); }
    refuse(s, npy.text, "a.npy: ", "it has holes");
    refuse(s, tensors.text, "a.safetensors: ", "it has holes");
    refuse(s, path.text, "a.h5: ", "it has holes");
    assert_true(seconds_used() - start < 20);
}

/* Chunks that were never written, or nothing but zeros. */
static void test_hollow(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.h5");
    hid_t file = h5_new(path.text);
    H5Dclose(h5_array(file, "scores", H5T_IEEE_F32LE, 2, (hsize_t[]){1000000000000, 1024},
                      (hsize_t[]){1024, 1024}, NULL));
    H5Fclose(file);
    refuse(s, path.text, "/scores: ", "not all of it was ever written");
    file = h5_new(path.text);
    enum { QUERIES = 4096, LONG = 8192 };
    double *zero = calloc((size_t)QUERIES * LONG, sizeof *zero);
    assert_non_null(zero);
    H5Dclose(h5_array(file, "scores", H5T_IEEE_F32LE, 2, (hsize_t[]){QUERIES, LONG}, (hsize_t[]){1024, 1024},
                      zero));
    H5Fclose(file);
    free(zero);
    refuse(s, path.text, "/scores: ", "one number over and over");
}

static void test_large_sizes(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "a.npy");
    size_t length = (size_t)3 << 20;
    unsigned char *byte = calloc(length, 1);
    assert_non_null(byte);
    for (size_t i = 0; i < length; i++) { byte[i] = (unsigned char)(i % 50); }
    write_npy(path.text, 1, "<f2", "(1048577, 1, 1)", byte, length);
    refuse(s, path.text, "it has 1048577 heads", "give a part of them");
    free(byte);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_shapes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_reach, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_beside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_attributes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unequal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_lengths, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_npy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_safetensors, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_elsewhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sparse, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_hollow, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_large_sizes, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
