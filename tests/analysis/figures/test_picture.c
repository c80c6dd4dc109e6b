/* Pictures become files whole or not at all. */
#include "tests/directory.h"
#include "tests/test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/figures/picture.h"

static const char *const whole[PICTURE_FORMATS] = {"<?xml version=\"1.0\"?><svg></svg>\n\n",
                                                   "\x89PNG\r\n\x1a\n....IEND\xae\x42\x60\x82",
                                                   "%PDF-1.5\n....\n%%EOF\n"};
/* As it is in the file. */
static const char svg[] = "<?xml version=\"1.0\"?><svg xml:space=\"preserve\"></svg>\n\n";
static const char *const lines[PICTURE_FORMATS] = {"\n\n", "", "\n"}; /* at their ends, which may lack */

static void assert_file(size_t format, size_t lacking) {
    const char *text = format == 0 ? svg : whole[format];
    const size_t length = strlen(text) - lacking;
    char name[32], found[64];
    snprintf(name, sizeof name, "p.%s", picture_extension[format]);
    int file = open(name, O_RDONLY);
    assert_int_equal(read(file, found, sizeof found), (int)length);
    assert_memory_equal(found, text, length);
    close(file);
}

/* Whether a picture is written whose one format has these bytes alone. */
static bool writes(size_t format, const char *bytes, size_t size) {
    struct picture p;
    assert_true(picture_create(&p));
    for (size_t f = 0; f < PICTURE_FORMATS; f++) {
        size_t length = f == format ? size : strlen(whole[f]);
        assert_int_equal(write(p.memory[f], f == format ? bytes : whole[f], length), (int)length);
    }
    bool good = picture_write(&p, "p");
    picture_free(&p);
    return good;
}

static void whole_ones_are_written(void **state) {
    (void)state;
    assert_true(writes(0, whole[0], strlen(whole[0])));
    for (size_t f = 0; f < PICTURE_FORMATS; f++) { assert_file(f, 0); }
}

/* Cut anywhere, at its end or at its beginning: what was there stays. */
static void cut_ones_are_not(void **state) {
    (void)state;
    for (size_t f = 0; f < PICTURE_FORMATS; f++) {
        size_t length = strlen(whole[f]) - strlen(lines[f]);
        assert_true(writes(0, whole[0], strlen(whole[0])));
        for (size_t size = 0; size < length; size++) { assert_false(writes(f, whole[f], size)); }
        assert_true(writes(f, whole[f], length));
        assert_false(writes(f, whole[f] + 1, length - 1));
        assert_file(f, strlen(lines[f]));
    }
}

static int leave(void **state) {
    for (size_t f = 0; f < PICTURE_FORMATS; f++) {
        char name[32];
        snprintf(name, sizeof name, "p.%s", picture_extension[f]);
        unlink(name);
    }
    return leave_directory(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_ones_are_written),
        cmocka_unit_test(cut_ones_are_not),
    };
    return cmocka_run_group_tests_name("picture", tests, enter_directory, leave);
}
