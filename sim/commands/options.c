#include "sim/commands/options.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/message.h"
#include "sim/base/stop.h"
#include "sim/sweep/ranks.h"

/* "I/N" with 0 <= I < N. */
static bool take_shard(const struct commandline_option *option, const char *text, void *options) {
    struct options *o = options;
    int end = 0;
    (void)option;
    if (strspn(text, "0123456789/") == strlen(text) &&
        sscanf(text, "%7d/%7d%n", &o->shard, &o->shards, &end) == 2 && !text[end] && o->shards >= 1 &&
        o->shards <= JOURNAL_SHARDS && o->shard < o->shards) {
        return true;
    }
    message_error("--shard takes I/N with I from 0 to N-1, e.g. 0/4, not '%s'", text);
    return false;
}

static bool take_limit(const struct commandline_option *option, const char *value, void *o) {
    (void)option;
    if (stop_parse(value, &((struct options *)o)->time_limit)) { return true; }
    message_error("--time-limit takes 30s, 10m, 2h, H:MM:SS or D-HH:MM:SS, not '%s'", value);
    return false;
}

static bool take_set(const struct commandline_option *option, const char *value, void *options) {
    struct options *o = options;
    (void)option;
    if (o->set_count == JOURNAL_SET) {
        message_error("at most %d --set options", JOURNAL_SET);
        return false;
    }
    o->set[o->set_count++] = value;
    return true;
}

bool options_read(int argc, char **argv, bool is_check, const char *about, const char *notes,
                  struct options *o) {
    static const char *const isas[] = {"base", "avx2", "avx512", NULL};
    const struct commandline_option known[] = {
        {"output", 'o', "FILE",
         "where the results go (default: results/<config stem>.h5); a finished FILE of the same config is "
         "left alone",
         .text = &o->output},
        {"fresh", .meaning = "discard the journal of an earlier run (never a finished FILE)",
         .flag = &o->fresh},
        {"force", .meaning = "replace a FILE of another config, or one that is finished", .flag = &o->force},
        {"shard", 0, "I/N",
         "only the I-th of N parts, I = 0 to N-1, into FILE.shard-I-of-N.journal/; `gapscale merge` makes "
         "FILE of all of them",
         .take = take_shard},
        {"time-limit", 0, "D",
         "stop in good order before that time is over: 30s, 10m, 2h, H:MM:SS or D-HH:MM:SS (also before the "
         "end of a Slurm job that tells SLURM_JOB_END_TIME)",
         .take = take_limit},
        {"write-scores", 0, "FILE",
         "also the scores of the kept rows that are drawn score by score, as `gapscale diagnose` reads them "
         "(HDF5, 8 bytes a score)",
         .text = &o->scores},
        {"isa", 0, "NAME",
         "instruction set of the kernels: base, avx2 or avx512 (default: the best here); same numbers",
         .choices = isas, .text = &o->isa},
        {"quiet", .meaning = "no progress on stderr", .flag = &o->quiet},
        /* From here on of `check` too. */
        {"threads", 0, "K", "OpenMP threads (default: one per processor); the numbers do not depend on it",
         .threads = &o->threads},
        {"set", 0, "PATH=VALUE",
         "change one key, e.g. --set replicates=100 or --set series.NAME.scale.coef=2", .repeats = true,
         .take = take_set},
    };
    const size_t all = sizeof known / sizeof *known;
    struct commandline line = {.takes = "CONFIG",
                               .about = about,
                               .notes = notes,
                               .count = is_check ? 2 : all,
                               .option = is_check ? known + all - 2 : known,
                               .context = o};
    *o = (struct options){.threads = ranks_threads(), .shards = 1, .time_limit = INFINITY};
    bool goes_on = commandline_read(&line, argc, argv);
    o->status = line.status;
    if (goes_on && line.words == 0) { o->status = commandline_refuse(&line, "no CONFIG given"); }
    if (goes_on && line.words > 1) {
        o->status = commandline_refuse(&line, "one CONFIG at a time, found a second: '%s'%s", line.word[1],
                                       strchr(line.word[1], '=') ? "; keys go as --set KEY=VALUE" : "");
    }
    o->config = goes_on ? line.word[0] : NULL;
    return goes_on && line.words == 1;
}
