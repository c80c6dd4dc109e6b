/* show_json: `gapscale show --json`; names in results/SCHEMA.md. On stdout. */
#ifndef GAPSCALE_SIM_COMMANDS_SHOW_JSON_H
#define GAPSCALE_SIM_COMMANDS_SHOW_JSON_H

#include <stdbool.h>

#include "sim/journal/journal.h"
#include "sim/results/results.h"

/* The results that lie in `path`. False after a message where it has become unreadable; then nothing is
 * printed. */
bool show_json_results(const char *path, const struct results *results);

/* Units that a journal is to hold, and holds. */
struct show_tally {
    size_t units, finished;
    double cost, done;
};
/* `tally` by series, that of all behind them; `holder`: who is at work on it, or NULL. */
void show_json_journal(const struct journal *journal, const struct config *config, const char *holder,
                       const struct show_tally *tally);

#endif
