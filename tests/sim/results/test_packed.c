/* Numbers in packed chunks: bit by bit as they went in, read by everybody, and written again by others. */
#include "tests/sim/results/sample.h"

#include <hdf5.h>
#include <hdf5_hl.h>
#include <sys/stat.h>
#include <time.h>

#include "sim/storage/h5file.h"

/* Rows kept and betas enough for arrays that are packed. */
static const char packed_config[] = "replicates: 700\n"
                                    "keep_replicates: 700\n"
                                    "n: [16, 300, 4000]\n"
                                    "beta: {relative_to: lambda_typ, from: 1/8, to: 8, points: 25}\n"
                                    "series:\n"
                                    "  - {name: alpha, family: gaussian}\n"
                                    "  - {name: zeta, family: spherical, dimension: 3, output: true}\n";

static double packed_value(size_t series, size_t field, size_t place) {
    (void)series;
    return sin((double)(field + 100 * place));
}

static struct results *packed_results(void) {
    struct results *r = sample_plan(packed_config, "base");
    sample_fill(r, packed_value);
    return r;
}

static size_t file_size(const char *path) {
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return (size_t)status.st_size;
}

static hsize_t stored_size(const char *path, const char *dataset, bool *chunked) {
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), id = H5Dopen2(file, dataset, H5P_DEFAULT),
          list = H5Dget_create_plist(id);
    hsize_t size = H5Dget_storage_size(id);
    *chunked = H5Pget_layout(list) == H5D_CHUNKED;
    H5Pclose(list);
    H5Dclose(id);
    H5Fclose(file);
    return size;
}

/* ---- arrays of every shape ---- */

enum { MOST = 3 * 5 * 29989 }; /* more than three chunks hold */

static uint64_t random_bits(uint64_t *state) {
    return *state = *state * 6364136223846793005u + 1442695040888963407u;
}

/* Any bits whatever, NaN with its payload among them. */
static double *any_numbers(void) {
    double *number = malloc(MOST * sizeof *number);
    uint64_t state = 1;
    for (size_t i = 0; i < MOST; i++) {
        uint64_t high = random_bits(&state) >> 32, bits = high << 32 | random_bits(&state) >> 32;
        memcpy(&number[i], &bits, sizeof bits);
    }
    return number;
}

/* Shapes: a whole number of chunks or none, one that its last axis alone exceeds, small ones. */
static void write_shapes(const double *number, const char *path, bool check) {
    static const struct h5_dimension dimension[] = {{"a", 1},       {"b", 2},     {"c", 3},
                                                    {"d", 5},       {"e", 29989}, {"f", 3 * 5 * 29989},
                                                    {"g", 1 << 17}, {"h", 300}};
    const struct h5_dataset dataset[] = {
        {.name = "box", .units = "1", .rank = 4, .axis = {0, 2, 3, 4}, .number = number},
        {.name = "thin", .units = "1", .rank = 4, .axis = {4, 3, 2, 0}, .number = number},
        {.name = "tall", .units = "1", .rank = 2, .axis = {4, 3}, .number = number},
        {.name = "line", .units = "1", .rank = 1, .axis = {5}, .number = number},
        {.name = "full", .units = "1", .rank = 2, .axis = {1, 6}, .number = number},
        {.name = "h", .units = "1", .rank = 1, .axis = {7}, .number = number},
        {.name = "one", .units = "1", .rank = 1, .axis = {0}, .number = number}};
    const struct h5_group group = {
        .name = "g", .dimension_count = 8, .dimension = dimension, .dataset_count = 7, .dataset = dataset};
    char why[H5_WHY];
    assert_int_equal(h5file_write(path, 0, NULL, 1, &group), EXIT_DONE); /* compares what it reads back */
    if (!check) { return; }
    struct h5_content *c = h5file_read(path, false, 1, &group, why),
                      *frame = h5file_read(path, true, 1, &group, why);
    assert_true(c && frame);
    for (size_t i = 0; i < 7; i++) {
        const struct h5_dataset *d = h5content_dataset(&c->group[0], dataset[i].name);
        size_t count = 1;
        for (unsigned a = 0; a < dataset[i].rank; a++) { count *= dimension[dataset[i].axis[a]].size; }
        assert_true(d && d->rank == dataset[i].rank && d->number);
        assert_memory_equal(d->number, number, count * sizeof *number);
        d = h5content_dataset(&frame->group[0], dataset[i].name);
        assert_true(d && !d->number && d->sum == h5content_sum(0, count, number));
    }
    h5content_free(frame);
    h5content_free(c);
}

/* A second later the same bytes: no time, and none of memory's leavings beyond the values. */
static void check_again(const double *number) {
    for (time_t second = time(NULL); time(NULL) == second;) { usleep(10000); }
    write_shapes(number, "b.h5", false);
    assert_int_equal(system("cmp a.h5 b.h5"), 0);
}

static void test_shapes(void **state) {
    (void)state;
    double *number = any_numbers();
    write_shapes(number, "a.h5", true);
    if (!getenv("GAPSCALE_TEST_QUICK")) { check_again(number); }
    for (size_t i = 0; i < MOST; i++) { number[i] = NAN; }
    write_shapes(number, "nan.h5", true);
    assert_true(file_size("nan.h5") < file_size("a.h5") / 50);
    free(number);
}

/* What packs to nearly nothing is no reason to refuse it, however much it is; shortened, as much as is
 * allowed to any file. */
static void test_hollow(void **state) {
    (void)state;
    const struct h5_dimension dimension = {"a", getenv("GAPSCALE_TEST_QUICK") ? 1 << 20 : 40 << 20};
    double *zero = calloc(dimension.size, sizeof *zero);
    const struct h5_dataset dataset = {.name = "x", .units = "1", .rank = 1, .number = zero};
    const struct h5_group group = {
        .name = "g", .dimension_count = 1, .dimension = &dimension, .dataset_count = 1, .dataset = &dataset};
    assert_int_equal(h5file_write("a.h5", 0, NULL, 1, &group), EXIT_DONE);
    assert_true(file_size("a.h5") < dimension.size * sizeof *zero / 100);
    free(zero);
}

/* An array of three rows in chunks of that shape, or in one piece for {0}, of which so many rows are written.
 */
static void write_chunks(const hsize_t chunk[2], hsize_t rows) {
    const hsize_t size[2] = {3, 1}, most[2] = {H5S_UNLIMITED, H5S_UNLIMITED}, start[2] = {0, 0};
    const double number[3] = {1, 2, 3};
    const char *const axis[2] = {"a", "b"};
    hid_t file = H5Fcreate("chunks.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
          group = H5Gcreate2(file, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
          list = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(2, size, *chunk > 0 ? most : NULL),
          part = H5Screate_simple(2, (hsize_t[]){rows, 1}, NULL);
    if (*chunk > 0) {
        H5Pset_chunk(list, 2, chunk);
        H5Pset_deflate(list, 1);
    }
    hid_t data = H5Dcreate2(group, "x", H5T_IEEE_F64LE, space, H5P_DEFAULT, list, H5P_DEFAULT);
    if (rows > 0) {
        H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, (hsize_t[]){rows, 1}, NULL);
        assert_true(H5Dwrite(data, H5T_NATIVE_DOUBLE, part, space, H5P_DEFAULT, number) >= 0);
    }
    for (unsigned i = 0; i < 2; i++) {
        H5LTmake_dataset_double(group, axis[i], 1, &size[i], number);
        hid_t scale = H5Dopen2(group, axis[i], H5P_DEFAULT);
        H5DSset_scale(scale, axis[i]);
        assert_true(H5DSattach_scale(data, scale, i) >= 0);
        H5Dclose(scale);
    }
    H5Pclose(list);
    H5Sclose(part);
    H5Sclose(space);
    H5Dclose(data);
    H5Gclose(group);
    H5Fclose(file);
}

/* Chunks as others may choose them, and some that take more memory than any array here, or are not there. */
static void test_chunks(void **state) {
    (void)state;
    const struct h5_dimension dimension[] = {{"a", 3}, {"b", 1}};
    const struct h5_dataset dataset = {.name = "x", .units = "1", .rank = 2, .axis = {0, 1}};
    const struct h5_group group = {
        .name = "g", .dimension_count = 2, .dimension = dimension, .dataset_count = 1, .dataset = &dataset};
    const struct {
        hsize_t chunk[2], rows;
        bool sound;
    } known[] = {{{0}, 3, true},
                 {{0}, 0, false},
                 {{1, 1}, 3, true},
                 {{2, 1}, 3, true},
                 {{100, 7}, 3, true},
                 {{1, 1}, 2, false},
                 {{(1 << 21) + 1, 1}, 3, false},
                 {{1 << 11, (1 << 10) + 1}, 3, false}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char why[H5_WHY];
        write_chunks(known[i].chunk, known[i].rows);
        struct h5_content *c = h5file_read("chunks.h5", false, 1, &group, why);
        assert_int_equal(c != NULL, known[i].sound);
        if (c) {
            assert_true(c->group->dataset->number[2] == 3);
        } else {
            assert_string_equal(why, "an array lacks values, or is packed as none that gapscale writes");
        }
        h5content_free(c);
    }
}

/* ---- results ---- */

static void check_digest(const char *path, const char *want) {
    char got[65] = "";
    assert_true(digest_read(path, got));
    assert_string_equal(got, want);
}

static void test_results(void **state) {
    (void)state;
    char want[65];
    bool chunked;
    struct results *r = packed_results();
    digest_of(r, want);
    sample_write("a.h5", r);
    check_digest("a.h5", want);
    assert_true(stored_size("a.h5", "/alpha/collapse", &chunked) < 3 * 4 * 700 * sizeof(double));
    assert_true(chunked);
    assert_int_equal(stored_size("a.h5", "/alpha/log_n", &chunked), 3 * sizeof(double));
    assert_false(chunked);
    assert_true((double)file_size("a.h5") < sizeof(double) * results_numbers(r));
    results_free(r);
}

/* Other programs read the same numbers, and what they write again, packed or not, is the same results. */
static void test_others(void **state) {
    (void)state;
    char want[65];
    struct results *r = packed_results();
    digest_of(r, want);
    sample_write("a.h5", r);
    results_free(r);
    sample_write_text(
        "read.py",
        "import sys\n"
        "try: import h5py, numpy\n"
        "except ImportError: sys.exit(0)\n"
        "def again(path, **packing):\n"
        "    with h5py.File('a.h5') as a, h5py.File(path, 'w') as b:\n"
        "        b.attrs.update(a.attrs)\n"
        "        def copy(name, x):\n"
        "            if isinstance(x, h5py.Group): y = b.create_group(name)\n"
        "            elif name.endswith('criterion') or x.size < 2: y = b.create_dataset(name, data=x[()])\n"
        "            else: y = b.create_dataset(name, data=x[()], **packing)\n"
        "            for k, v in x.attrs.items():\n"
        "                if k not in ('CLASS', 'NAME', 'DIMENSION_LIST', 'REFERENCE_LIST'): y.attrs[k] = v\n"
        "        a.visititems(copy)\n"
        "        def scales(name, x):\n"
        "            if isinstance(x, h5py.Dataset):\n"
        "                if h5py.h5ds.is_scale(x.id): b[name].make_scale(name.split('/')[-1])\n"
        "        a.visititems(scales)\n"
        "        def attach(name, x):\n"
        "            if isinstance(x, h5py.Dataset) and not h5py.h5ds.is_scale(x.id):\n"
        "                for i, d in enumerate(x.dims): b[name].dims[i].attach_scale(b[d[0].name])\n"
        "        a.visititems(attach)\n"
        "again('plain.h5')\n"
        "again('packed.h5', chunks=True, compression='gzip', compression_opts=9, shuffle=True)\n"
        "again('summed.h5', chunks=True, fletcher32=True)\n"
        "if sys.argv[1:] == ['written']: sys.exit(0)\n"
        "want = h5py.File('a.h5')['alpha/collapse'][()]\n"
        "try:\n"
        "    import netCDF4\n"
        "    got = netCDF4.Dataset('a.h5')['alpha/collapse']\n"
        "    got.set_auto_mask(False)\n"
        "    assert numpy.array_equal(got[:], want, equal_nan=True)\n"
        "except ImportError: pass\n"
        "try: import xarray\n"
        "except ImportError: sys.exit(0)\n"
        "for module, engine in ('h5netcdf', 'h5netcdf'), ('netCDF4', 'netcdf4'):\n"
        "    try: __import__(module)\n"
        "    except ImportError: continue\n"
        "    x = xarray.open_dataset('a.h5', group='alpha', engine=engine)\n"
        "    assert x.collapse.dims == ('log_n', 'criterion', 'replicate')\n"
        "    assert numpy.array_equal(x.collapse.values, want, equal_nan=True)\n");
    /* shortened, others write and do not read: it is the file of gcc's test */
    const char *const command = getenv("GAPSCALE_TEST_QUICK")
                                    ? "! test -x /usr/bin/python3 || /usr/bin/python3 read.py written"
                                    : "! test -x /usr/bin/python3 || /usr/bin/python3 read.py";
    assert_int_equal(system(command), 0);
    const char *const written[] = {"plain.h5", "packed.h5", "summed.h5"};
    for (size_t i = 0; i < 3; i++) {
        if (access(written[i], F_OK) == 0) { check_digest(written[i], want); }
    }
    if (system("command -v nccopy >/dev/null 2>&1 && command -v ncdump >/dev/null 2>&1") != 0) { skip(); }
    assert_int_equal(
        system("ncdump -s a.h5 > dump && grep -q 'collapse:_DeflateLevel' dump && ! grep -q _FillValue dump"),
        0);
    assert_int_equal(system("ncdump -v alpha/collapse a.h5 > /dev/null && nccopy a.h5 copied.h5"), 0);
    check_digest("copied.h5", want);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_shapes, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_hollow, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_chunks, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_results, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_others, sample_make_place, sample_remove_place),
    };
    return cmocka_run_group_tests_name("packed", tests, NULL, NULL);
}
