/* Scores of queries and keys against plain sums, whatever blocks, instruction set and threads; shared heads.
 */
#include "tests/sim/scores/files.h"

#include "sim/rows/isa.h"

/* scale sum_c q_c k_c in the order of c. */
static double plain(size_t dim, const double *query, const double *key, double scale) {
    double sum = 0;
    for (size_t c = 0; c < dim; c++) { sum += query[c] * key[c]; }
    return scale * sum;
}

static void fill_uneven(size_t count, uint64_t seed, double *value) {
    for (size_t i = 0; i < count; i++) {
        value[i] = simple_number(seed + i) + simple_number(seed + 7 * i) / 3; /* sums are rounded */
    }
}

/* Every size around the blocks of the kernel, every instruction set: the bits of the plain sum. */
static void test_kernel(void **state) {
    (void)state;
    enum { QUERIES = 11, KEYS = 37, DIM = 19, STRIDE = 41 };
    static double query[QUERIES * DIM], key[DIM * STRIDE], row[DIM], out[QUERIES * STRIDE];
    const char *const name[] = {"base", "avx2", "avx512"};
    fill_uneven(QUERIES * DIM, 1, query);
    fill_uneven(DIM * STRIDE, 100000, key);
    for (size_t n = 0; n < 3; n++) {
        const struct isa *isa = isa_find(name[n]);
        for (size_t queries = 0; isa && queries <= QUERIES; queries++) {
            for (size_t keys = 0; keys <= KEYS; keys++) {
                size_t dim = 1 + (queries + keys) % DIM;
                for (size_t i = 0; i < QUERIES * STRIDE; i++) { out[i] = 1e9; }
                isa->kernel->products(queries, keys, dim, query, key, STRIDE, 0.3, out, STRIDE);
                for (size_t i = 0; i < QUERIES * STRIDE; i++) {
                    size_t q = i / STRIDE, j = i % STRIDE;
                    for (size_t c = 0; c < dim; c++) { row[c] = key[c * STRIDE + j]; }
                    double expected = q < queries && j < keys ? plain(dim, query + q * dim, row, 0.3) : 1e9;
                    assert_memory_equal(&out[i], &expected, sizeof expected);
                }
            }
        }
    }
}

/* Sum and distances of the kernel: one order of sums everywhere. */
static void test_kernel_sums(void **state) {
    (void)state;
    enum { COUNT = 1000, DIM = 5 };
    static double x[COUNT * DIM], point[DIM], first[COUNT], out[COUNT];
    const char *const name[] = {"base", "avx2", "avx512"};
    fill_uneven(COUNT * DIM, 5, x);
    fill_uneven(DIM, 6, point);
    isa_find("base")->kernel->distances(COUNT, DIM, x, COUNT, point, 1, first);
    for (size_t i = 0; i < COUNT; i++) {
        double expected = 0;
        for (size_t c = 0; c < DIM; c++) {
            expected += (x[c * COUNT + i] - point[c]) * (x[c * COUNT + i] - point[c]);
        }
        assert_memory_equal(&first[i], &expected, sizeof expected);
    }
    for (size_t n = 1; n < 3; n++) {
        const struct isa *isa = isa_find(name[n]);
        if (!isa) { continue; }
        isa->kernel->distances(COUNT, DIM, x, COUNT, point, 1, out);
        assert_memory_equal(out, first, sizeof out);
    }
    for (size_t count = 0; count <= 40; count++) {
        double lanes = isa_find("base")->kernel->sum(count, x), expected = 0;
        for (size_t i = 0; i < count; i++) { expected += x[i]; }
        check_close(lanes, expected, 1e-12);
        for (size_t n = 1; n < 3; n++) {
            const struct isa *isa = isa_find(name[n]);
            double other = isa ? isa->kernel->sum(count, x) : lanes;
            assert_memory_equal(&other, &lanes, sizeof lanes);
        }
    }
}

enum { SEQUENCES = 2, HEADS = 4, SHARED = 2, N = 33, DIM = 6 };

static struct file_path write_shared(const struct scratch *s, const double *query, const double *key,
                                     double scale) {
    struct file_path path = file_in(s, "qk.h5");
    hid_t file = h5_new(path.text);
    h5_text(file, "axes", "sequence,head,position,dim", 0);
    if (!isnan(scale)) { h5_numbers(file, "score_scale", 1, &scale); }
    H5Dclose(
        h5_array(file, "queries", H5T_IEEE_F64LE, 4, (hsize_t[]){SEQUENCES, HEADS, N, DIM}, NULL, query));
    H5Dclose(
        h5_array(file, "keys", H5T_IEEE_F64LE, 4, (hsize_t[]){SEQUENCES, HEADS / SHARED, N, DIM}, NULL, key));
    H5Fclose(file);
    return path;
}

static void check_shared(const struct rows *rows, const double *query, const double *key, double scale) {
    assert_int_equal(rows->count, SEQUENCES * HEADS * N);
    for (size_t i = 0; i < rows->count; i++) {
        const struct scores_row *row = &rows->row[i];
        size_t sequence = i / (HEADS * N), head = i / N % HEADS, q = i % N;
        const double *keys = key + (sequence * HEADS / SHARED + head / SHARED) * N * DIM;
        assert_int_equal(row->head, head);
        assert_int_equal(row->sequence, sequence);
        assert_int_equal(row->count, N);
        for (size_t j = 0; j < N; j++) {
            double expected = plain(DIM, query + i * DIM, keys + j * DIM, scale);
            if (row->score[j] != expected) { fail_msg("row %zu, query %zu, key %zu", i, q, j); }
        }
    }
}

/* Heads share keys in order; the scale is the option's, the attribute's, or 1/sqrt(dim). */
static void test_shared_heads(void **state) {
    struct scratch *s = *state;
    static double query[SEQUENCES * HEADS * N * DIM], key[SEQUENCES * HEADS / SHARED * N * DIM];
    fill_uneven(SEQUENCES * HEADS * N * DIM, 21, query);
    fill_uneven(SEQUENCES * HEADS / SHARED * N * DIM, 22, key);
    for (size_t way = 0; way < 3; way++) {
        struct file_path path = write_shared(s, query, key, way == 0 ? NAN : 0.25);
        const char *file = path.text;
        struct scores_request request = request_for(&file);
        if (way == 2) { request.scale = 3; }
        double scale = way == 0 ? 1 / sqrt(DIM) : way == 1 ? 0.25 : 3;
        for (int threads = 1; threads <= 3; threads++) {
            struct rows rows = read_good(s, &request, threads);
            check_shared(&rows, query, key, scale);
            free_rows(&rows);
        }
        struct scores *scores = open_good(s, &request);
        assert_true(scores_facts(scores)->scale == scale);
        scores_close(scores);
    }
}

/* Keys of their own order of axes; what they alone say, of both. */
static void test_attributes_of_keys(void **state) {
    struct scratch *s = *state;
    enum { PLACE = N * DIM };
    static double query[SEQUENCES * HEADS * PLACE], key[4 * PLACE], turned[4 * PLACE];
    fill_uneven(SEQUENCES * HEADS * PLACE, 31, query);
    fill_uneven(4 * PLACE, 32, key);
    for (size_t i = 0; i < 4; i++) {
        memcpy(turned + (i % 2 * 2 + i / 2) * PLACE, key + i * PLACE, PLACE * sizeof *key);
    }
    struct file_path path = write_shared(s, query, turned, NAN);
    const char *file_name = path.text;
    struct scores_request request = request_for(&file_name);
    for (int causal = 0; causal < 2; causal++) {
        hid_t file = H5Fopen(path.text, H5F_ACC_RDWR, H5P_DEFAULT),
              keys = H5Dopen2(file, "keys", H5P_DEFAULT);
        if (causal) {
            h5_number(keys, "causal", 1);
        } else {
            h5_text(keys, "axes", "head,sequence,position,dim", 0);
            h5_numbers(keys, "score_scale", 1, (double[]){0.25});
        }
        H5Dclose(keys);
        H5Fclose(file);
        struct rows rows = read_good(s, &request, 1);
        if (!causal) { check_shared(&rows, query, key, 0.25); }
        if (causal) { assert_int_equal(rows.count, SEQUENCES * HEADS * 4); } /* of 29 .. 32 keys */
        free_rows(&rows);
    }
}

/* Two .npy files; a causal context sees what comes before. */
static void test_npy_pair(void **state) {
    struct scratch *s = *state;
    struct file_path a = file_in(s, "q.npy"), b = file_in(s, "k.npy");
    double *query = simple_numbers(N * DIM, 31), *key = simple_numbers(N * DIM, 32);
    size_t length;
    unsigned char *bytes = encode('h', N * DIM, query, &length);
    write_npy(a.text, 1, "<f2", "(33, 6)", bytes, length);
    free(bytes);
    bytes = encode('d', N * DIM, key, &length);
    write_npy(b.text, 2, "<f8", "(33, 6)", bytes, length);
    free(bytes);
    struct scores_request request = {.queries = a.text, .keys = b.text, .sight = SCORES_CAUSAL, REQUEST_BASE};
    struct scores *scores = open_good(s, &request);
    assert_string_equal(scores_facts(scores)->element, "float16");
    scores_close(scores);
    struct rows rows = read_good(s, &request, 2);
    assert_int_equal(rows.count, 4); /* 29 .. 32 keys */
    for (size_t i = 0; i < rows.count; i++) {
        size_t q = 28 + i;
        assert_int_equal(rows.row[i].count, q + 1);
        for (size_t j = 0; j <= q; j++) {
            assert_true(rows.row[i].score[j] == plain(DIM, query + q * DIM, key + j * DIM, 1 / sqrt(DIM)));
        }
    }
    free_rows(&rows);
    free(query);
    free(key);
}

/* Vectors so long that the keys come in blocks, and the queries too. */
static void test_blocks(void **state) {
    struct scratch *s = *state;
    enum { LONG = 1 << 19, QUERIES = 21, KEYS = 20 };
    struct file_path path = file_in(s, "qk.h5");
    double *query = simple_numbers((size_t)QUERIES * LONG, 41),
           *key = simple_numbers((size_t)KEYS * LONG, 42);
    hid_t file = h5_new(path.text);
    H5Dclose(
        h5_array(file, "queries", h5_small(5, H5T_ORDER_LE), 2, (hsize_t[]){QUERIES, LONG}, NULL, query));
    H5Dclose(h5_array(file, "keys", H5T_IEEE_F32LE, 2, (hsize_t[]){KEYS, LONG}, NULL, key));
    H5Fclose(file);
    struct rows rows = read_file(s, path.text);
    assert_int_equal(rows.count, QUERIES);
    assert_true(rows.batches > 1);
    for (size_t i = 0; i < QUERIES; i++) {
        for (size_t j = i % test_size(1, 5); j < KEYS; j += test_size(1, 5)) {
            double expected = plain(LONG, query + i * LONG, key + j * LONG, 1 / sqrt(LONG));
            assert_true(rows.row[i].score[j] == expected);
        }
    }
    free_rows(&rows);
    free(query);
    free(key);
}

/* A vector without end gives no score, and hides none. */
static void test_infinite_vectors(void **state) {
    struct scratch *s = *state;
    struct file_path path = file_in(s, "qk.h5");
    for (size_t way = 0; way < 2; way++) {
        double query[2 * 2] = {1, 2, way ? -1 : 1, 0}, key[3 * 2] = {1, 1, INFINITY, 1, 2, 2};
        hid_t file = h5_new(path.text);
        h5_matrix(file, "queries", 2, 2, query);
        h5_matrix(file, "keys", 3, 2, key);
        H5Fclose(file);
        const char *name = path.text;
        struct scores_request request = request_for(&name);
        check_refused(
            s, &request, 2,
            (const char *[]){"/queries", "query 0, key 1 is not finite, as of a query or key with"});
    }
    double query[2] = {1, 0}, key[2 * 2] = {1, 1, -INFINITY, 1};
    hid_t file = h5_new(path.text);
    h5_matrix(file, "queries", 1, 2, query);
    h5_matrix(file, "keys", 2, 2, key);
    H5Fclose(file);
    const char *name = path.text;
    struct scores_request request = request_for(&name);
    check_refused(s, &request, 1, (const char *[]){"query 0, key 1 is not finite, as of"});
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kernel),
        cmocka_unit_test(test_kernel_sums),
        cmocka_unit_test_setup_teardown(test_shared_heads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_attributes_of_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_npy_pair, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_blocks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_infinite_vectors, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
