/* `gapscale predict`: exact finite-n values of one family, without sampling. */
#include "analysis/commands/command.h"
#include "analysis/commands/predict_answer.h"
#include "sim/base/commandline.h"
#include "sim/base/message.h"

static const char about[] =
    "Computed without sampling: the accumulation scale Lambda^typ beside its asymptotic law, with its local "
    "exponents; collapse points at finite n and in the limit n -> inf; the limit law of Lambda_n; and exact "
    "means of entropy, participation, largest weight, susceptibility and gap. Keys are the family's "
    "parameters (a number, or a schedule such as '{coef: 1, log_power: 3}'), and, as in a config,";
static const struct commandline_entry key[] = {
    {"n=N, [N,...]",
     "context lengths, to e^1000000 (grem: 2^26; default [2^16, 1e300]), or a range such as '{from: 2^8, "
     "to: 1e300, points: 9}'"},
    {"beta=B, [B,...]", "inverse temperatures; a range is over Lambda^typ, or, with relative_to: none in it, "
                        "of inverse temperatures"},
    {"beta_ratio=R, [R,...]",
     "the same over Lambda^typ, or a range such as '{from: 1/16, to: 16, points: 9}' "
     "(default 1)"},
    {"n_eff=K, [K,...]", "keys on a sphere: the betas at which n/rho(beta) keys take part, below n"},
    {"critical=C, [C,...]", "keys on a sphere: beta = C n^(2/(d-1))"},
    {"prescription=P, [P,...]",
     "beta = coef x Lambda^typ(trained) m(n): const, sqrt_log, log, yarn, log2; with trained=N (default "
     "2^12) and coef=C (default 1): whether beta/Lambda vanishes, stays or grows, and the entropy along it"},
};
static const char notes[] = "  gapscale predict spherical dimension=5 'n=[1000,1e300]' 'n_eff=[100,1]'\n"
                            "  gapscale predict gaussian 'prescription=[const,sqrt_log,log]' coef=2";

enum form { TABLE, JSON, CSV };

static void predict(const struct predict_request *r, enum form form) {
    struct predict_answer answer;
    predict_answer_make(r, &answer);
    switch (form) {
    case TABLE: predict_table_print(&answer); break;
    case JSON: predict_numbers_print_json(&answer); break;
    case CSV: predict_numbers_print_csv(&answer); break;
    }
    predict_answer_free(&answer);
}

int command_predict(int argc, char **argv) {
    bool json = false, csv = false;
    const struct commandline_option known[] = {
        {"json", .meaning = "one point per (n, beta); names in results/SCHEMA.md", .flag = &json},
        {"csv", .meaning = "one line per (n, beta), likewise", .flag = &csv}};
    struct commandline line = {.takes = "FAMILY [KEY=VALUE]...",
                               .choices = family_names,
                               .about = about,
                               .entries = sizeof key / sizeof *key,
                               .entry = key,
                               .notes = notes,
                               .count = 2,
                               .option = known};
    if (!commandline_read(&line, argc, argv)) { return line.status; }
    if (line.words == 0) { return commandline_refuse(&line, "predict takes a FAMILY"); }
    if (json && csv) {
        return commandline_refuse(&line, "--json and --csv exclude each other; give one of them");
    }
    struct predict_request request;
    bool good = predict_request_read(&request, line.words, line.word);
    if (good) { predict(&request, json ? JSON : csv ? CSV : TABLE); }
    config_series_release(&request.series);
    return good ? EXIT_DONE : EXIT_USAGE;
}
