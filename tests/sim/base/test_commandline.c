/* What a command takes of its words by the table of its options. */
#include "tests/test.h"

#include <string.h>

#include "sim/base/commandline.h"
#include "sim/base/message.h"

static bool refuses_no(const struct commandline_option *option, const char *value, void *heard) {
    *(const char **)heard = option->name;
    return strcmp(value, "no") != 0;
}

struct taken {
    bool quiet;
    const char *output, *heard;
    int threads;
    struct commandline line;
    bool goes_on;
};

static struct taken take(size_t count, const char *const *word) {
    struct taken t = {.threads = 7};
    const struct commandline_option known[] = {
        {"quiet", .meaning = "no words", .flag = &t.quiet},
        {"output", 'o', "FILE", "where", .text = &t.output},
        {"threads", 0, "K", "how many", .threads = &t.threads},
        {"set", 0, "PATH=VALUE", "what", .repeats = true, .take = refuses_no}};
    t.line = (struct commandline){
        .takes = "FILE", .about = "Does.", .count = 4, .option = known, .context = &t.heard};
    t.goes_on = commandline_read(&t.line, (int)count, (char **)word);
    return t;
}
#define TAKE(...)                                                                                            \
    take(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), (const char *[]){__VA_ARGS__, NULL})

static void test_words(void **state) {
    (void)state;
    struct taken t = TAKE("run", "a", "--quiet", "--set", "1", "-o", "x", "b", "--threads", "2^3", "--set",
                          "2", "--quiet");
    assert_true(t.goes_on && t.quiet && t.threads == 8);
    assert_string_equal(t.output, "x");
    assert_string_equal(t.heard, "set");
    assert_int_equal(t.line.words, 2);
    assert_string_equal(t.line.word[1], "b");
    t = TAKE("run", "--output=y", "--", "--quiet");
    assert_true(t.goes_on && !t.quiet && t.threads == 7 && t.line.words == 1);
    assert_string_equal(t.output, "y");
}

static void test_ends(void **state) {
    (void)state;
    struct taken t = TAKE("run", "--help", "--bogus");
    assert_true(!t.goes_on && t.line.status == EXIT_DONE);
    const struct taken bad[] = {TAKE("run", "--bogus"),
                                TAKE("run", "--threads", "0"),
                                TAKE("run", "--threads", "5000"),
                                TAKE("run", "--set", "no"),
                                TAKE("run", "-o"),
                                TAKE("run", "-o", ""),
                                TAKE("run", "-o", "x", "--output=x"),
                                TAKE("run", "--threads", "2", "a", "--threads", "2"),
                                TAKE("run", "a", ""),
                                TAKE("run", "--bogus", "-h")};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_true(!bad[i].goes_on && bad[i].line.status == EXIT_USAGE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_words), cmocka_unit_test(test_ends)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
