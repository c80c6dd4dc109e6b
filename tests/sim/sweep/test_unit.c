/* Which units there are, and who computes them. */
#include "tests/sim/setting.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sweep/unit.h"

static const char few_text[] = "replicates: 20000\nn: [100, 1e20]\nseries:\n  - family: gaussian\n"
                               "  - {family: spherical, dimension: 5, rows: drawn, n: [2^22]}\n";
static const char many_text[] = "replicates: 50000\nn: [100, 5000, 1e20]\nquantiles: [0.5]\nseries:\n"
                                "  - {family: spherical, dimension: 5, rows: drawn, n: [2^22]}\n"
                                "  - family: gumbel\n  - family: gaussian\n";

static bool same_unit(const struct unit *a, const struct unit *b) {
    return a->cell == b->cell && a->first_block == b->first_block && a->block_count == b->block_count &&
           a->first_replicate == b->first_replicate && a->replicates == b->replicates && a->kept == b->kept;
}

/* Units cover every replicate once, whole blocks each, and are found by what they are. */
static void test_units_tile(void **state) {
    (void)state;
    struct setting s = setting_make(few_text);
    double covered = 0;
    for (size_t i = 0; i < s.sampled; i++) {
        struct unit u = s.units.unit[i], found;
        const struct unit_cell *c = u.cell;
        covered += (double)u.replicates;
        assert_int_equal(u.first_replicate % (c->unit_blocks * RESULTS_BLOCK_LENGTH), 0);
        assert_true(c->unit_blocks <= 64 && (c->unit_blocks & (c->unit_blocks - 1)) == 0);
        assert_true(u.replicates > 0 && u.first_replicate + u.replicates <= 20000);
        assert_true(unit_find(&s.plan, c->key, u.first_replicate, u.replicates, &found));
        assert_true(same_unit(&u, &found));
        assert_false(unit_find(&s.plan, c->key, u.first_replicate, u.replicates + 1, &found));
        assert_false(unit_find(&s.plan, c->key, u.first_replicate + 1, u.replicates, &found));
    }
    check_close(covered, 3 * 20000, 0);
    assert_int_equal(s.plan.cell[0].unit_blocks, 1); /* rows of 2^22 scores */
    setting_free(&s);
}

/* More replicates, more n, more series and other quantiles leave all units as they were but for the last of
 * each cell. */
static void test_units_stay(void **state) {
    (void)state;
    struct setting few = setting_make(few_text), many = setting_make(many_text);
    size_t lost = 0;
    for (size_t i = 0; i < few.sampled; i++) {
        struct unit u = few.units.unit[i], found;
        bool same = unit_find(&many.plan, u.cell->key, u.first_replicate, u.replicates, &found),
             last = u.first_block + u.block_count == u.cell->block_count;
        lost += !same;
        assert_true(last || same);
    }
    assert_true(lost <= few.plan.cell_count);
    setting_free(&few);
    setting_free(&many);
}

static void test_names(void **state) {
    (void)state;
    struct setting s = setting_make(few_text);
    const struct {
        struct unit of;
        const char *name;
    } known[] = {{s.units.unit[1], "spherical at n = 4.1943e+06, replicates 64 to 127"},
                 {unit_exact(&s.plan.cell[1]), "gaussian at n = 1e+20, exact values"}};
    char name[UNIT_NAME];
    for (size_t i = 0; i < 2; i++) { assert_string_equal(unit_name(&known[i].of, name), known[i].name); }
    setting_free(&s);
}

/* Nodes are found, of several units or of less than one, where they are aligned and whole. */
static void test_nodes(void **state) {
    (void)state;
    struct setting s =
        setting_make("replicates: 13000\nn: [2^22]\nrows: drawn\nseries: [{family: gaussian}]\n");
    struct setting large = setting_make("replicates: 13000\nn: [1e20]\nseries: [{family: gaussian}]\n");
    const struct unit_cell *c = s.plan.cell; /* of a block each: 203 and a part */
    assert_true(c->unit_blocks == 1 && s.sampled == 204 && large.plan.cell->unit_blocks == 64);
    const struct {
        size_t first, count;
        bool found, in_large;
    } cases[] = {{0, 128, true, true},   {64, 64, true, true},   {200, 2, true, true},
                 {202, 1, true, true},   {203, 1, true, true},   {64, 128, false, false},
                 {1, 2, false, false},   {192, 8, true, true},   {202, 2, false, true},
                 {200, 4, false, true},  {201, 3, false, false}, {0, 256, false, false},
                 {128, 76, false, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int k = 0; k < 2; k++) {
            const struct unit_plan *plan = k == 0 ? &s.plan : &large.plan;
            struct unit of = unit_part(plan->cell, cases[i].first, cases[i].count), found;
            const bool is_there = k == 0 ? cases[i].found : cases[i].in_large;
            assert_int_equal(unit_find(plan, plan->cell->key, of.first_replicate, of.replicates, &found),
                             is_there);
            assert_true(!is_there || same_unit(&of, &found));
        }
    }
    const struct {
        size_t first, count;
        double cost;
        size_t taken, taken_large;
    } takes[] = {
        {0, 204, INFINITY, 128, 128}, {4, 200, INFINITY, 4, 4}, {0, 204, 0, 1, 64}, {0, 4, 0, 1, 4},
        {0, 6, INFINITY, 4, 4},       {192, 12, 0, 1, 12},      {200, 3, 0, 1, 2},  {201, 3, 0, 1, 1}};
    for (size_t i = 0; i < sizeof takes / sizeof takes[0]; i++) {
        for (int k = 0; k < 2; k++) {
            const struct unit_cell *cell = k == 0 ? c : large.plan.cell;
            struct unit rest = unit_part(cell, takes[i].first, takes[i].count),
                        taken = unit_take(&rest, takes[i].cost);
            const size_t want = k == 0 ? takes[i].taken : takes[i].taken_large;
            const struct unit part = unit_part(cell, takes[i].first, want);
            assert_true(same_unit(&taken, &part));
            assert_true(rest.first_block == unit_end(&taken) && rest.block_count == takes[i].count - want);
        }
    }
    struct unit exact = unit_exact(c), taken = unit_take(&exact, 0);
    assert_true(unit_is_exact(&taken) && taken.block_count == 1 && exact.block_count == 0);
    setting_free(&s);
    setting_free(&large);
}

/* Parts of one unit are one; exact values, which have the next place, are another. */
static void test_amount(void **state) {
    (void)state;
    struct setting s = setting_make("replicates: 5000\nn: [1e20]\nseries: [{family: gaussian}]\n");
    const struct unit_cell *c = s.plan.cell; /* 79 blocks: a unit of 64 and a part */
    struct unit parts[] = {unit_part(c, 0, 8), unit_part(c, 16, 16), unit_part(c, 40, 30),
                           unit_part(c, 78, 1), unit_exact(c)};
    const size_t units[] = {0, 1, 1, 2, 2, 3};
    for (size_t count = 0; count <= 5; count++) {
        assert_int_equal(unit_amount(&(struct unit_list){count, parts}).units, units[count]);
    }
    assert_true(c->unit_blocks == 64 && c->block_count == 79);
    setting_free(&s);
}

/* Under a target what is between two counts is found, and a cell belongs whole to one shard. */
static void test_target(void **state) {
    (void)state;
    struct setting s = setting_make("replicates: 20000\ntarget: {collapse: 0.01}\nn: [100, 1e20]\n"
                                    "series: [{family: gaussian}, {family: gumbel}]\n");
    size_t shared = 0;
    for (size_t blocks = 4; blocks <= 256; blocks *= 2) {
        const struct unit_cell *c = &s.plan.cell[1];
        struct unit next = unit_part(c, blocks / 2, blocks / 2), node = unit_part(c, 0, blocks), found;
        assert_true(unit_find(&s.plan, c->key, next.first_replicate, next.replicates, &found));
        assert_true(unit_find(&s.plan, c->key, 0, node.replicates, &found) && same_unit(&node, &found));
        assert_false(unit_find(&s.plan, c->key, 0, node.replicates + 64, &found));
    }
    for (size_t shard = 0; shard < 3; shard++) {
        struct unit_list list = unit_shares(&s.plan, shard, 3);
        for (size_t i = 0; i < list.count && !unit_is_exact(&list.unit[i]); i++, shared++) {
            const struct unit all = unit_whole(list.unit[i].cell);
            assert_true(same_unit(&all, &list.unit[i]));
            for (struct unit rest = all; rest.block_count > 0;) {
                const struct unit node = unit_take(&rest, 1e9);
                assert_true(unit_is_node(&node) || rest.block_count == 0);
                assert_true(unit_cost(&node) <= 1e9 || node.block_count <= node.cell->unit_blocks);
            }
        }
        free(list.unit);
    }
    assert_int_equal(shared, 4);
    setting_free(&s);
}

/* Shares tile the plan, are alike in cost, and of every cell one range at most. */
static void test_shares(void **state) {
    (void)state;
    struct setting s = setting_make("replicates: 400000\nn: [100, 5000, 2^20]\nrows: drawn\nseries: "
                                    "[{family: gaussian}, {family: gumbel}]\n");
    const size_t counts[] = {1, 2, 3, 7, 16, 100};
    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
        double least = INFINITY, most = 0;
        unsigned char *covered[6]; /* blocks of every cell, and behind them its exact values */
        for (size_t c = 0; c < 6; c++) { covered[c] = calloc(s.plan.cell[c].block_count + 1, 1); }
        for (size_t shard = 0; shard < counts[k]; shard++) {
            struct unit_list list = unit_shares(&s.plan, shard, counts[k]);
            double cost = 0;
            for (size_t i = 0; i < list.count; i++) {
                const struct unit *u = &list.unit[i];
                assert_true(u->block_count > 0);
                assert_true(i == 0 || unit_is_exact(u) != unit_is_exact(u - 1) || u->cell > u[-1].cell);
                if (!unit_is_exact(u)) { cost += unit_cost(u); }
                for (size_t b = u->first_block; b < unit_end(u); b++) { covered[u->cell - s.plan.cell][b]++; }
            }
            assert_true(list.count <= 2 * s.plan.cell_count);
            least = fmin(least, cost);
            most = fmax(most, cost);
            free(list.unit);
        }
        for (size_t c = 0; c < 6; c++) {
            for (size_t b = 0; b <= s.plan.cell[c].block_count; b++) { assert_int_equal(covered[c][b], 1); }
            free(covered[c]);
        }
        assert_true(least > 0.9 * most);
    }
    setting_free(&s);
}

/* What changes the numbers changes the key. */
static void test_keys_differ(void **state) {
    (void)state;
    static const char *const head[] = {"",
                                       "seed: 5\n",
                                       "beta: [1, 2]\n",
                                       "ordered_weights: 3\n",
                                       "keep_replicates: 3\n",
                                       "common_randomness: true\n",
                                       "collapse: {entropy: [2]}\n",
                                       "rows: drawn\n"};
    enum { HEADS = sizeof head / sizeof head[0] };
    uint8_t key[HEADS][UNIT_KEY];
    for (size_t i = 0; i < HEADS; i++) {
        char text[200];
        snprintf(text, sizeof text, "%sn: [1000]\nseries:\n  - family: gaussian\n", head[i]);
        struct setting s = setting_make(text);
        memcpy(key[i], s.plan.cell[0].key, UNIT_KEY);
        setting_free(&s);
        for (size_t k = 0; k < i; k++) { assert_true(memcmp(key[i], key[k], UNIT_KEY) != 0); }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_units_tile),  cmocka_unit_test(test_units_stay), cmocka_unit_test(test_nodes),
        cmocka_unit_test(test_amount),      cmocka_unit_test(test_target),     cmocka_unit_test(test_shares),
        cmocka_unit_test(test_keys_differ), cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests_name("unit", tests, NULL, NULL);
}
