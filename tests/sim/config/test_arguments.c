/* Words KEY=VALUE as a tree. */
#include "tests/sim/config/scratch.h"

#include "sim/config/arguments.h"

static const char *const names[] = {"n", "beta", "scale"};
enum { NAMES = sizeof names / sizeof *names };

/* Reads the words that a NULL ends; `messages` receives what was said. */
static struct arguments read_words(char *const *word) {
    size_t count = 0;
    while (word[count]) { count++; }
    return arguments_read("test", "front", count, word, NAMES, names);
}

static bool end_quietly(const struct scratch *scratch, struct arguments *arguments, char **messages) {
    int kept = quiet_start(scratch);
    bool good = arguments_end(arguments);
    quiet_end(scratch, kept, messages);
    return good;
}

static void test_words(void **state) {
    static char *const word[] = {"n=1000, 2^16 ,3", "beta=[1/16,[e^2]]", "scale={coef:1,log_power: -2}",
                                 NULL};
    struct arguments arguments = read_words(word);
    const struct yaml_node *n = yaml_find(arguments.root, "n"), *beta = yaml_find(arguments.root, "beta"),
                           *scale = yaml_find(arguments.root, "scale");
    assert_int_equal(n->kind, YAML_LIST);
    assert_int_equal(n->count, 3);
    assert_string_equal(n->value[0]->text, "1000");
    assert_string_equal(n->value[1]->text, "2^16");
    assert_int_equal(n->value[1]->offset, 8);
    assert_int_equal(beta->value[1]->kind, YAML_LIST);
    assert_string_equal(beta->value[1]->value[0]->text, "e^2");
    assert_string_equal(yaml_find(scale, "coef")->text, "1");
    assert_int_equal(yaml_find(scale, "coef")->offset, 12);
    assert_string_equal(yaml_find(scale, "log_power")->text, "-2");
    char *messages;
    assert_true(end_quietly(*state, &arguments, &messages));
    assert_string_equal(messages, "");
    free(messages);
}

static void test_faults(void **state) {
    static const struct {
        char *word[3];
        const char *place, *words;
    } known[] = {
        {{"n"}, "1:1", "write KEY=VALUE"},
        {{"=3"}, "1:1", "write KEY=VALUE"},
        {{"n="}, "1:3", "no value is written"},
        {{"betta=3"}, "1:1", "did you mean `beta`?"},
        {{"temperature=3"}, "1:1", "test has no key `temperature`; its keys are: n, beta, scale"},
        {{"n=3", "n=4"}, "1:1", "`n` is given 2 times; keep one"},
        {{"n=[1,2"}, "1:7", "not valid YAML"},
        {{"scale=coef: 1"}, "1:7", "mappings as {key: value}"},
        {{"n=\xff"}, "1:1", "UTF-8"},
        {{"n=*a"}, "1:4", "aliases"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct arguments arguments = read_words(known[i].word);
        char *messages;
        assert_false(end_quietly(*state, &arguments, &messages));
        check_message(messages, "test", known[i].place, known[i].words);
        free(messages);
    }
}

static void test_all_faults_at_once(void **state) {
    static char *const word[] = {"n", "betta=3", "n=[1", NULL};
    struct arguments arguments = read_words(word);
    char *messages;
    assert_false(end_quietly(*state, &arguments, &messages));
    assert_string_equal(messages, "test:1:1: error: write KEY=VALUE\n    n\n    ^\n"
                                  "test:1:1: error: test has no key `betta`; did you mean `beta`?\n"
                                  "    betta=3\n    ^\n"
                                  "test:1:5: error: not valid YAML: flow sequence without a closing bracket\n"
                                  "    n=[1\n        ^\n");
    free(messages);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_faults, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_all_faults_at_once, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("arguments", tests, NULL, NULL);
}
