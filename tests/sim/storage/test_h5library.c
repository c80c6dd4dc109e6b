/* A process that reads a file of unknown make ends with the one that started it, however that ends. */
#include "tests/test.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/storage/h5library.h"

enum { PATIENCE = 60 }; /* seconds */

/* In the process that is killed: a child that reads for ever, which tells when it is confined. */
static void start_reader(int told, int held) {
    if (fork() == 0) {
        close(held);
        h5library_confine();
        write(told, "c", 1);
        alarm(2 * PATIENCE);
        for (;;) { pause(); }
    }
    for (;;) { pause(); }
}

static void test_reader_ends_with_its_parent(void **state) {
    (void)state;
    int told[2];
    char byte;
    assert_int_equal(pipe(told), 0);
    pid_t parent = fork();
    if (parent == 0) { start_reader(told[1], told[0]); }
    close(told[1]);
    assert_int_equal(read(told[0], &byte, 1), 1);
    kill(parent, SIGKILL);
    waitpid(parent, NULL, 0);
    struct pollfd end = {.fd = told[0], .events = POLLIN};
    assert_int_equal(poll(&end, 1, 1000 * PATIENCE), 1); /* the last who could write is gone */
    assert_int_equal(read(told[0], &byte, 1), 0);
    close(told[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_reader_ends_with_its_parent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
