#include "tests/sim/results/sample.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "sim/base/numerics.h"

static void check_equal(struct results *a, struct results *b) {
    assert_true(a->seed == b->seed && a->series_count == b->series_count);
    assert_string_equal(a->config_text, b->config_text);
    assert_string_equal(a->config_resolved, b->config_resolved);
    assert_string_equal(a->isa, b->isa);
    for (size_t i = 0; i < a->series_count; i++) {
        struct results_series *x = &a->series[i], *y = &b->series[i];
        struct results_field fx[RESULTS_FIELDS], fy[RESULTS_FIELDS];
        size_t fields = fields_list(x, fx);
        assert_int_equal(fields, fields_list(y, fy));
        assert_string_equal(x->name, y->name);
        assert_ptr_equal(x->family, y->family);
        assert_int_equal(x->replicates, y->replicates);
        assert_memory_equal(x->parameter, y->parameter, x->family->parameter_count * sizeof *x->parameter);
        assert_memory_equal(x->size, y->size, sizeof x->size);
        assert_memory_equal(x->criterion, y->criterion, x->size[RESULTS_CRITERION] * sizeof *x->criterion);
        for (size_t f = 0; f < fields && fx[f].units; f++) {
            assert_memory_equal(*fx[f].values, *fy[f].values, results_field_size(x, &fx[f]) * sizeof(double));
        }
    }
}

static void test_round_trip(void **state) {
    (void)state;
    struct results *r = sample_results("base");
    assert_int_equal(store_write("a.h5", r, &sample_provenance), EXIT_DONE);
    struct results *back = store_read("a.h5");
    assert_non_null(back);
    assert_string_equal(back->series[0].name, "zeta"); /* the order of the config, not of the alphabet */
    check_equal(r, back);
    results_free(back);
    results_free(r);
}

/* The file says with which last digits it was computed. */
static void test_numerics(void **state) {
    (void)state;
    char why[H5_WHY], fingerprint[16];
    struct results *r = sample_results("base");
    sample_write("a.h5", r);
    struct h5_content *c = h5file_read("a.h5", false, 0, NULL, why);
    assert_non_null(c);
    const struct h5_attribute *number =
                                  h5content_attribute(c->attribute_count, c->attribute, "numerics_number"),
                              *hash = h5content_attribute(c->attribute_count, c->attribute,
                                                          "numerics_fingerprint");
    snprintf(fingerprint, sizeof fingerprint, "%08x", numerics_here().fingerprint);
    assert_true(number && number->whole && *number->whole == NUMERICS_NUMBER);
    assert_true(hash && hash->text);
    assert_string_equal(hash->text, fingerprint);
    h5content_free(c);
    results_free(r);
}

static double attribute(const struct h5_group *g, const char *name) {
    const struct h5_attribute *a = h5content_attribute(g->attribute_count, g->attribute, name);
    assert_non_null(a);
    return a->number;
}

/* Along a prescription: attributes in the file, and one beta at each n, from the Lambda^typ at the trained
 * length. That of a law without a formula is the pilot's, as of a series at that length. */
static void test_prescription(void **state) {
    (void)state;
    char why[H5_WHY];
    struct results *r =
        sample_plan("replicates: 3\nn: [32, 64]\nseries:\n"
                    "  - {family: plateau, beta: {prescription: log, trained: 2^10, coef: 3}}\n"
                    "  - {family: attention, beta: {prescription: const, trained: 64, coef: 3}}\n",
                    "base");
    sample_write("a.h5", r);
    struct results *back = store_read("a.h5");
    assert_non_null(back);
    const struct results_series *s = &back->series[0];
    assert_true(s->is_prescribed && s->prescription == PRESCRIPTION_LOG && s->coef == 3);
    check_close(s->log_trained, log(1024), 0);
    assert_int_equal(s->size[RESULTS_BETA], 1);
    for (size_t n = 0; n < 2; n++) { /* log n_0 x log n/log n_0 */
        check_relative(s->beta[n], 3 * s->log_n[n], 1e-14);
        check_relative(s->beta_ratio[n], 3, 1e-14);
        check_relative(back->series[1].beta[n], 3 * back->series[1].lambda_typ[1], 1e-14);
    }
    const struct h5_group wanted = {.name = "plateau"};
    struct h5_content *c = h5file_read("a.h5", false, 1, &wanted, why);
    assert_true(c && c->group_count == 1);
    const struct h5_group *g = &c->group[0];
    assert_string_equal(h5content_attribute(g->attribute_count, g->attribute, "prescription")->text, "log");
    check_close(attribute(g, "log_trained"), log(1024), 0);
    check_close(attribute(g, "prescription_coef"), 3, 0);
    h5content_free(c);
    results_free(back);
    results_free(r);
}

static void check_digest(const char *path, char digest[65]) {
    assert_true(digest_read(path, digest));
    assert_int_equal(strspn(digest, "0123456789abcdef"), 64);
}

/* The last number of an array, which is moved by the least that a double can move. */
static double move_last(const struct results_series *s, const struct results_field *f) {
    double *last = *f->values + results_field_size(s, f) - 1, before = *last;
    *last = nextafter(before, INFINITY);
    return before;
}

/* Any single number, in any array, makes another digest. */
static void check_every_array_counts(struct results *r, const char want[65]) {
    char got[65];
    for (size_t i = 0; i < r->series_count; i++) {
        struct results_field field[RESULTS_FIELDS];
        size_t fields = fields_list(&r->series[i], field);
        for (size_t f = 0; f < fields && field[f].units; f++) {
            double before = move_last(&r->series[i], &field[f]);
            digest_of(r, got);
            assert_string_not_equal(got, want);
            (*field[f].values)[results_field_size(&r->series[i], &field[f]) - 1] = before;
        }
    }
    digest_of(r, got);
    assert_string_equal(got, want);
}

/* A file has the digest of the numbers that went into it: nothing that counts is lost on the way. */
static void check_file_digest(const char *path, const struct results *r, const char want[65]) {
    char got[65];
    sample_write(path, r);
    check_digest(path, got);
    assert_string_equal(got, want);
}

static void test_digest(void **state) {
    (void)state;
    char want[65], got[65];
    struct results *r = sample_results("base"), *other = sample_results("avx2");
    const struct store_provenance elsewhere = {.command_line = "another command line", .threads = 64};
    digest_of(r, want);
    check_file_digest("a.h5", r, want);
    assert_int_equal(store_write("b.h5", other, &elsewhere), EXIT_DONE);
    check_digest("b.h5", got);
    assert_string_equal(got, want);
    check_every_array_counts(r, want);
    for (size_t i = 0; i < r->series_count; i++) { /* all at once, in a file */
        struct results_field field[RESULTS_FIELDS];
        size_t fields = fields_list(&r->series[i], field);
        for (size_t f = 0; f < fields; f++) {
            bool given =
                field[f].kind == RESULTS_GIVEN; /* a reader checks that they are what a config allows */
            if (!given) { (*field[f].values)[0] = nextafter((*field[f].values)[0], INFINITY); }
        }
    }
    digest_of(r, got);
    assert_string_not_equal(got, want);
    check_file_digest("b.h5", r, got);
    r->seed--;
    digest_of(r, want);
    assert_string_not_equal(got, want);
    check_file_digest("b.h5", r, want);
    results_free(other);
    results_free(r);
}

static char top[4096]; /* of the repository: where the tests start */

/* ---- other files ---- */

static void test_foreign(void **state) {
    (void)state;
    char why[H5_WHY];
    sample_write_text("text", "no HDF5");
    sample_write_text("empty", "");
    assert_int_equal(mkdir("directory", 0777), 0);
    assert_int_equal(mkfifo("pipe", 0666), 0); /* nobody writes to it: opening it would wait for ever */
    const char *const foreign[] = {"text", "empty", "directory", "pipe"};
    for (size_t i = 0; i < 4; i++) {
        assert_null(store_try(foreign[i], why));
        assert_true(*why);
    }
    assert_int_equal(store_write_fit("fit.h5", 0, NULL, 0, NULL, &sample_provenance), EXIT_DONE);
    assert_null(store_try("fit.h5", why));
    assert_non_null(strstr(why, "is it a fit?"));
}

static void check_refused(const char *path, const char *words) {
    char said[512] = "";
    int before = dup(STDERR_FILENO), file = open("said", O_RDWR | O_CREAT | O_TRUNC, 0666);
    dup2(file, STDERR_FILENO);
    struct results *r = store_read(path);
    dup2(before, STDERR_FILENO);
    assert_true(pread(file, said, sizeof said - 1, 0) > 0);
    close(before);
    close(file);
    assert_null(r);
    if (!strstr(said, words)) { fail_msg("of %s it says: %s", path, said); }
}

/* What a file is that is none of results, and what is none of that. */
static void test_refusals(void **state) {
    (void)state;
    sample_write_text("x", "\1");
    sample_write_text("a.h5.units", "\1");
    sample_write_text("config", "seed: 1\n");
    sample_write_text("torn", "seed: 1\n\177\1");
    check_refused("x", "cannot read x: ");
    check_refused("missing", "cannot read missing: ");
    check_refused("a.h5.units", "cannot read a.h5.units: ");
    sample_write_text("a.h5", "\1");
    check_refused("a.h5.units", "a.h5.units is the archive that a.h5 grows from");
    check_refused("config", "config is a text file");
    check_refused("torn", "cannot read torn: ");
    sample_write_text("empty", "");
    check_refused("empty", "cannot read empty: ");
    assert_int_equal(mkdir("b.h5.journal", 0777), 0);
    check_refused("b.h5", "b.h5 is not there yet");
    check_refused("b.h5.journal", "b.h5.journal is a directory");
    sample_write_text("b.h5", "\1");
    check_refused("b.h5", "cannot read b.h5: ");
}

/* Blocks hold all replicates, and ranks are 1, 2, ..: no run writes others. */
static void test_disallowed(void **state) {
    (void)state;
    for (int k = 0; k < 3; k++) {
        char why[H5_WHY];
        struct results *r = sample_results("base");
        if (k == 1) { r->series[0].block_size[0] += 1; }
        if (k == 2) { r->series[0].rank[0] = 2; }
        assert_int_equal(store_write("odd.h5", r, &sample_provenance), EXIT_DONE);
        struct results *back = store_try("odd.h5", why);
        assert_int_equal(back != NULL, k == 0);
        results_free(back);
        results_free(r);
    }
}

static void spoil(const char *bytes, size_t size, unsigned round) {
    FILE *file = fopen("bad.h5", "w");
    assert_non_null(file);
    char *copy = malloc(size);
    memcpy(copy, bytes, size);
    uint64_t random = round * 0x9e3779b97f4a7c15u + 1;
    for (int k = 0; k < 8; k++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        copy[(random >> 20) % size] ^= (char)(1 << (random >> 61));
    }
    size_t length = round % 4 == 0 ? (random >> 16) % size : size;
    assert_int_equal(fwrite(copy, 1, length, file), length);
    fclose(file);
    free(copy);
}

/* Truncated files and flipped bits end in a message or in results, never in a crash. */
static void test_damage(void **state) {
    (void)state;
    struct results *r = sample_results("base");
    assert_int_equal(store_write("a.h5", r, &sample_provenance), EXIT_DONE);
    results_free(r);
    FILE *file = fopen("a.h5", "r");
    char *bytes = malloc(1 << 20);
    size_t size = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    int stderr_before = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDERR_FILENO);
    unsigned rounds = getenv("GAPSCALE_TEST_QUICK") ? 30 : 200, refused = 0;
    for (unsigned i = 0; i < rounds; i++) {
        spoil(bytes, size, i);
        struct results *back = store_read("bad.h5");
        refused += back == NULL;
        results_free(back);
    }
    free(bytes);
    dup2(stderr_before, STDERR_FILENO);
    close(stderr_before);
    close(nowhere);
    assert_true(refused > rounds / 8);
}

static bool directory_holds(const char *directory, const char *only) {
    char command[300];
    snprintf(command, sizeof command, "test \"$(ls %s)\" = '%s'", directory, only);
    return system(command) == 0;
}

/* In a child, because a file that HDF5 cannot close ends the program. */
static int write_in_child(const char *path, const struct results *r) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) { _exit(store_write(path, r, &sample_provenance)); }
    int status = -1;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_full_disk(void **state) {
    (void)state;
    struct results *r = sample_results("base");
    assert_int_equal(store_write("nowhere/a.h5", r, &sample_provenance), EXIT_FAILED);
    assert_int_equal(mkdir("small", 0777), 0);
    if (mount("tmpfs", "small", "tmpfs", 0, "size=128k") != 0) {
        results_free(r);
        skip();
    }
    bool good = true, filled = false;
    sample_write_text("small/old.h5", "what was there");
    for (int i = 0; good && i < 5 && !filled; i++) { /* each time less room, until it no longer fits */
        char bulk[64];
        snprintf(bulk, sizeof bulk, "head -c 30000 /dev/zero > small/bulk-%d", i);
        good = system(bulk) >= 0;
        filled = write_in_child("small/old.h5", r) == EXIT_FAILED;
        if (!filled) { sample_write_text("small/old.h5", "what was there"); }
    }
    char old[32] = "";
    FILE *file = fopen("small/old.h5", "r");
    good = good && filled && file && fgets(old, sizeof old, file) && strcmp(old, "what was there") == 0 &&
           system("ls small | grep -q tmp") != 0;
    if (file) { fclose(file); }
    umount("small");
    results_free(r);
    assert_true(good);
    assert_true(directory_holds("small", ""));
}

/* ---- what others read ---- */

static void test_other_readers(void **state) {
    (void)state;
    struct results *r = sample_results("base");
    assert_int_equal(store_write("a.h5", r, &sample_provenance), EXIT_DONE);
    results_free(r);
    if (getenv("GAPSCALE_TEST_QUICK")) { return; } /* it is the file of gcc's test */
    if (system("command -v ncdump >/dev/null 2>&1") != 0) { skip(); }
    assert_int_equal(system("ncdump a.h5 > dump"), 0);
    assert_int_equal(system("grep -q 'double entropy_block(log_n, beta_index, block)' dump"), 0);
    assert_int_equal(system("grep -q '\"entropy=1\"' dump && ! grep -q FillValue dump"), 0);
    sample_write_text(
        "read.py", "import sys\n"
                   "try: import h5py\n"
                   "except ImportError: sys.exit(0)\n"
                   "f = h5py.File('a.h5')\n"
                   "assert f.attrs['seed'] == 18446744073709551615\n"
                   "d = f['alpha/entropy_mean']\n"
                   "assert [d.dims[i][0].name for i in range(2)] == ['/alpha/log_n', '/alpha/beta_index']\n"
                   "try: import xarray\n"
                   "except ImportError: sys.exit(0)\n"
                   "for module, engine in ('h5netcdf', 'h5netcdf'), ('netCDF4', 'netcdf4'):\n"
                   "    try: __import__(module)\n"
                   "    except ImportError: continue\n"
                   "    x = xarray.open_dataset('a.h5', group='zeta', engine=engine)\n"
                   "    assert x.collapse.dims == ('log_n', 'criterion', 'replicate')\n"
                   "    assert list(x.criterion.values)[0] == 'entropy=1'\n");
    assert_int_equal(system("! test -x /usr/bin/python3 || /usr/bin/python3 read.py"), 0);
}

/* A file that version 0.1.0 wrote, kept so that the format never changes unseen. */
static void test_old_file(void **state) {
    (void)state;
    char path[4200], digest[65];
    snprintf(path, sizeof path, "%s/tests/golden/results-v1.h5", top);
    struct results *r = store_read(path);
    assert_non_null(r);
    assert_int_equal(r->series_count, 2);
    assert_string_equal(r->series[0].name, "gaussian");
    assert_int_equal(r->series[0].replicates, 40);
    check_close(r->series[0].log_n[0], log(16), 0);
    results_free(r);
    check_digest(path, digest);
}

int main(void) {
    if (!getcwd(top, sizeof top)) { return 1; }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_prescription, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_numerics, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_digest, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_foreign, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_refusals, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_disallowed, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_full_disk, sample_make_place, sample_remove_place),
        cmocka_unit_test_setup_teardown(test_other_readers, sample_make_place, sample_remove_place),
        cmocka_unit_test(test_old_file),
        cmocka_unit_test_setup_teardown(test_damage, sample_make_place, sample_remove_place),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
