/* Exact means of keys whose scores fall with their distance where these spread over many steps: long grids,
 * ladders, and what polynomials between points miss. */
#include "tests/models/oracle/oracle_law.h"

/* Scores that spread over thousands of steps, where sums and functions go by fewer: against grids 2.7 times
 * finer of which every point was asked for, key by key. */
static void test_long_grids(void **state) {
    (void)state;
    const struct {
        double linear, log, log_n, beta, entropy, participation;
    } known[] = {{0.1, 0, 16 * M_LN2, 0.3092371825520667, 1.03703753015482, 0.64505522634069},
                 {0.1, 0, 16 * M_LN2, 2.473897460416534, 0.06896228646189, 0.95975678405184},
                 {1, 0, 16 * M_LN2, 1.2083174125777347, 0.39114829965830, 0.79679871817793},
                 {0, 1, 16 * M_LN2, 0.357700118046156, 0.24430862003014, 0.86796838484446},
                 {0.01, 0, 690, 0.4374144509592182, 0.27850062985853, 0.85349396675888}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct law law = law_at("stretched", 0.5, 1, known[i].linear, known[i].log);
        const struct oracle_point point =
            point_at(&law, known[i].log_n, known[i].beta / scale(&law, known[i].log_n));
        check_close(point.entropy, known[i].entropy, 2e-13);
        check_close(point.participation, known[i].participation, 2e-13);
    }
}

/* The same of heavy tails, whose grids would have up to 46000 points: against such, of steps of 0.2. */
static void test_heavy_tails(void **state) {
    (void)state;
    const struct {
        double linear, log, log_n, beta, entropy, participation, log_partition, susceptibility;
    } known[] = {{0.001, 0, 27.6310211159285, 3.448250916086936, 6.323994406838, 0.0135919525962,
                  3.863326043629, 2.126371222493},
                 {0.001, 0, 27.6310211159285, 27.586007328695487, 0.410896845414, 0.7954069304317,
                  3.817410150739, 0.518076195404},
                 {0.1, 0.3, 10 * M_LN2, 9.728257658897975, 0.313656465774, 0.8379074903576, 1.191297844628,
                  0.539512835500},
                 {0.01, 2, 16 * M_LN2, 2.4997257406091005, 0.177964390080, 0.9274095345999, 0.316616682263,
                  0.541880269710},
                 {0.01, 2, 16 * M_LN2, 39.99561184974561, 4.04522328e-5, 0.9999756262807, 4.444651478867,
                  4.29917027e-5},
                 {0.01, 2, 16 * M_LN2, 159.98244739898243, 9.8236329e-6, 0.9999940312061, 17.778531162918,
                  9.8611690e-6}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct law law = law_at("pareto", 10, 0, known[i].linear, known[i].log);
        const struct oracle_point x =
            point_at(&law, known[i].log_n, known[i].beta / scale(&law, known[i].log_n));
        check_close(x.entropy, known[i].entropy, 5e-12);
        check_close(x.participation, known[i].participation, 5e-12);
        check_close(x.log_partition, known[i].log_partition, 5e-12);
        check_close(x.susceptibility, known[i].susceptibility, 5e-12);
        assert_true(x.entropy_error < 2e-10 && x.susceptibility_error < 1e-10);
    }
}

/* Below the critical beta entropies are as large as log n is, whose squares the susceptibility is a
 * difference of, and the integral lies far below where rows have their highest scores: against grids of 13 to
 * 72 thousand points of which every one was asked for. */
static void test_below_the_critical_beta(void **state) {
    (void)state;
    const struct {
        const char *family;
        double power, linear, log, log_n, ratio, entropy, participation, log_partition, susceptibility;
    } known[] = {
        {"pareto", 10, 0, 1, 690.775527898, 0.5, 690.101062668915, 9.62319358768e-4, 345.462723803444,
         6.741357297037},
        {"pareto", 6, 0, 0.1, 200, 0.08, 199.999947506422, 2.547151999e-7, 184.000010498688, 3.14961446e-4},
        {"pareto", 4, 0.05, 0, 150, 0.09, 5.60458244897473, 5.43009428653e-3, 4.512332718983, 1.024305955912},
        {"stretched", 0.15, 1, 2, 40, 0.3, 18.1831291472717, 3.871983047695e-2, 13.708169020201,
         3.256510525257}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct law law = law_at(known[i].family, known[i].power, 1, known[i].linear, known[i].log);
        const struct oracle_point x = point_at(&law, known[i].log_n, known[i].ratio);
        const double square = 1e-15 * known[i].entropy * known[i].entropy;
        check_close(x.entropy, known[i].entropy, 1e-13 * known[i].entropy);
        check_close(x.participation, known[i].participation, 2e-13);
        check_close(x.log_partition, known[i].log_partition, 1e-11 + 1e-12 * known[i].log_partition);
        check_close(x.susceptibility, known[i].susceptibility, 2e-11 + square);
        assert_true(x.susceptibility_error < 1e-10 * (1 + known[i].susceptibility) + 6 * square);
    }
}

/* Rows whose highest scores are those of far keys, of which e^238 have one above the nearest's with
 * probability 1e-7: grids had ended before them, with log Z off by 4e-6. The integral begins where no row is,
 * on all steps. */
static void test_far_keys_and_near_ends(void **state) {
    (void)state;
    const struct {
        double tail, linear, log, log_n, beta, entropy, participation, log_partition;
    } known[] = {
        {56.5338, 0, 0.370224, 238.336, 11.012662947035611, 0.322401163844, 0.861206299738, 0.275521922841},
        {7.42965, 0.0417399, 1.2444, 7.53155, 3.055703247845617, 0.357817008127, 0.835032235728,
         0.579112641233}};
    for (size_t i = 0; i < 4; i++) {
        const struct law law = law_at("pareto", known[i / 2].tail, 0, known[i / 2].linear, known[i / 2].log);
        struct oracle *o = make_oracle(&law, known[i / 2].log_n);
        struct oracle_point x;
        if (i % 2 == 1) { oracle_refine(o, 1.4); }
        assert_true(oracle_at(o, known[i / 2].beta / scale(&law, known[i / 2].log_n), &x));
        check_close(x.entropy, known[i / 2].entropy, 2e-12);
        check_close(x.participation, known[i / 2].participation, 2e-12);
        check_close(x.log_partition, known[i / 2].log_partition, 2e-12);
        oracle_free(o);
    }
}

/* The same to 5e-12, where polynomials miss more than that near each point, which integrals do not have. */
static void test_fine_steps(void **state) {
    (void)state;
    const struct {
        struct law law;
        double log_n, ratio;
    } at[] = {{law_at("powerlaw", 0.5, 1, 0, 0.3), 690, 0.84},
              {law_at("spherical", 2, 0, 1e-5, 0), 27.6, 2},
              {law_at("stretched", 1, 1, 0.1, 0), 6.93, 1.414}};
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        struct oracle *o = make_oracle(&at[i].law, at[i].log_n);
        struct oracle_point x, y;
        assert_true(oracle_at(o, at[i].ratio, &x));
        oracle_refine(o, 1.9);
        assert_true(oracle_at(o, at[i].ratio, &y));
        check_close(x.entropy, y.entropy, 5e-12);
        check_close(x.participation, y.participation, 5e-12);
        oracle_free(o);
    }
}

/* A susceptibility that is a ten-thousandth of the entropy's square, most of it from keys behind the grid: as
 * seven other steps have it to 2e-10. */
static void test_squares(void **state) {
    (void)state;
    const struct law law = law_at("powerlaw", 2, 1, 0, 1);
    const struct oracle_point x = point_at(&law, 690.775527898, 0.353553);
    check_close(x.susceptibility, 46.1658744024, 3e-10);
}

/* Where hardly any rows share their weight the grid is as fine as what they share wants it. */
static void test_small_shares(void **state) {
    (void)state;
    const struct law law = law_at("pareto", 30, 0, 0, 1);
    const struct oracle_point point = point_at(&law, 16 * M_LN2, 1);
    check_close(1 - point.participation, 2.317076e-7, 1e-12);
    assert_true(point.participation_error < 1e-10);
}

/* So many keys below an upper endpoint that far ones are dense: as grids over all of them have it. */
static void test_dense_keys_below_an_end(void **state) {
    (void)state;
    const struct law law = law_at("spherical", 26, 0, 0, 0.0040625);
    const struct oracle_point point = point_at(&law, 148.5, 1.75);
    check_close(point.entropy, 1.788603040938, 1e-10);
    check_close(point.participation, 0.4285714312009, 1e-10);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_dense_keys_below_an_end),
                                       cmocka_unit_test(test_small_shares),
                                       cmocka_unit_test(test_long_grids),
                                       cmocka_unit_test(test_heavy_tails),
                                       cmocka_unit_test(test_below_the_critical_beta),
                                       cmocka_unit_test(test_far_keys_and_near_ends),
                                       cmocka_unit_test(test_fine_steps),
                                       cmocka_unit_test(test_squares)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
