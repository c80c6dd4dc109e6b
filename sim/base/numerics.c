#include "sim/base/numerics.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf.h>
#include <inttypes.h>
#include <math.h>
#include <nettle/sha2.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/message.h"

/* ---- what is asked ---- */

static double power(double x) { return pow(x, 7 * x - 3); }
static double angle(double x) { return atan2(x, 1.25); }
static double length(double x) { return hypot(x, 1.25); }
static double log_gamma(double x) { return gsl_sf_lngamma(x); }
static double log_beta(double x) { return gsl_sf_lnbeta(x, 1.25); }
static double gamma_upper(double x) { return gsl_sf_gamma_inc_Q(1.25, x); }
static double gamma_lower(double x) { return gsl_sf_gamma_inc_P(1.25, x); }
static double gamma_open(double x) { return gsl_sf_gamma_inc(-0.75, x); }
static double f_upper(double x) { return gsl_cdf_fdist_Q(x, 3, 7); }

/* A function and `count` arguments spread over a range. Of those that the C library chooses by processor
 * about one in a thousand results changes its last digit, hence so many. */
struct probe {
    double (*function)(double);
    double low, high;
    size_t count;
};

enum { MANY = 8192, SOME = 512 };
static const struct probe probe[] = {
    {exp, -30, 30, MANY},        {log, 0.5, 2, MANY},        {power, 0, 4, MANY},
    {expm1, -3, 3, MANY},        {log1p, -0.5, 2, MANY},     {sin, -7, 7, MANY},
    {cos, -7, 7, MANY},          {log2, 0.5, 2, SOME},       {exp2, -30, 30, SOME},
    {angle, -9, 9, SOME},        {length, -9, 9, SOME},      {lgamma, 0, 30, SOME},
    {tgamma, 0, 30, SOME},       {erf, -3, 3, SOME},         {erfc, -3, 9, SOME},
    {gsl_sf_gamma, 0, 30, SOME}, {log_gamma, 0, 90, SOME},   {gsl_sf_gammastar, 0, 30, SOME},
    {log_beta, 0, 90, SOME},     {gsl_sf_psi, 0, 30, SOME},  {gsl_sf_expint_E1, 0, 30, SOME},
    {gamma_upper, 0, 30, SOME},  {gamma_lower, 0, 30, SOME}, {gamma_open, 0, 30, SOME},
    {f_upper, 0, 30, SOME},
};

/* The k-th point of a sequence that fills (0, 1) evenly: multiples of the golden ratio, without their whole
 * part. */
static double spread(uint64_t k) { return ldexp((double)((k * UINT64_C(0x9e3779b97f4a7c15)) >> 11), -53); }

static void hash_number(struct sha256_ctx *hash, double value) {
    uint64_t bits = 0x7ff8000000000000u; /* every NaN alike */
    uint8_t byte[8];
    if (!isnan(value)) { memcpy(&bits, &value, sizeof bits); }
    for (size_t i = 0; i < 8; i++) { byte[i] = (uint8_t)(bits >> (8 * i)); }
    sha256_update(hash, sizeof byte, byte);
}

static uint32_t fingerprint;

static void take_fingerprint(void) {
    struct sha256_ctx hash;
    uint8_t byte[4];
    sha256_init(&hash);
    for (size_t i = 0; i < sizeof probe / sizeof probe[0]; i++) {
        const struct probe *p = &probe[i];
        for (size_t k = 1; k <= p->count; k++) {
            hash_number(&hash, p->function(p->low + (p->high - p->low) * spread(k)));
        }
    }
    sha256_digest(&hash, sizeof byte, byte);
    for (size_t i = 0; i < sizeof byte; i++) { fingerprint = fingerprint << 8 | byte[i]; }
}

struct numerics numerics_here(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, take_fingerprint);
    return (struct numerics){NUMERICS_NUMBER, fingerprint};
}

/* ---- comparing ---- */

bool numerics_equal(struct numerics a, struct numerics b) {
    return a.number == b.number && a.fingerprint == b.fingerprint;
}

bool numerics_match(struct numerics theirs, struct numerics wanted, const char *what, const char *again) {
    if (theirs.number != wanted.number) {
        message_error("%s was computed with numerics number %" PRIu32 ", not %" PRIu32
                      ": last digits differ; go on with a gapscale of that number, or compute it again: "
                      "gapscale run with %s",
                      what, theirs.number, wanted.number, again);
    }
    if (theirs.fingerprint != wanted.fingerprint) {
        message_error("%s was computed with another C library or GSL, or on a processor for which they "
                      "choose other code (fingerprint %08" PRIx32 ", not %08" PRIx32
                      "): last digits differ; go on on a machine like that one, or compute it again: "
                      "gapscale run with %s",
                      what, theirs.fingerprint, wanted.fingerprint, again);
    }
    return numerics_equal(theirs, wanted);
}

/* ---- text ---- */

const char *numerics_print(struct numerics n, char text[NUMERICS_TEXT]) {
    snprintf(text, NUMERICS_TEXT, "%" PRIu32 "-%08" PRIx32, n.number, n.fingerprint);
    return text;
}

const char *numerics_read(const char *text, struct numerics *n) {
    int end = 0;
    bool good = sscanf(text, "%" SCNu32 "-%8" SCNx32 "%n", &n->number, &n->fingerprint, &end) == 2;
    return good ? text + end : NULL;
}
