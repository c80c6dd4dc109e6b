/* What a process that came to grief may leave is found out before it is followed. */
#include "sim/storage/h5content.h"
#include "sim/storage/h5digest.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/test.h"

enum { ROOM = 1 << 16 };

static const struct h5_dimension dimension[] = {{"x", 3}};
static const struct h5_dataset wanted_dataset[] = {{.name = "a", .rank = 1}, {.name = "b", .rank = 1}};
static const struct h5_group wanted[] = {
    {"other", 1, 1, 0, dimension, wanted_dataset, NULL},
    {"group", 1, 2, 0, dimension, wanted_dataset, NULL},
};

static char *text_in(struct h5_content *c, const char *text) {
    return strcpy(h5content_take(c, strlen(text) + 1, 1), text);
}

/* The second group, with the second dataset: of numbers, or of texts. */
static struct h5_content *make(bool texts) {
    struct h5_content *c = h5content_create(ROOM);
    assert_non_null(c);
    uint64_t *whole = h5content_take(c, 1, sizeof *whole);
    c->attribute_count = 2;
    c->attribute = h5content_take(c, 2, sizeof *c->attribute);
    c->attribute[0] = (struct h5_attribute){.name = text_in(c, "kind"), .text = text_in(c, "k")};
    c->attribute[1] = (struct h5_attribute){.name = text_in(c, "seed"), .whole = whole};
    struct h5_dataset *d = h5content_take(c, 1, sizeof *d);
    *d = (struct h5_dataset){.name = wanted_dataset[1].name, .units = text_in(c, "1"), .rank = 1};
    c->group_count = 1;
    c->group = h5content_take(c, 1, sizeof *c->group);
    c->group[0] = (struct h5_group){
        "group",
        1,
        1,
        1,
        dimension,
        d,
        memcpy(h5content_take(c, 1, sizeof *c->attribute), c->attribute, sizeof *c->attribute)};
    c->group[0].name = wanted[1].name;
    const char **text = h5content_take(c, 3, sizeof *text);
    for (size_t i = 0; i < 3; i++) { text[i] = text_in(c, "t"); }
    d->text = texts ? text : NULL;
    d->number = texts ? NULL : h5content_take(c, 3, sizeof(double));
    return c;
}

static bool is_sound(struct h5_content *c) { return h5content_accept(c, ROOM, 2, wanted); }

static void test_sound(void **state) {
    (void)state;
    for (int texts = 0; texts < 2; texts++) {
        struct h5_content *c = make(texts);
        assert_true(is_sound(c));
        assert_ptr_equal(h5content_group(c->group_count, c->group, "group"), c->group);
        assert_null(h5content_dataset(c->group, "a"));
        h5content_free(c);
    }
}

/* Every word of what was left there, as one after another stray value: refused or harmless; pointers and
 * counts are refused. */
static void test_strays(void **state) {
    (void)state;
    const uint64_t stray[] = {1, ROOM, UINT64_MAX, UINT64_MAX / 2, (uintptr_t)wanted};
    size_t refused = 0;
    for (int texts = 0; texts < 2; texts++) {
        struct h5_content *c = make(texts);
        const size_t words = c->used / 8;
        char saved[ROOM];
        memcpy(saved, c, c->used + 1);
        for (size_t i = 0; i < words; i++) {
            for (size_t k = 0; k < sizeof stray / sizeof *stray; k++) {
                ((uint64_t *)(void *)c)[i] = stray[k];
                refused += !is_sound(c);
                memcpy(c, saved, words * 8 + 1);
            }
        }
        assert_true(is_sound(c));
        h5content_free(c);
    }
    assert_in_range(refused, 200, 400);
}

/* A text that nothing ends stops where the room that is used does, a fault where its own room does. */
static void test_endless_text(void **state) {
    (void)state;
    struct h5_content *c = make(false);
    char *last = h5content_take(c, 16, 1);
    memset(last, 'x', 16);
    ((char *)c)[c->used] = 'x';
    c->attribute[0].text = last;
    memset(c->fault, 'x', sizeof c->fault);
    assert_true(is_sound(c));
    assert_int_equal(strnlen(c->fault, sizeof c->fault), sizeof c->fault - 1);
    assert_int_equal(strlen(c->attribute[0].text), 16);
    h5content_free(c);
}

/* What was accepted is out of reach of whoever is forked later. */
static void test_not_shared(void **state) {
    (void)state;
    struct h5_content *c = make(false);
    assert_true(is_sound(c));
    pid_t child = fork();
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL);
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        c->group_count = 0;
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(c->group_count == 1);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    h5content_free(c);
}

static void test_room(void **state) {
    (void)state;
    struct h5_content *c = h5content_create(ROOM);
    assert_null(h5content_take(c, ROOM, 1));
    assert_null(h5content_take(c, SIZE_MAX / 4, 8));
    assert_non_null(h5content_take(c, (ROOM - sizeof *c) / 8 - 3, 8));
    assert_null(h5content_take(c, 100, 1));
    h5content_free(c);
    assert_null(h5content_create((size_t)1 << 62));
}

/* What is there stays, and what lies behind it is no room any more. */
static void test_trim(void **state) {
    (void)state;
    struct h5_content *c = make(true);
    assert_true(is_sound(c));
    h5content_trim(c);
    assert_true(c->room < ROOM / 4 && c->room > c->used);
    assert_string_equal(c->group->dataset->text[2], "t");
    assert_int_equal(msync((char *)c + c->room, ROOM - c->room, MS_ASYNC), -1);
    assert_int_equal(errno, ENOMEM);
    h5content_free(c);
}

/* In order of name, a group before those within it and these before its neighbours: SHA-256 as Python has it
 * of 7, "config", "a", "a/x", "mean", "of values", 0, 0, "mean_error", "of values", 0, 0, "a-b", "b", where a
 * number has 8 bytes and a text its length before it. */
static void test_order_of_names(void **state) {
    (void)state;
    static const char known[] = "b74ee6bcaf0d6bfa11972ce465f5747b5938969773073a7ebe236cc42a28b4b6";
    static const struct h5_attribute text[] = {{.name = "mean_error", .text = "of values"},
                                               {.name = "mean", .text = "of values"}};
    struct h5_group group[] = {{.name = "b"},
                               {.name = "a-b"},
                               {.name = "a/x", .attribute_count = 2, .attribute = text},
                               {.name = "a"}};
    char digest[65];
    for (int turn = 0; turn < 4; turn++) {
        const struct h5_group first = group[0];
        h5digest(7, "config", (struct h5digest_groups){4, group}, (struct h5digest_groups){4, group}, digest);
        assert_string_equal(digest, known);
        memmove(group, group + 1, 3 * sizeof first);
        group[3] = first;
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound),          cmocka_unit_test(test_strays),
        cmocka_unit_test(test_endless_text),   cmocka_unit_test(test_not_shared),
        cmocka_unit_test(test_room),           cmocka_unit_test(test_trim),
        cmocka_unit_test(test_order_of_names),
    };
    return cmocka_run_group_tests_name("h5content", tests, NULL, NULL);
}
