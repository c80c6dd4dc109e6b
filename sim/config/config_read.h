/* config_read: a config from YAML. Grammar in configs/README.md. */
#ifndef GAPSCALE_SIM_CONFIG_CONFIG_READ_H
#define GAPSCALE_SIM_CONFIG_CONFIG_READ_H

#include "sim/config/config.h"

/* Reads and checks a config; `set` holds `count` strings PATH=VALUE. On bad input every error is
 * written to stderr as FILE:LINE:COLUMN with the line shown, and NULL is returned. Free with
 * config_free. Accepts regular files up to 64 KiB only. Every series has at least one n, beta and
 * criterion; criteria come in the order of enum criterion_kind, thresholds increasing. */
struct config *config_read(const char *path, size_t count, const char *const *set);
/* Reads a resolved config, of any length, from its text; NULL, without a message, when that is no such text.
 */
struct config *config_read_resolved(const char *text);

#endif
