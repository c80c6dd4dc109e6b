#include "sim/rows/stream.h"

#include <math.h>

#include "models/numeric/vector_inline.h"

uint64_t stream_hash(const char *name) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *name; name++) { hash = (hash ^ (unsigned char)*name) * 0x100000001b3u; }
    return hash;
}

static uint64_t length_word(double log_n) {
    double n = exp(log_n);
    return n < 0x1p53 ? (uint64_t)llround(n) : vector_bits(log_n);
}

struct stream stream_make(uint64_t seed, const char *series, double log_n, bool common, uint64_t replicate) {
    return (struct stream){.key = {seed, stream_hash(series), common ? 0 : length_word(log_n), replicate}};
}
