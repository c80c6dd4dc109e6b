/* Bad configs: every mistake at its place, in words, at once, and soon. */
#include "tests/sim/config/scratch.h"

#include <sys/stat.h>
#include <time.h>

static void check_refused_set_of(const struct scratch *scratch, const char *text, const char *set,
                                 const char *place, const char *words) {
    char *messages;
    write_file(scratch->config, text, strlen(text));
    struct config *config = read_quietly(scratch, scratch->config, 1, &set, &messages);
    if (config) { fail_msg("accepted --set %s", set); }
    check_message(messages, "--set", place, words);
    assert_non_null(strstr(messages, set));
    free(messages);
}

static void check_refused_set(const struct scratch *scratch, const char *set, const char *place,
                              const char *words) {
    check_refused_set_of(scratch, HEAD TAIL, set, place, words);
}

static void test_bad_set(void **state) {
    check_refused_set(*state, "replicates=10abc", "1:12", "`replicates` must be a whole number from 1");
    check_refused_set(*state, "n={from: 16, two: 3}", "1:14", "`n` has no key `two`");
    check_refused_set(*state, "replicats=3", "1:11", "did you mean `replicates`?");
    check_refused_set(*state, "n.from=3", "1:1", "`n` has no keys in this config");
    check_refused_set(*state, "series.gausian.sigma=2", "1:8", "did you mean `gaussian`?");
    check_refused_set(*state, "series.gaussian.sigma.coef=-1", "1:28",
                      "`sigma` is -1; it must be a number from");
    check_refused_set(*state, "series.gaussian=3", "1:8", "cannot be replaced as a whole");
    check_refused_set(*state, "replicates", "1:1", "write PATH=VALUE");
    check_refused_set(*state, "=3", "1:1", "write PATH=VALUE");
    check_refused_set(*state, "replicates=", "1:12", "no value is written");
    check_refused_set(*state, "n=from: 3", "1:3", "mappings as {key: value}");
    check_refused_set(*state, "n=[1", "1:5", "not valid YAML");
    check_refused_set(*state, "seed=*a", "1:7", "aliases");
}

/* A mapping of the file whose fault is what was set in it. */
static void test_bad_set_within(void **state) {
    static const char text[] =
        "n: {from: 16, to: 64, points: 2}\nseries: [{family: gaussian, sigma: {coef: 1, log_power: 1}}]\n";
    check_refused_set_of(*state, text, "n.from=65", "1:8", "`n.to` must be above `n.from`");
    check_refused_set_of(*state, text, "series.gaussian.sigma.coef=-1", "1:28",
                         "`sigma` of series `gaussian` is -2");
    check_refused_set_of(*state, "series: [{family: attention, rotary: 10000}]\n",
                         "series.attention.rotary=0.5", "1:25", "`rotary` is 0.5");
}

/* One mistake each, with its place in the file and words of its message. */
static const struct mistake {
    const char *text, *place, *words;
} mistakes[] = {
    {HEAD "replicats: 10\n" TAIL, "3:1", "no key `replicats`; did you mean `replicates`?"},
    {HEAD "temperature: 10\n" TAIL, "3:1", "its keys are: n, beta,"},
    {HEAD "replicates: 10abc\n" TAIL, "3:13", "whole number from 1 to 1000000000, not `10abc`"},
    {HEAD "replicates: 0\n" TAIL, "3:13", "not `0`"},
    {HEAD "replicates: 1.5\n" TAIL, "3:13", "not `1.5`"},
    {HEAD "replicates: 1e10\n" TAIL, "3:13", "not `1e10`"},
    {HEAD "replicates: [1]\n" TAIL, "3:13", "not a list"},
    {HEAD "replicates: '3'\n" TAIL, "3:13", "not the quoted text `3`"},
    {HEAD "replicates:\n" TAIL, "3:1", "not nothing"},
    {HEAD "seed: -1\n" TAIL, "3:7", "`seed` must be a whole number"},
    {HEAD "seed: 18446744073709551616\n" TAIL, "3:7",
     "from 0 to 18446744073709551615, not `18446744073709551616`"},
    {HEAD "seed: 9007199254740993.5\n" TAIL, "3:7", "not `9007199254740993.5`"},
    {HEAD "keep_replicates: 0\n" TAIL, "3:18", "`keep_replicates` must be"},
    {HEAD "ordered_weights: 65\n" TAIL, "3:18", "from 1 to 64"},
    {HEAD "ordered_weights: 0\n" TAIL, "3:18", "from 1 to 64"},
    {HEAD "common_randomness: yes\n" TAIL, "3:20", "true or false, not `yes`"},
    {HEAD "quantiles: []\n" TAIL, "3:12", "a list of 1 to 32 numbers"},
    {HEAD "quantiles: [0.5, 1]\n" TAIL, "3:18", "above 0, below 1, not `1`"},
    {HEAD "quantiles: [0.5, 0.5]\n" TAIL, "3:12", "holds 0.5 twice"},
    {HEAD "series: [{family: plateau, rows: counted}]\n", "3:34", "have nothing to count"},
    {HEAD "rows: counted\nseries: [{family: plateau}]\n", "4:10", "write `rows: auto` in this series"},
    {HEAD "series: [{family: attention, rows: counted}]\n", "3:36", "cannot be counted"},
    {"n: 2^27\nbeta: 1\nseries: [{family: attention}]\n", "1:4", "which needs n <= 2^26"},
    {HEAD "series: [{family: grem}]\n", "3:10",
     "write `levels: [[share_1, variance_1], ..] of 1 to 4 lists`"},
    {HEAD "series: [{family: grem, levels: 2}]\n", "3:33", "of 1 to 4 lists, not `2`"},
    {HEAD "series: [{family: grem, levels: {share_1: 1}}]\n", "3:33", "not a mapping"},
    {HEAD "series: [{family: grem, levels: []}]\n", "3:33", "this list has 0 items"},
    {HEAD "series: [{family: grem, levels: [[1, 1], 2]}]\n", "3:42", "not `2`"},
    {HEAD "series: [{family: grem, levels: [[1, 1, 1]]}]\n", "3:34", "this list has 3 items"},
    {HEAD "series: [{family: grem, levels: [[1, -1]]}]\n", "3:38", "`variance_1` is -1; it must be"},
    {HEAD "series: [{family: grem, levels: [[x, 1]]}]\n", "3:35",
     "`share_1` must be a finite number, not `x`"},
    {HEAD "series: [{family: grem, share_1: 1, levels: [[1, 1]]}]\n", "3:25", "no key `share_1`"},
    {HEAD "series: [{family: grem, levels: [[1/2, 1], [1/3, 1]]}]\n", "3:10",
     "no rows at n = 256: the shares of log n add up to 0.833333333333; they must make 1"},
    {HEAD "series: [{family: grem, levels: [[1, 1], [0, 1]]}]\n", "3:10", "both must be above 0"},
    {HEAD "series: [{family: grem, levels: [[0.5, 1], [0.5, 1e-34]]}]\n", "3:10",
     "scores of variance 1 do not hold gaps of variance 1e-34; 1e+20 times as much is the most"},
    {HEAD "series: [{family: walk, branching: 4}]\n", "3:10",
     "no rows at n = 512: a tree of branching 4 has no level of 512 keys; the nearest has 1024"},
    {HEAD "series: [{family: walk, branching: 2.5}]\n", "3:10", "it must be whole"},
    {HEAD "series: [{family: attention, normalise: ql}]\n", "3:41", "must be none or layer or qk, not `ql`"},
    {HEAD "series: [{family: attention, rotary: off}]\n", "3:38",
     "a number above 1, up to 1000000000000 or none"},
    {HEAD "series: [{family: attention, rotary: 1}]\n", "3:38", "`rotary` is 1; it must be"},
    {HEAD "series: [{family: attention, tokens: 1}]\n", "3:38", "not `1`"},
    {HEAD "series: [{family: attention, rotary: [1]}]\n", "3:38", "not a list"},
    {HEAD "series: [{family: attention, tokens: zipf}]\n", "3:38",
     "must be gaussian or {zipf: NUMBER, vocabulary: NUMBER}"},
    {HEAD "series: [{family: attention, tokens: {zipf: 1}}]\n", "3:38", "needs `vocabulary`"},
    {HEAD "series: [{family: attention, tokens: {zipf: 1, vocabulary: 2^21}}]\n", "3:60", "`vocabulary` is"},
    {HEAD "series: [{family: attention, tokens: {zip: 1, zipf: 1, vocabulary: 9}}]\n", "3:39",
     "did you mean `zipf`?"},
    {HEAD "series: [{family: attention, zipf: 1}]\n", "3:30", "has no key `zipf`"},
    {HEAD "rows: drown\n" TAIL, "3:7", "did you mean `drawn`?"},
    {HEAD "collapse: 3\n" TAIL, "3:11", "`collapse` must be a mapping"},
    {HEAD "collapse: {entropy: [0]}\n" TAIL, "3:22", "`collapse.entropy` must be a finite number above 0"},
    {HEAD "collapse: {entropy: [1, 1]}\n" TAIL, "3:21", "holds 1 twice"},
    {HEAD "collapse: {entropy: [1, 1.0000000000000002]}\n" TAIL, "3:21", "twice to 15 digits"},
    {HEAD "collapse: {participation: 1}\n" TAIL, "3:27", "above 0, below 1"},
    {HEAD "collapse: {top_two_ratio: [0.5, 0]}\n" TAIL, "3:33", "above 0, below 1"},
    {HEAD "collapse: {susceptibility: 1}\n" TAIL, "3:28", "true or false"},
    {HEAD "collapse: {entropi: 1}\n" TAIL, "3:12", "did you mean `entropy`?"},
    {HEAD "collapse: {entropy: [], participation: [], top_two_ratio: [], susceptibility: false}\n" TAIL,
     "3:11", "keep at least one"},
    {HEAD "collapse: {entropy: [1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]}\n" TAIL, "3:11",
     "more than 16 collapse"},
    {"n: [256, -5]\nseries: [{family: gaussian}]\n", "1:10", "from 2 to e^1000000"},
    {"n: [1]\n" TAIL, "1:5", "not `1`"},
    {"n: 1.9\n" TAIL, "1:4", "not `1.9`"},
    {"n: []\n" TAIL, "1:4", "a list of 1 to 100000 numbers, not of 0"},
    {"n: [e^1000001]\n" TAIL, "1:5", "from 2 to e^1000000"},
    {"n: [256, [3]]\n" TAIL, "1:10", "not a list"},
    {"n: {from: 16, to: 8}\n" TAIL, "1:19", "`n.to` must be above `n.from`"},
    {"n: 256\nbeta: {from: 17}\n" TAIL, "2:7", "`beta.to` must be above `beta.from`"},
    {"n: {from: 16, to: 64, points: 1}\n" TAIL, "1:4", "cannot have two ends; give both the same value"},
    {"n: {from: 16, to: 64, points: 100001}\n" TAIL, "1:31", "from 1 to 100000"},
    {"n: {from: 16, to: 64, spacing: lin}\n" TAIL, "1:32", "one of linear, log, loglog"},
    {"n: {from: 16, to: 1e400, spacing: linear}\n" TAIL, "1:4", "needs `to` below 1e308"},
    {"rows: drawn\nn: [256, 2^41]\n" TAIL, "2:10", "draws every score, which needs n <= 2^40"},
    {"rows: drawn\nn: {from: 256, to: 1e300}\n" TAIL, "2:20", "n <= 2^40"},
    {"rows: drawn\n" TAIL, "2:10", "by default"},
    {"n: 256\nseries: [{family: plateau, position: {linear: 1}}]\n", "2:38", "one deterministic row"},
    {"n: 256\nseries: [{family: dotproduct, dimension: 3, position: {log: 1}}]\n", "2:55",
     "differ in scale; take gaussian"},
    {"n: 256\nseries: [{family: walk, position: {log: 1}}]\n", "2:35", "depend on each other"},
    {"n: 256\nseries: [{family: gaussian, position: {slope: 1}}]\n", "2:40", "its keys are: linear, log"},
    {"n: 256\nseries: [{family: gaussian, position: 3}]\n", "2:39", "none or {linear: NUMBER, log: NUMBER}"},
    {"n: 256\nseries: [{family: gaussian, position: {linear: -1}}]\n", "2:48", "`linear` is -1"},
    {"n: 256\nseries: [{family: gaussian, position: {log: 0}}]\n", "2:39", "both penalties are 0"},
    {"n: [256, 2^41]\nseries: [{family: gaussian, position: {log: 1}}]\n", "2:39",
     "every score is drawn, which needs n <= 2^40"},
    {"n: 256\nseries: [{family: gaussian, rows: counted, position: {log: 1}}]\n", "2:54",
     "cannot be counted; write `rows: auto`"},
    {"n: e^2000\nseries: [{family: pareto, tail: 0.5, position: {linear: 1}}]\n", "2:48", "out of reach"},
    {"n: 1e30\nseries: [{family: pareto, tail: 0.9, position: {linear: 1}}]\n", "2:48",
     "more than 2^40 of the nearest keys"},
    {"n: 256\nseries: [{family: spherical, dimension: 3, position: {linear: 1}, output: true}]\n", "2:54",
     "leave `output` out"},
    {"n: 256\nbeta: [0]\n" TAIL, "2:8", "`beta` must be a finite number above 0, not `0`"},
    {"n: 256\nbeta: [-1]\n" TAIL, "2:8", "not `-1`"},
    {"n: 256\nbeta: [1e400]\n" TAIL, "2:8", "finite"},
    {"n: 256\nbeta: [1, 2, 1]\n" TAIL, "2:7", "holds 1 twice"},
    {"n: 256\nbeta: {from: 2, to: 1}\n" TAIL, "2:21", "`beta.to` must be above"},
    {"n: 256\nbeta: {from: 1, to: 1.0000000000000002, points: 9}\n" TAIL, "2:7",
     "too many for so short a range"},
    {"n: 256\nbeta: {values: [1], from: 2}\n" TAIL, "2:16", "both `values` and a range"},
    {"n: 256\nbeta: {relative_to: lambda}\n" TAIL, "2:21", "one of none, lambda_typ"},
    {"n: 256\nbeta: {n_eff: [300]}\nseries: [{family: spherical, dimension: 3}]\n", "3:10",
     "must be below every n"},
    {"n: 256\nbeta: {n_eff: [0]}\nseries: [{family: spherical, dimension: 3}]\n", "2:16",
     "finite number above 0"},
    {"n: 256\nbeta: {critical: [-1]}\nseries: [{family: spherical, dimension: 3}]\n", "2:19",
     "above 0, not `-1`"},
    {"n: 256\nbeta: {critical: [1], n_eff: [2]}\nseries: [{family: spherical, dimension: 3}]\n", "2:18",
     "`beta.critical` does not go with `beta.n_eff`"},
    {"n: 256\nbeta: {n_eff: [2], points: 3}\nseries: [{family: spherical, dimension: 3}]\n", "2:28",
     "`beta.points` does not go with"},
    {"n: 256\nbeta: {power: 2}\n" TAIL, "2:7", "needs `coef`"},
    {"n: [256, 1e200]\nbeta: {coef: 1, power: 2}\n" TAIL, "3:10",
     "along `power` beta is e^917.6 Lambda^typ of series `gaussian` at n = 1e+200"},
    {"n: [256, 1e100]\nbeta: {coef: [1e290, 1], power: 1}\n" TAIL, "3:10",
     "along `power` beta is e^894.9 Lambda^typ of series `gaussian` at n = 1e+100"},
    {"n: 1e200\nbeta: {coef: 1, power: -2}\n" TAIL, "3:10", "out of the range of numbers; end its n before"},
    {"n: 256\nbeta: {coef: 2}\n" TAIL, "2:7", "needs `power`"},
    {"n: 256\nbeta: {relative_to: lambda_typ, values: [1, 1e308]}\n" TAIL, "3:10",
     "beta is e^709.2 Lambda^typ of series `gaussian` at n = 256, out of the range of numbers"},
    {"n: 1e200\nbeta: [1e-300, 1]\nseries: [{family: spherical, dimension: 2}]\n", "3:10",
     "beta is e^-1610 Lambda^typ of series `spherical` at n = 1e+200"},
    {"n: [256, 1e200]\nbeta: {critical: [1e300]}\nseries: [{family: spherical, dimension: 2}]\n", "3:10",
     "nearer to Lambda^typ"},
    {"n: 256\nseries: [{family: gaussian, beta: {n_eff: [2]}}]\n", "2:35", "needs keys on a sphere"},
    {"n: 256\nbeta: {critical: [2]}\n" TAIL, "3:10", "needs keys on a sphere; series `gaussian`"},
    {HEAD "series: [{family: spherical, dimension: 2.5, output: true}]\n", "3:54", "one whole number from 2"},
    {HEAD "series: [{family: spherical, dimension: {coef: 2, log_power: 1}, output: true}]\n", "3:74",
     "one whole number from 2"},
    {HEAD "series: [{family: spherical, dimension: 3, concentration: {power: 0.1}, output: true}]\n", "3:81",
     "one concentration"},
    {HEAD "series: [{family: spherical, dimension: 3, concentration: 2e6}]\n", "3:59", "from 0 to 1000000"},
    {HEAD "series: [{family: spherical, dimension: 3, concentration: {coef: 1e5, log_power: 2}}]\n", "3:59",
     "`concentration` of series `spherical` is"},
    {HEAD "series: [{family: spherical, dimension: 3, output: yes}]\n", "3:52", "true or false"},
    {HEAD "series: [{family: spherical, dimension: 3, value_matrix: identity}]\n", "3:58",
     "write `output: true`"},
    {HEAD "series: [{family: spherical, dimension: 3, output: true, value_matrix: unity}]\n", "3:72",
     "identity, {rows: [[...], ...]} or {random: SEED}"},
    {HEAD "series: [{family: spherical, dimension: 3, output: true, value_matrix: {rows: [[1, 2]]}}]\n",
     "3:80", "a list of 3 numbers, as many as the dimension"},
    {HEAD "series: [{family: spherical, dimension: 3, output: true, value_matrix: {rows: []}}]\n", "3:79",
     "a list of rows"},
    {HEAD "series: [{family: spherical, dimension: 2, output: true, value_matrix: {rows: [[1, x]]}}]\n",
     "3:84", "finite number"},
    {HEAD "series: [{family: spherical, dimension: 2000, output: true, value_matrix: {random: 1}}]\n", "3:84",
     "at most 1024"},
    {"n: e^1000\nseries: [{family: spherical, dimension: 2, output: true}]\n", "2:10",
     "leaves the range of doubles"},
    {HEAD "target: 0.01\n" TAIL, "3:9", "none, or a mapping such as {collapse: 0.01}, not `0.01`"},
    {HEAD "target: {collapse: 0.1}\n" TAIL, "4:10", "has a target and 2 betas"},
    {"n: 64\ncommon_randomness: true\ntarget: {collapse: 0.1}\n" TAIL, "4:10", "differ from n to n"},
    {HEAD "target: {}\n" TAIL, "3:9", "`target` says nothing"},
    {HEAD "target: {collapse: 1}\n" TAIL, "3:20", "a number above 0, below 1, not `1`"},
    {HEAD "target: {colapse: 0.1}\n" TAIL, "3:10", "did you mean `collapse`?"},
    {HEAD "normalisers: {entmax: 1.5}\n" TAIL, "3:14", "a list such as [sparsemax, "},
    {HEAD "normalisers: [sparsmax]\n" TAIL, "3:15", "did you mean `sparsemax`?"},
    {HEAD "normalisers: [sink]\n" TAIL, "3:15", "sparsemax, {entmax: ALPHA} or {sink: SCORE}, not `sink`"},
    {HEAD "normalisers: [sparsemax, sparsemax]\n" TAIL, "3:26", "holds sparsemax twice"},
    {HEAD "normalisers: [{entmax: 1}]\n" TAIL, "3:24", "a number from 1.05 to 2, not `1`"},
    {HEAD "normalisers: [{entmax: 2.01}]\n" TAIL, "3:24", "a number from 1.05 to 2"},
    {HEAD "normalisers: [{entmx: 1.5}]\n" TAIL, "3:16", "did you mean `entmax`?"},
    {HEAD "normalisers: [{}]\n" TAIL, "3:15", "sparsemax, {entmax: ALPHA} or {sink: SCORE}"},
    {HEAD "normalisers: [{sink: inf}]\n" TAIL, "3:22", "finite number"},
    {HEAD "normalisers: [{sink: 1}, {sink: 2/2}]\n" TAIL, "3:33", "holds sink 1 twice"},
    {HEAD
     "normalisers: [{sink: 1}, {sink: 2}, {sink: 3}, {sink: 4}, {sink: 5}, {sink: 6}, {sink: 7}, {sink: 8}, "
     "{sink: 9}]\n" TAIL,
     "3:110", "more than 8 of `sink`"},
    {"n: e^2000\nseries: [{family: pareto, tail: 2, normalisers: [{sink: 1}]}]\n", "2:10",
     "leave the range of doubles at n = e^2000"},
    {HEAD, "1:1", "no `series`"},
    {HEAD "series: []\n", "3:9", "at least one series"},
    {HEAD "series: 3\n", "3:9", "a list of at least one series"},
    {HEAD "series: [3]\n", "3:10", "a list of mappings"},
    {HEAD "series: [{sigma: 1}]\n", "3:10", "names no family"},
    {HEAD "series: [{famly: gaussian}]\n", "3:11", "a series has no key `famly`; did you mean `family`?"},
    {HEAD "series: [{family: gaussian, zipf: 1}]\n", "3:29", "family, name, sigma, position\n"},
    {HEAD "series: [{family: dotproduct, dimension: 3, zipf: 1}]\n", "3:45", "name, dimension, sigma\n"},
    {HEAD "series: [{x: 1}]\n", "3:11", "rows, normalisers, family, name, output, value_matrix, "},
    {HEAD "series: [{family: gausian}]\n", "3:19", "did you mean `gaussian`?"},
    {HEAD "series: [{family: gaussian, simga: 2}]\n", "3:29", "did you mean `sigma`?"},
    {HEAD "series: [{family: gaussian, output: true}]\n", "3:29", "no key `output`"},
    {HEAD "series: [{family: gaussian, sigma: 0}]\n", "3:36", "`sigma` is 0; it must be"},
    {HEAD "series: [{family: gaussian, sigma: [1]}]\n", "3:36", "a number or a mapping"},
    {HEAD "series: [{family: gaussian, sigma: {coef: 1, powr: 2}}]\n", "3:46", "did you mean `power`?"},
    {HEAD "series: [{family: gaussian, sigma: {coef: x}}]\n", "3:43", "`sigma.coef` must be a finite number"},
    {HEAD "series: [{family: gaussian, sigma: {power: 400}}]\n", "3:36", "at n = 256; it must be"},
    {HEAD "series: [{family: powerlaw}]\n", "3:10", "needs `kappa`"},
    {HEAD "series: [{family: powerlaw, kappa: 0}]\n", "3:36", "`kappa` is 0; it must be"},
    {HEAD "series: [{family: powerlaw, kappa: -2}]\n", "3:36", "`kappa` is -2; it must be"},
    {HEAD "series: [{family: spherical, dimension: 1}]\n", "3:41",
     "`dimension` is 1; it must be a number from 2"},
    {HEAD "series: [{family: spherical, dimension: {coef: 5, log_power: -1}}]\n", "3:41", "at n = 256"},
    {HEAD "series: [{family: gaussian}, {family: gaussian}]\n", "3:30", "two series are called `gaussian`"},
    {HEAD "series: [{family: gaussian, name: a b}]\n", "3:35", "letters, digits"},
    {HEAD "series: [{family: gaussian, name: -a}]\n", "3:35", "the first a letter or digit"},
    {HEAD "series: [{family: gaussian, name: a.}]\n", "3:35", "the last no dot"},
    {HEAD "series: [{family: gaussian, name: .a}]\n", "3:35", "the first a letter or digit"},
    {HEAD "series: [{family: gaussian, name: a..b}]\n", "3:35", "single dots"},
    {HEAD "series: [{family: gumbel, scale: 1/(log n)^1.5}]\n", "3:34",
     "C (log n)^A n^B is {coef: C, log_power: A, power: B}, and 1/(log n)^1.5 is {coef: 1, log_power: -1.5}"},
    {HEAD "series: [{family: gaussian, name: ''}]\n", "3:35", "letters, digits"},
    {"", "1:1", "the file is empty"},
    {"# nothing\n", "1:1", "nothing is written here"},
    {"[1]\n", "1:1", "`config` must be a mapping"},
    {"hello\n", "1:1", "`config` must be a mapping"},
    {HEAD "seed: 1\nseed: 2\n" TAIL, "4:1", "key `seed` is written 2 times, first on line 3"},
    {HEAD TAIL "---\nseed: 1\n", "4:1", "a second document"},
    {"a: &x [1]\n" TAIL, "1:7", "anchors"},
    {HEAD "seed: !!int 3\n" TAIL, "3:13", "tags"},
    {"series: [*a]\n", "1:11", "aliases"},
    {"seed: \"1\\0\"\n" TAIL, "1:7", "NUL"},
    {"? [a]\n: 1\n", "1:3", "a key must be a plain word"},
    {"n: [1, 2\n", "1:9", "not valid YAML"},
    {"series:\n\t- family: gaussian\n", "2:1", "not valid YAML: tab"},
    {"seed: \xff\n", "1:1", "not a UTF-8 text"},
    {"n: 256, 512\n" TAIL, "1:4",
     "not `256, 512`; a list stands in brackets, [1, 2], and decimals have a point"},
    {"beta: 0,5\n" TAIL, "1:7", "not `0,5`; a list stands in brackets"},
    {"\xef\xbb\xbfsede: 1\n", "1:1", "did you mean `seed`?"},
    {"seed: 1\r\nsede: 1\r\n", "2:1", "did you mean `seed`?"},
    {"\"\xc3\xa9\xc3\xa9\": 1\n\"\xc3\xa9\": {a: b}\n", "1:1", "no key `\xc3\xa9\xc3\xa9`"},
};

static size_t count_words(const struct scratch *scratch, const char *words) {
    size_t length, count = 0;
    char *messages = read_file(scratch->messages, &length);
    for (const char *at = messages; (at = strstr(at, words)); at++) { count++; }
    free(messages);
    return count;
}

/* One message each; a wrong key may be missed elsewhere. */
static void test_mistakes(void **state) {
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
        const struct mistake *m = &mistakes[i];
        check_refused_bytes(*state, m->text, strlen(m->text), m->place, m->words);
        const size_t keys = count_words(*state, " has no key ");
        assert_in_range(count_words(*state, ": error: "), 1, 1 + keys);
    }
}

static void test_all_mistakes_at_once(void **state) {
    const struct scratch *scratch = *state;
    char expected[2048], *messages;
    static const char text[] =
        "replicates: 10abc\nn: [1]\nbeta: [0]\nsred: 1\nseries:\n  - family: powerlaw\n    kappa: 0\n";
    write_file(scratch->config, text, strlen(text));
    assert_null(read_quietly(scratch, scratch->config, 0, NULL, &messages));
    const char *f = scratch->config;
    snprintf(expected, sizeof expected,
             "%s:1:13: error: `replicates` must be a whole number from 1 to 1000000000, not `10abc`\n"
             "    replicates: 10abc\n                ^\n"
             "%s:2:5: error: `n` must be a number from 2 to e^1000000, such as 4096, 2^16, 1e300 or e^1000, "
             "not `1`\n"
             "    n: [1]\n        ^\n"
             "%s:3:8: error: `beta` must be a finite number above 0, not `0`\n    beta: [0]\n           ^\n"
             "%s:4:1: error: the config has no key `sred`; did you mean `seed`?\n    sred: 1\n    ^\n",
             f, f, f, f);
    if (strncmp(messages, expected, strlen(expected)) != 0) { fail_msg("got\n%s", messages); }
    check_message(messages, f, "7:12", "`kappa` is 0");
    free(messages);
    static const char beside[] =
        "seed: -3\nn: [64]\nseries:\n  - {family: grem, levels: [[0.5, 0.8], [0.7, 0.2]]}\n";
    write_file(scratch->config, beside, strlen(beside));
    assert_null(read_quietly(scratch, scratch->config, 0, NULL, &messages));
    check_message(messages, f, "1:7", "`seed` must be a whole number");
    check_message(messages, f, "4:5", "the shares of log n add up to 1.2");
    free(messages);
}

static void check_unreadable(const struct scratch *scratch, const char *path, const char *words) {
    char *messages;
    assert_null(read_quietly(scratch, path, 0, NULL, &messages));
    check_message(messages, path, "1:1", words);
    free(messages);
}

static void test_files(void **state) {
    const struct scratch *scratch = *state;
    check_unreadable(scratch, scratch->directory, "a directory");
    check_unreadable(scratch, "no/such/file.yaml", "cannot be opened: No such file");
    check_unreadable(scratch, "/dev/null", "not a regular file");
    write_file(scratch->config, "", 0);
    assert_int_equal(truncate(scratch->config, 100000000), 0);
    check_unreadable(scratch, scratch->config, "longer than 64 KiB");
    unlink(scratch->config);
    assert_int_equal(mkfifo(scratch->config, 0600), 0);
    check_unreadable(scratch, scratch->config, "not a regular file");
    unlink(scratch->config);
    check_refused_bytes(scratch, "seed: 1\0: 2\n", 12, "1:1", "not a UTF-8 text");
    check_refused_bytes(scratch, "\x7f\x45LF\2\1\1\0\0", 9, "1:1", "not a UTF-8 text");
    check_refused_bytes(scratch, "\xff\xfes\0e\0", 6, "1:1", "not a UTF-8 text");
}

/* Mistakes of several series and kinds, all told at once. */
static void test_mistakes_of_several_series(void **state) {
    const struct scratch *scratch = *state;
    static const char text[] = "n: 256\nseries:\n"
                               "  - {family: spherical, name: a, dimension: 3, beta: {n_eff: [300]}}\n"
                               "  - {family: gaussian, name: b, beta: {n_eff: [2]}}\n"
                               "  - {family: spherical, name: c, dimension: 1.5, output: true}\n"
                               "  - {family: gaussian, name: d, beta: {critical: [2]}}\n";
    char *messages;
    write_file(scratch->config, text, strlen(text));
    assert_null(read_quietly(scratch, scratch->config, 0, NULL, &messages));
    check_message(messages, scratch->config, "3:54",
                  "`n_eff` is 300, but series `a` has n = 256; it must be below every n");
    check_message(messages, scratch->config, "4:39", "needs keys on a sphere");
    check_message(messages, scratch->config, "5:45", "it must be a number from 2");
    check_message(messages, scratch->config, "6:39", "needs keys on a sphere");
    assert_int_equal(count_words(scratch, ": error: "), 4);
    free(messages);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A config of `count` times the same piece behind a head; refused within a second of processor time. */
static void check_fast(const struct scratch *scratch, const char *head, const char *piece, size_t count,
                       const char *place, const char *words) {
    size_t head_length = strlen(head), length = strlen(piece);
    char *text = malloc(head_length + count * length + 1);
    assert_non_null(text);
    strcpy(text, head);
    for (size_t i = 0; i < count; i++) { strcpy(text + head_length + i * length, piece); }
    double start = seconds();
    check_refused_bytes(scratch, text, head_length + count * length, place, words);
    double took = seconds() - start;
    if (took > 1) { fail_msg("%zu times %s took %.1f s", count, piece, took); }
    free(text);
}

static void test_traps(void **state) {
    check_fast(*state, "", "a:\n", 20000, "2:1", "key `a` is written 20000 times");
    check_fast(*state, "", "{n: 2, n: 3}: ", 1, "1:1", "plain word");
    check_fast(*state, "", "[", 60000, "1:17", "nested too deeply");
    check_fast(*state, "", "- ", 30000, "1:33", "nested too deeply");
    check_fast(*state, "", "{a: ", 15000, "1:65", "nested too deeply");
    check_fast(*state, "a: &a [x]\nb: ", "[*a,", 12, "1:7", "anchors");
    check_fast(*state, "", "&a ", 20000, "1:1", "");
    check_fast(*state, "seed: ", "9", 65000, "1:7", "`seed` must be");
    check_fast(*state, "n: ", "9", 65000, "1:1", "no `series`");
    check_fast(*state, "n: [", "2, ", 20000, "1:60004", "not valid YAML");
    check_fast(*state, HEAD "series:\n", "- {family: gaussian}\n", 3000, "5:3", "two series are called");
}

static void test_too_many_points(void **state) {
    char text[4096] = "n: {from: 2, to: e^1000000, points: 100000}\nbeta: [1]\nseries:\n";
    for (int i = 0; i < 20; i++) { sprintf(text + strlen(text), "  - {family: plateau, name: s%d}\n", i); }
    check_refused_bytes(*state, text, strlen(text), "14:5", "more than 1000000 values");
}

/* Bytes of the golden config overwritten, removed and repeated at random: refused or read, nothing else. */
static void test_mutations(void **state) {
    const struct scratch *scratch = *state;
    static const char bytes[] = "{}[]:,-#&*!|>'\"%@`\n\t ~?^/=.0129enXx\\\0\x80\xff";
    size_t length, refused = 0;
    unsigned long long random = 20260512;
    char *golden = read_file("tests/golden/complete.yaml", &length), *text = malloc(2 * length);
    assert_non_null(text);
    double start = seconds();
    for (int round = 0; round < 1500 && seconds() < start + 1.5; round++) {
        size_t size = length;
        memcpy(text, golden, length);
        for (int edit = 0; edit <= round % 4; edit++) {
            random = random * 6364136223846793005ULL + 1442695040888963407ULL;
            size_t at = (size_t)(random >> 33) % size, span = (size_t)(random >> 20) % 12;
            if (span == 0 && size < length + 8) {
                memmove(text + at + 1, text + at, size - at);
                size++;
            } else if (span == 1) {
                memmove(text + at, text + at + 1, size - at - 1);
                size--;
            }
            text[at] = bytes[(random >> 50) % (sizeof bytes - 1)];
        }
        write_file(scratch->config, text, size);
        struct config *config = read_quietly(scratch, scratch->config, 0, NULL, NULL);
        refused += !config;
        config_free(config);
    }
    assert_true(refused > 50);
    free(text);
    free(golden);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_bad_set, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bad_set_within, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_mistakes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_all_mistakes_at_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_mistakes_of_several_series, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_traps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_many_points, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_mutations, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("mistakes", tests, NULL, NULL);
}
