/* digest: of results in memory, what the file that store_write makes of them has; and of a file. */
#ifndef GAPSCALE_TESTS_DIGEST_H
#define GAPSCALE_TESTS_DIGEST_H

#include <string.h>

#include "sim/results/page.h"
#include "sim/results/store.h"
#include "sim/storage/h5digest.h"

static inline void digest_of(const struct results *results, char digest[65]) {
    struct page *page = page_create(results);
    const struct h5digest_groups groups = {page->group_count, page->group};
    h5digest(results->seed, results->config_resolved, groups, groups, digest);
    page_free(page);
}

/* False after a message. */
static inline bool digest_read(const char *path, char digest[65]) {
    struct results *results = store_read(path);
    if (results) { memcpy(digest, results->digest, sizeof results->digest); }
    results_free(results);
    return results != NULL;
}

#endif
