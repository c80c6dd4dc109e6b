/* The layer is made anew from the row's uniforms: each kind of number has an area of its own among them, and
 * what belongs to key, token or component i lies at i times its size, so that nothing has to be kept but the
 * weights of the keys. Sums run in order, one after the other: the same bits on every machine. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "models/families/family.h"
#include "models/numeric/search.h"

enum { WIDTH, HEAD, TOKENS, ZIPF, VOCABULARY, NORMALISE, ROTARY, BIAS };
enum tokens { TOKENS_GAUSSIAN, TOKENS_ZIPF };
enum normalise { NORMALISE_NONE, NORMALISE_LAYER, NORMALISE_QK };
enum area { AREA_TOKENS, AREA_CHOICE, AREA_QUERY_WEIGHTS, AREA_KEY_WEIGHTS };
enum { AREA_SHIFT = 40, BLOCK = 4 };

struct layer {
    const struct vector *vector;
    const struct family_uniforms *uniforms;
    size_t width, head, vocabulary; /* 0 of the last: every key has a token of its own */
    size_t padded_width, padded_head;
    enum normalise normalise;
    bool rotary;
    double *uniform;                      /* of one vector */
    double *weight;                       /* W_K [width][padded_head] */
    double *token, *line;                 /* [padded_width]; a row of weights */
    double *query, *key;                  /* [padded_head] */
    double *direction;                    /* [width]: W_K^T q / sqrt(head) */
    double *turn, *angle, *sine, *cosine; /* [head / 2] */
    double *share;                        /* [vocabulary]: of tokens up to this one, but for a factor */
};

static size_t padded(size_t count) { return (count + BLOCK - 1) / BLOCK * BLOCK; }

static double *take(double *room, size_t *used, size_t count) {
    size_t at = *used;
    *used += count;
    return room ? room + at : NULL;
}

/* Sizes, and places in the room (NULL: none); returns how much room that is. */
static size_t layer_lay_out(struct layer *l, const double *p, double *room) {
    size_t used = 0;
    l->width = (size_t)llround(p[WIDTH]);
    l->head = (size_t)llround(p[HEAD]);
    l->vocabulary = p[TOKENS] == TOKENS_ZIPF ? (size_t)llround(p[VOCABULARY]) : 0;
    l->normalise = (enum normalise)p[NORMALISE];
    l->rotary = p[ROTARY] > 0;
    l->padded_width = padded(l->width);
    l->padded_head = padded(l->head);
    l->uniform = take(room, &used, l->padded_width + l->padded_head);
    l->weight = take(room, &used, l->width * l->padded_head);
    l->token = take(room, &used, l->padded_width);
    l->line = take(room, &used, l->padded_head);
    l->query = take(room, &used, l->padded_head);
    l->key = take(room, &used, l->padded_head);
    l->direction = take(room, &used, l->width);
    l->turn = take(room, &used, l->head / 2);
    l->angle = take(room, &used, l->head / 2);
    l->sine = take(room, &used, l->head / 2);
    l->cosine = take(room, &used, l->head / 2);
    l->share = take(room, &used, l->vocabulary);
    return used;
}

static size_t room_size(const double *p) {
    struct layer l;
    return layer_lay_out(&l, p, NULL);
}

/* `count` standard normals, a multiple of BLOCK: those of number `index` in an area. */
static void normals(const struct layer *l, enum area area, size_t index, size_t count, double *normal) {
    const double sigma = 1;
    uint64_t first = ((uint64_t)area << AREA_SHIFT) + (uint64_t)index * count;
    l->uniforms->fill(l->uniforms->context, first, count, l->uniform);
    family_gaussian.draw(&sigma, l->vector, count, l->uniform, normal);
}

static double dot(size_t count, const double *a, const double *b) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) { sum += a[i] * b[i]; }
    return sum;
}

static void scale(size_t count, double factor, double *x) {
    for (size_t i = 0; i < count; i++) { x[i] *= factor; }
}

/* Numbers of one size become 1 and -1 to the last bit when they are divided by their root mean square: what
 * ties does so exactly. */
static void divide(size_t count, double size, double *x) {
#pragma omp simd
    for (size_t i = 0; i < count; i++) { x[i] /= size; }
}

static double root_mean_square(size_t count, const double *x) {
    return sqrt(dot(count, x, x) / (double)count);
}

/* ---- tokens ---- */

/* k^-s summed up to every k of the vocabulary. */
static void make_shares(const struct layer *l, double s) {
    double sum = 0;
    for (size_t k = 0; k < l->vocabulary; k++) { l->share[k] = (double)(k + 1); }
    l->vector->log(l->vocabulary, l->share, l->share);
    scale(l->vocabulary, -s, l->share);
    l->vector->exp(l->vocabulary, l->share, l->share);
    for (size_t k = 0; k < l->vocabulary; k++) { l->share[k] = sum += l->share[k]; }
}

/* Which token a key has. */
static size_t choose_token(const struct layer *l, size_t key) {
    double u[BLOCK];
    if (l->vocabulary == 0) { return key; }
    uint64_t first = ((uint64_t)AREA_CHOICE << AREA_SHIFT) + key / BLOCK * BLOCK;
    l->uniforms->fill(l->uniforms->context, first, BLOCK, u);
    double sought = u[key % BLOCK] * l->share[l->vocabulary - 1];
    size_t k;
    SEARCH_END(k, l->vocabulary - 1, l->share[k] <= sought)
    return k;
}

/* Mean 0, measured from the first component: two become opposite ones to the last bit. */
static void centre(size_t count, double *x) {
    const double first = x[0];
    double sum = 0;
    for (size_t i = 0; i < count; i++) { sum += x[i] -= first; }
    for (size_t i = 0; i < count; i++) { x[i] -= sum / (double)count; }
}

static void load_token(const struct layer *l, size_t key) {
    normals(l, AREA_TOKENS, choose_token(l, key), l->padded_width, l->token);
    if (l->normalise == NORMALISE_LAYER) {
        centre(l->width, l->token);
        divide(l->width, root_mean_square(l->width, l->token), l->token);
    }
}

/* ---- queries and keys ---- */

static void add_line(const struct layer *l, double component, const double *line, double *out) {
#pragma omp simd
    for (size_t h = 0; h < l->padded_head; h++) { out[h] += component * line[h]; }
}

/* Components are of order 1; with normalised queries and keys their mean square is 1. */
static void finish_vector(const struct layer *l, double *x) {
    double size = sqrt((double)l->width);
    if (l->normalise == NORMALISE_QK) { size = root_mean_square(l->head, x); }
    divide(l->head, size, x);
}

/* The query, of the token that is loaded; its weights are used but once. */
static void make_query(const struct layer *l) {
    memset(l->query, 0, l->padded_head * sizeof *l->query);
    for (size_t c = 0; c < l->width; c++) {
        normals(l, AREA_QUERY_WEIGHTS, c, l->padded_head, l->line);
        add_line(l, l->token[c], l->line, l->query);
    }
    finish_vector(l, l->query);
}

static void make_key(const struct layer *l) {
    memset(l->key, 0, l->padded_head * sizeof *l->key);
    for (size_t c = 0; c < l->width; c++) {
        add_line(l, l->token[c], l->weight + c * l->padded_head, l->key);
    }
    finish_vector(l, l->key);
}

/* ---- positions ---- */

/* Turns that a pair of components makes from one position to the next. */
static void make_turns(const struct layer *l, double base) {
    const double per_radian = 0.15915494309189533577; /* 1/(2 pi) */
    double log_base;
    l->vector->log(1, &base, &log_base);
    for (size_t i = 0; i < l->head / 2; i++) { l->turn[i] = -2 * (double)i / (double)l->head * log_base; }
    l->vector->exp(l->head / 2, l->turn, l->turn);
    scale(l->head / 2, per_radian, l->turn);
}

/* <R q, k>, R the rotations over a distance; components 2i and 2i + 1 are a pair, an odd one is left alone.
 */
static double rotated_product(const struct layer *l, double distance) {
    size_t pairs = l->head / 2;
    double sum = l->head % 2 ? l->query[l->head - 1] * l->key[l->head - 1] : 0;
    for (size_t i = 0; i < pairs; i++) {
        double turns = distance * l->turn[i];
        l->angle[i] = turns - floor(turns);
    }
    l->vector->sincos_turn(pairs, l->angle, l->sine, l->cosine);
    for (size_t i = 0; i < pairs; i++) {
        const double *q = l->query + 2 * i, *k = l->key + 2 * i;
        sum += (q[0] * k[0] + q[1] * k[1]) * l->cosine[i] - (q[1] * k[0] - q[0] * k[1]) * l->sine[i];
    }
    return sum;
}

/* ---- the row ---- */

/* Neither positions nor lengths of keys matter: the score is linear in the token. */
static bool is_linear(const struct layer *l) { return !l->rotary && l->normalise != NORMALISE_QK; }

static void layer_make(struct layer *l, const double *p, size_t n) {
    if (l->vocabulary > 0) { make_shares(l, p[ZIPF]); }
    if (l->rotary) { make_turns(l, p[ROTARY]); }
    for (size_t c = 0; c < l->width; c++) {
        normals(l, AREA_KEY_WEIGHTS, c, l->padded_head, l->weight + c * l->padded_head);
    }
    load_token(l, n - 1);
    make_query(l);
    for (size_t c = 0; is_linear(l) && c < l->width; c++) {
        l->direction[c] =
            dot(l->head, l->weight + c * l->padded_head, l->query) / sqrt((double)l->width * (double)l->head);
    }
}

static double layer_score(const struct layer *l, size_t key, double distance) {
    load_token(l, key);
    if (is_linear(l)) { return dot(l->width, l->direction, l->token); }
    make_key(l);
    double product = l->rotary ? rotated_product(l, distance) : dot(l->head, l->query, l->key);
    return product / sqrt((double)l->head);
}

static struct layer layer_of(const struct family_row *row) {
    struct layer l = {.vector = row->vector, .uniforms = row->uniforms};
    assert(row->room);
    layer_lay_out(&l, row->p, row->room);
    return l;
}

static void begin(const struct family_row *row) {
    struct layer l = layer_of(row);
    layer_make(&l, row->p, row->n);
}

static void sample(const struct family_row *row, size_t first, size_t count, double *scores) {
    struct layer l = layer_of(row);
    for (size_t j = 0; j < count; j++) {
        double distance = (double)(row->n - 1 - first - j);
        scores[j] = layer_score(&l, first + j, distance) - row->p[BIAS] * distance;
    }
}

static double cost(const double *p) {
    bool linear = p[ROTARY] == 0 && p[NORMALISE] != NORMALISE_QK;
    double token = 60 + 2.3 * p[WIDTH], key = linear ? 0 : 100 + 0.18 * p[WIDTH] * p[HEAD];
    return token + key + (p[ROTARY] > 0 ? 5 * p[HEAD] : 0);
}

static const struct family_word tokens_word[] = {
    {"gaussian", TOKENS_GAUSSIAN}, {"zipf", TOKENS_ZIPF}, {NULL, 0}};
static const struct family_word normalise_word[] = {
    {"none", NORMALISE_NONE}, {"layer", NORMALISE_LAYER}, {"qk", NORMALISE_QK}, {NULL, 0}};
static const struct family_word rotary_word[] = {{"none", 0}, {NULL, 0}};

const struct family family_attention = {
    .name = "attention",
    .title = "one head of a randomly initialised attention layer",
    .doc = "Scores <q, k_i>/sqrt(head) of the query at the last of n positions with the keys at all of them, "
           "its own among them: q = W_Q x_n, k_i = W_K x_i, tokens x in `width` dimensions with components "
           "N(0, 1), weights N(0, 1/width), everything drawn anew for every row. `tokens` from a vocabulary "
           "repeat: token k has frequency proportional to k^-zipf. `normalise: layer` gives every token mean "
           "0 and mean square 1; `qk` gives queries and keys mean square 1, so that scores stay within "
           "sqrt(head). `rotary` turns components 2i and 2i+1 of query and key by position BASE^(-2i/head); "
           "`bias` takes off so much for every position between key and query. width, head and vocabulary "
           "are rounded to whole numbers.\n\n"
           "Given weights and query, Gaussian tokens without qk, rotary and bias have independent scores "
           "N(0, |W_K^T q|^2/head), but for the query's own: as width grows, those of Gaussian queries and "
           "keys, |W_K^T q| -> |q|. Tokens that repeat tie exactly where there are no positions: the entropy "
           "stays above the log of the number of copies of the winner, and Lambda_n is inf. Lambda^typ is "
           "the median Lambda_n of 256 pilot rows, in which scores that tie with the maximum count once.\n\n"
           "Sources: Vaswani et al., arXiv:1706.03762; Su et al., arXiv:2104.09864 (rotary); Press et al., "
           "arXiv:2108.12409 (bias); Henry et al., arXiv:2010.04245 (qk).",
    .kind = FAMILY_SAMPLED,
    .class = FAMILY_NO_CLASS,
    .parameter_count = 8,
    .parameter = {{"width", "components of a token", 64, 2, 1024, false, NULL, 0},
                  {"head", "components of a query or key", 16, 1, 256, false, NULL, 0},
                  {"tokens", "how tokens are drawn", TOKENS_GAUSSIAN, 1, 0, false, tokens_word, 2},
                  {"zipf", "exponent of the tokens' frequencies, k^-zipf", 1, 0, 16, false, NULL, 0},
                  {"vocabulary", "number of tokens", 32768, 1, 0x1p20, false, NULL, 0},
                  {"normalise", "what is normalised", NORMALISE_NONE, 1, 0, false, normalise_word, 0},
                  {"rotary", "base of rotary positions", 0, 1, 1e12, true, rotary_word, 0},
                  {"bias", "slope of the linear bias", 0, 0, 1e6, false, NULL, 0}},
    .law_text = "none is known: the median of pilot rows",
    .room_size = room_size,
    .begin = begin,
    .sample = sample,
    .cost = cost,
};
