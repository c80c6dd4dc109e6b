/* digest: of results in memory, what the file that store_write makes of them has. */
#ifndef GAPSCALE_TESTS_DIGEST_H
#define GAPSCALE_TESTS_DIGEST_H

#include "sim/results/page.h"
#include "sim/storage/h5digest.h"

static inline void digest_of(const struct results *results, char digest[65]) {
    struct page *page = page_create(results);
    h5digest(results->seed, results->config_resolved, page->group_count, page->group, page->group_count,
             page->group, digest);
    page_free(page);
}

#endif
