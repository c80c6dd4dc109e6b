/* How wide a terminal is, and that colours and lines that are written anew go to terminals that obey alone.
 */
#include "tests/test.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sim/base/colour.h"
#include "sim/base/terminal.h"

static FILE *terminal_open(int *master, unsigned short columns) {
    *master = posix_openpt(O_RDWR | O_NOCTTY);
    assert_true(*master >= 0 && grantpt(*master) == 0 && unlockpt(*master) == 0);
    FILE *out = fopen(ptsname(*master), "w");
    assert_non_null(out);
    assert_int_equal(ioctl(fileno(out), TIOCSWINSZ, &(struct winsize){.ws_row = 24, .ws_col = columns}), 0);
    return out;
}

static void test_width(void **state) {
    (void)state;
    int master;
    FILE *terminal = terminal_open(&master, 72), *file = tmpfile();
    assert_non_null(file);
    unsetenv("COLUMNS");
    assert_int_equal(terminal_width(terminal), 72);
    assert_true(terminal_width(file) == SIZE_MAX);
    setenv("COLUMNS", "100", 1);
    assert_int_equal(terminal_width(terminal), 100);
    assert_int_equal(terminal_width(file), 100);
    setenv("COLUMNS", "3", 1);
    assert_int_equal(terminal_width(file), TERMINAL_NARROWEST);
    static const char *const nothing[] = {"", "0", "-5", "80x", "wide"};
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
        setenv("COLUMNS", nothing[i], 1);
        assert_int_equal(terminal_width(terminal), 72);
        assert_true(terminal_width(file) == SIZE_MAX);
    }
    fclose(terminal);
    fclose(file);
    close(master);
}

static void test_colours(void **state) {
    (void)state;
    int master;
    FILE *terminal = terminal_open(&master, 80);
    setenv("TERM", "xterm", 1);
    unsetenv("NO_COLOR");
    assert_string_equal(colour_of(terminal, COLOUR_GREEN), "\033[32m");
    setenv("NO_COLOR", "1", 1);
    assert_string_equal(colour_of(terminal, COLOUR_GREEN), "");
    setenv("NO_COLOR", "", 1);
    assert_string_equal(colour_of(terminal, COLOUR_PLAIN), "\033[0m");
    assert_true(terminal_obeys(terminal));
    setenv("TERM", "dumb", 1);
    assert_false(terminal_obeys(terminal));
    assert_string_equal(colour_of(terminal, COLOUR_GREEN), "");
    fclose(terminal);
    close(master);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_width), cmocka_unit_test(test_colours)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
