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

/* Units cover every replicate once, whole blocks each, and are found by what they are. */
static void test_units_tile(void **state) {
    (void)state;
    struct setting s = setting_make(few_text);
    double covered = 0;
    for (size_t i = 0; i < s.plan.unit_count; i++) {
        struct unit u = unit_get(&s.plan, i);
        const struct unit_cell *c = u.cell;
        covered += (double)u.replicates;
        assert_int_equal(u.first_replicate % (c->unit_blocks * RESULTS_BLOCK_LENGTH), 0);
        assert_true(c->unit_blocks <= 64 && (c->unit_blocks & (c->unit_blocks - 1)) == 0);
        assert_true(u.replicates > 0 && u.first_replicate + u.replicates <= 20000);
        struct unit_range range;
        assert_true(unit_find(&s.plan, c->key, u.first_replicate, u.replicates, &range));
        assert_true(range.first == i && range.end == i + 1);
        assert_false(unit_find(&s.plan, c->key, u.first_replicate, u.replicates + 1, &range));
        assert_false(unit_find(&s.plan, c->key, u.first_replicate + 1, u.replicates, &range));
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
    for (size_t i = 0; i < few.plan.unit_count; i++) {
        struct unit u = unit_get(&few.plan, i);
        struct unit_range range;
        bool same = unit_find(&many.plan, u.cell->key, u.first_replicate, u.replicates, &range),
             last = u.first_block + u.block_count == u.cell->block_count;
        lost += !same;
        assert_true(last || same);
    }
    assert_true(lost <= few.plan.cell_count);
    setting_free(&few);
    setting_free(&many);
}

/* Nodes of several units are found, where they are aligned and whole. */
static void test_nodes(void **state) {
    (void)state;
    struct setting s =
        setting_make("replicates: 13000\nn: [2^22]\nrows: drawn\nseries: [{family: gaussian}]\n");
    const struct unit_cell *c = s.plan.cell; /* of a block each: 203 and a part */
    assert_true(c->unit_blocks == 1 && c->unit_count == 204);
    const struct {
        size_t first, count;
        bool found;
    } cases[] = {{0, 128, true},   {64, 64, true}, {200, 2, true}, {202, 1, true},  {203, 1, true},
                 {64, 128, false}, {1, 2, false},  {192, 8, true}, {202, 2, false}, {0, 256, false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct unit of = unit_part(c, cases[i].first, cases[i].count);
        struct unit_range range;
        assert_int_equal(unit_find(&s.plan, c->key, of.first_replicate, of.replicates, &range),
                         cases[i].found);
        if (!cases[i].found) { continue; }
        struct unit span = unit_span(&s.plan, range);
        struct unit_range back = unit_range_of(&s.plan, &span);
        assert_true(range.first == cases[i].first && range.end == cases[i].first + cases[i].count);
        assert_true(back.first == range.first && back.end == range.end);
        assert_true(span.replicates == of.replicates && span.kept == of.kept);
    }
    assert_int_equal(unit_node(&s.plan, (struct unit_range){0, 204}, INFINITY), 128);
    assert_int_equal(unit_node(&s.plan, (struct unit_range){4, 204}, INFINITY), 4);
    assert_int_equal(unit_node(&s.plan, (struct unit_range){0, 204}, 0), 1);
    setting_free(&s);
}

/* Under a target a cell's first units end where it may end, and it belongs whole to one shard. */
static void test_target(void **state) {
    (void)state;
    struct setting s = setting_make("replicates: 20000\ntarget: {collapse: 0.01}\nn: [100, 1e20]\n"
                                    "series: [{family: gaussian}, {family: gumbel}]\n");
    size_t next = 0, shared = 0;
    for (size_t i = 0; i < s.plan.cell[0].unit_count; i++) {
        const struct unit u = unit_get(&s.plan, i);
        const size_t length = i == 0 ? 4 : u.first_block < 64 ? u.first_block : 64;
        struct unit_range range;
        assert_int_equal(u.first_block, next);
        assert_int_equal(u.block_count, u.first_block + length < 313 ? length : 313 - u.first_block);
        assert_true(unit_find(&s.plan, u.cell->key, u.first_replicate, u.replicates, &range));
        assert_true(range.first == i && range.end == i + 1);
        next += u.block_count;
    }
    assert_int_equal(next, 313);
    for (size_t blocks = 4; blocks <= 256; blocks *= 2) {
        const struct unit node = unit_part(&s.plan.cell[1], 0, blocks);
        struct unit_range range;
        assert_true(unit_find(&s.plan, node.cell->key, 0, node.replicates, &range));
        struct unit span = unit_span(&s.plan, range);
        assert_int_equal(span.block_count, blocks);
        assert_false(unit_find(&s.plan, node.cell->key, 0, node.replicates + 64, &range));
    }
    for (size_t shard = 0; shard < 3; shard++) {
        struct unit_list list = unit_shares(&s.plan, shard, 3);
        const struct unit_range *share = list.range;
        for (size_t i = 0; i < list.count && share[i].first < s.plan.unit_count; i++, shared++) {
            const struct unit_range all = unit_of_whole(unit_get(&s.plan, share[i].first).cell);
            assert_true(share[i].first == all.first && share[i].end == all.end);
            for (struct unit_range rest = all; rest.first < rest.end;) {
                struct unit_range node = {rest.first, rest.first + unit_node(&s.plan, rest, 1e9)};
                const struct unit span = unit_span(&s.plan, node);
                assert_true(unit_is_node(&span) || node.end == all.end);
                assert_true(unit_cost(&span) <= 1e9 || node.end == node.first + 1);
                rest.first = node.end;
            }
        }
        free(list.range);
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
    size_t units = unit_plan_size(&s.plan);
    for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
        unsigned char *covered = calloc(units, 1);
        double least = INFINITY, most = 0;
        for (size_t shard = 0; shard < counts[k]; shard++) {
            struct unit_list list = unit_shares(&s.plan, shard, counts[k]);
            const struct unit_range *share = list.range;
            double cost = 0;
            for (size_t i = 0; i < list.count; i++) {
                bool sampled = share[i].first < s.plan.unit_count;
                assert_true(share[i].first < share[i].end);
                assert_true(i == 0 || share[i].first >= share[i - 1].end);
                assert_true(!sampled || unit_get(&s.plan, share[i].first).cell ==
                                            unit_get(&s.plan, share[i].end - 1).cell);
                if (sampled) { cost += unit_range_cost(&s.plan, share[i]); }
                for (size_t u = share[i].first; u < share[i].end; u++) { covered[u]++; }
            }
            assert_true(list.count <= 2 * s.plan.cell_count);
            least = fmin(least, cost);
            most = fmax(most, cost);
            free(list.range);
        }
        for (size_t u = 0; u < units; u++) { assert_int_equal(covered[u], 1); }
        assert_true(least > 0.9 * most);
        free(covered);
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
        cmocka_unit_test(test_units_tile), cmocka_unit_test(test_units_stay),
        cmocka_unit_test(test_nodes),      cmocka_unit_test(test_target),
        cmocka_unit_test(test_shares),     cmocka_unit_test(test_keys_differ),
    };
    return cmocka_run_group_tests_name("unit", tests, NULL, NULL);
}
