/* What results may grow into: more replicates, n or series, or a smaller target, and nothing less or else. */
#include "tests/experiment.h"

#include "sim/config/growth.h"
#include "sim/config/resolve.h"

static void test_growth(void **state) {
    (void)state;
    static const char held[] =
        "replicates: 8\nn: [64, 128]\ntarget: {collapse: 0.1}\nseries: [{family: gaussian}]\n";
    static const struct {
        const char *text;
        bool grows;
    } asked[] = {
        {held, true},
        {"replicates: 9\nn: [64, 128]\ntarget: {collapse: 0.1}\nseries: [{family: gaussian}]\n", true},
        {"replicates: 8\nn: [64, 96, 128]\ntarget: {collapse: 0.1}\nseries: [{family: gaussian}]\n", true},
        {"replicates: 8\nn: [64, 128]\ntarget: {collapse: 0.05}\nseries: [{family: gaussian}]\n", true},
        {"replicates: 8\nn: [64, 128]\ntarget: {collapse: 0.1}\nseries: [{family: gumbel}, {family: "
         "gaussian}]\n",
         true},
        {"replicates: 7\nn: [64, 128]\ntarget: {collapse: 0.1}\nseries: [{family: gaussian}]\n", false},
        {"replicates: 8\nn: [64, 96]\ntarget: {collapse: 0.1}\nseries: [{family: gaussian}]\n", false},
        {"replicates: 8\nn: [64, 128]\ntarget: {collapse: 0.2}\nseries: [{family: gaussian}]\n", false},
        {"replicates: 8\nn: [64, 128]\nseries: [{family: gaussian}]\n", false},
        {"replicates: 8\nn: [64, 128]\ntarget: {collapse: 0.1}\nseries: [{family: gumbel}]\n", false},
        {"replicates: 8\nn: [64, 128]\ntarget: {collapse: 0.1}\nseries: [{family: gaussian, sigma: 2}]\n",
         false},
        {"seed: 9\nreplicates: 16\nn: [64, 128]\ntarget: {collapse: 0.1}\nseries: [{family: gaussian}]\n",
         false},
    };
    struct config *there = experiment_config(held);
    char *resolved = resolve_config(there);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct config *config = experiment_config(asked[i].text);
        if (growth_is_asked(config, "a.h5", resolved) != asked[i].grows) { fail_msg("%s", asked[i].text); }
        config_free(config);
    }
    free(resolved);
    config_free(there);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_growth)};
    return cmocka_run_group_tests_name("growth", tests, NULL, NULL);
}
