#include "sim/scores/source.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sim/base/head.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/scores/header.h"
#include "sim/storage/h5content.h"
#include "sim/storage/h5scan.h"

enum { TOGETHER = 1 << 16 }; /* numbers decoded at a time */

struct source_format {
    int descriptor;
    struct header header; /* .npy and .safetensors; or */
    struct h5scan *scan;  /* HDF5 */
};

/* ---- opening ---- */

/* From a place to the group around it; false at the root. */
static bool go_outwards(char place[SOURCE_PATH]) {
    char *slash = strrchr(place, '/');
    if (slash) { *slash = '\0'; }
    return slash != NULL;
}

/* The attribute at `place` or at a group around it. */
static const struct h5scan_attribute *inherited(const struct h5scan *scan, const char *place,
                                                const char *name) {
    char around[SOURCE_PATH], path[2 * SOURCE_PATH];
    snprintf(around, sizeof around, "%s", place);
    do {
        snprintf(path, sizeof path, "%s/%s", around, name);
        for (size_t i = 0; i < scan->attribute_count; i++) {
            if (strcmp(scan->attribute[i].path, path) == 0) { return &scan->attribute[i]; }
        }
    } while (go_outwards(around));
    return NULL;
}

/* The same of what __metadata__ calls "GROUP/NAME", without a slash before it. */
static const struct yaml_node *in_metadata(const struct header *h, const char *place, const char *name) {
    char around[SOURCE_PATH], path[2 * SOURCE_PATH];
    const struct yaml_node *node = NULL;
    snprintf(around, sizeof around, "%s", place);
    do {
        snprintf(path, sizeof path, "%s/%s", around, name);
        node = h->metadata ? yaml_find(h->metadata, path + 1) : NULL;
    } while (!node && go_outwards(around));
    return node;
}

/* Those of what lies beside the scores. */
static bool are_whole_numbers(const char *path) {
    static const char *const name[] = {"row_length", "query_position", "mask"};
    size_t i = 0;
    while (i < sizeof name / sizeof *name && strcmp(strrchr(path, '/') + 1, name[i]) != 0) { i++; }
    return i < sizeof name / sizeof *name;
}

/* bfloat16 may be 16-bit integers in HDF5, called so at the array or a group around it. */
static enum element element_of(const struct h5scan *scan, const struct h5scan_array *a) {
    if (a->element == ELEMENT_INTEGER && a->bytes == 2 && !are_whole_numbers(a->path)) {
        const struct h5scan_attribute *word = inherited(scan, a->path, "dtype");
        if (word && word->count == 0 && strcmp(word->text, "bfloat16") == 0) { return ELEMENT_BFLOAT16; }
    }
    return a->element;
}

static const char *trouble_with(const struct h5scan_array *a, enum element element) {
    static const char *const absence[] = {
        [H5SCAN_LINKED] = "it lies behind a link to another file; --links follows such links",
        [H5SCAN_EXTERNAL] = "its numbers lie in other files (HDF5's external storage); --links reads them",
        [H5SCAN_VIRTUAL] = "it is put together of arrays elsewhere (HDF5's virtual data); --links reads them",
        [H5SCAN_NOWHERE] =
            "it cannot be opened: it is damaged, or links to, or is put together of, what is not there",
        [H5SCAN_EMPTY] = "it is an empty group",
        [H5SCAN_UNWRITTEN] = "not all of it was ever written; was the program that wrote it broken off?",
        [H5SCAN_HOLLOW] = "it is one number over and over, as its size on the disk says: no model's scores",
        [H5SCAN_PRESENT] = NULL,
    };
    if (absence[a->presence]) { return absence[a->presence]; }
    if (a->rank > SOURCE_RANK) { return "it has more than 8 axes"; }
    if (a->filter) { return "its numbers are compressed by a filter that is not here; write it with gzip"; }
    return element == ELEMENT_OTHER
               ? "its numbers are no floats of 16, 32 or 64 bits (nor integers, as a mask may have)"
               : NULL;
}

static void list_scanned(struct source *s) {
    const struct h5scan *scan = s->format->scan;
    s->array = memory_create(scan->array_count, sizeof *s->array);
    s->array_count = scan->array_count;
    for (size_t i = 0; i < scan->array_count; i++) {
        const struct h5scan_array *from = &scan->array[i];
        struct source_array *a = &s->array[i];
        *a = (struct source_array){.element = element_of(scan, from), .rank = from->rank};
        memcpy(a->path, from->path, sizeof a->path);
        memcpy(a->size, from->size, sizeof a->size);
        a->trouble = trouble_with(from, a->element);
    }
}

/* Holes: a copy that was broken off, or nothing but zeros. */
static bool has_holes(const struct stat *info) {
    const off_t small = 1 << 20;
    return info->st_size > small && (off_t)info->st_blocks * 512 < info->st_size / 2;
}

static bool open_regular(struct source *s, struct stat *info, char why[SOURCE_WHY]) {
    s->format->descriptor = open(s->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (s->format->descriptor < 0 || fstat(s->format->descriptor, info) != 0) {
        return source_array_refuse(why, "%s", strerror(errno));
    }
    if (!S_ISREG(info->st_mode)) {
        return source_array_refuse(why, "it is %s",
                                   S_ISDIR(info->st_mode) ? "a directory" : "no regular file");
    }
    if (!has_holes(info)) { return true; }
    return source_array_refuse(
        why, "it has holes: %jd of its %jd bytes are on the disk; was it copied or written to its end?",
        (intmax_t)info->st_blocks * 512, (intmax_t)info->st_size);
}

static bool source_list(struct source *s, bool links, char why[SOURCE_WHY]) {
    struct stat info = {0};
    if (!open_regular(s, &info, why)) { return false; }
    struct source_format *f = s->format;
    if (!header_read(f->descriptor, s->path, (uint64_t)info.st_size, &f->header, why)) { return false; }
    if (f->header.format != HEADER_NEITHER) {
        s->array = f->header.array;
        s->array_count = f->header.array_count;
        return true;
    }
    char reason[H5SCAN_WHY];
    f->scan = h5scan_open(s->path, links, reason);
    if (!f->scan) {
        bool is_other = strcmp(reason, H5_NO_HDF5) == 0;
        return source_array_refuse(why, "%s%s", reason,
                                   is_other ? "; diagnose reads HDF5, .npy and .safetensors" : "");
    }
    list_scanned(s);
    return true;
}

struct source *source_open(char *path, bool links) {
    struct source *s = memory_create(1, sizeof *s);
    char why[SOURCE_WHY] = "";
    s->path = path;
    s->format = memory_create(1, sizeof *s->format);
    s->format->descriptor = -1;
    if (source_list(s, links, why)) { return s; }
    message_error("%s: %s", path, why);
    source_close(s);
    return NULL;
}

void source_close(struct source *s) {
    if (!s) { return; }
    struct source_format *f = s->format;
    if (f->descriptor >= 0) { close(f->descriptor); }
    if (f->scan) { free(s->array); }
    h5scan_close(f->scan);
    header_release(&f->header);
    free(f);
    free(s->path);
    free(s);
}

/* ---- looking up ---- */

const struct source_array *source_find(const struct source *s, const char *path) {
    for (size_t i = 0; i < s->array_count; i++) {
        if (strcmp(s->array[i].path, path) == 0) { return &s->array[i]; }
    }
    return NULL;
}

const char *source_text(const struct source *s, const char *place, const char *name) {
    if (s->format->scan) {
        const struct h5scan_attribute *a = inherited(s->format->scan, place, name);
        return a && a->count == 0 && a->text[0] ? a->text : NULL;
    }
    const struct yaml_node *node = in_metadata(&s->format->header, place, name);
    return node && node->kind == YAML_SCALAR ? node->text : NULL;
}

/* Numbers written as text: "1", "[0, 3]", "0,3". */
static size_t numbers_in_text(const char *text, size_t room, double *number) {
    size_t count = 0;
    while (*text && count < room) {
        char *end;
        number[count] = strtod(text, &end);
        count += end > text;
        text = end > text ? end : text + 1;
    }
    return count;
}

size_t source_numbers(const struct source *s, const char *place, const char *name, size_t room,
                      double *number) {
    if (s->format->scan) {
        const struct h5scan_attribute *a = inherited(s->format->scan, place, name);
        size_t count = a && a->count < room ? a->count : a ? room : 0;
        if (count > H5SCAN_NUMBERS) { return SIZE_MAX; }
        for (size_t i = 0; i < count; i++) { number[i] = a->number[i]; }
        if (count > 0) { return count; }
    }
    const char *text = source_text(s, place, name);
    return text ? numbers_in_text(text, room, number) : 0;
}

/* What stands between the separators, without the brackets, quotes and blanks of a written list: the words
 * one after the other, each ended by a zero. */
static char *words_between(const char *text, const char *separators, size_t *count) {
    static const char around[] = " \t\n[](){}'\"";
    char *words = memory_create(strlen(text) + 2, 1), *end = words;
    *count = 0;
    for (const char *at = text;; at++) {
        const char *first = at + strspn(at, around), *last = at + strcspn(at, separators);
        at = last;
        while (last > first && strchr(around, last[-1])) { last--; }
        if (last > first) {
            memcpy(end, first, (size_t)(last - first));
            end += last - first + 1;
            (*count)++;
        }
        if (*at == '\0') { return words; }
    }
}

/* None is NaN, and none so large that doubles round it (2^53) is as large as another. */
static bool are_names(size_t count, const double *number) {
    for (size_t i = 0; i < count; i++) {
        if (isnan(number[i])) { return false; }
        for (size_t k = 0; k < i; k++) {
            if (number[i] == number[k] && fabs(number[i]) >= 0x1p53) { return false; }
        }
    }
    return true;
}

static char *words_of_numbers(const struct source *s, const char *place, const char *name, size_t count) {
    enum { LONGEST = 32 };
    double *number = memory_create(count + 1, sizeof *number);
    char *words = NULL, *end;
    if (source_numbers(s, place, name, count + 1, number) == count && are_names(count, number)) {
        end = words = memory_create(count, LONGEST);
        for (size_t i = 0; i < count; i++) { end += snprintf(end, LONGEST, "%.17g", number[i]) + 1; }
    }
    free(number);
    return words;
}

char *source_words(const struct source *s, const char *place, const char *name, size_t count) {
    static const char *const separators[] = {"", ",", ", \t\n"}; /* of one text; of several */
    const char *text = source_text(s, place, name);
    if (!text) { return words_of_numbers(s, place, name, count); }
    for (size_t i = 0; i < sizeof separators / sizeof *separators; i++) {
        size_t found;
        char *words = words_between(text, separators[i], &found);
        if (found == count) { return words; }
        free(words);
    }
    return NULL;
}

bool source_has_own(const struct source *s, const char *place, const char *name) {
    char path[2 * SOURCE_PATH];
    const struct yaml_node *metadata = s->format->header.metadata;
    const struct h5scan_attribute *a = s->format->scan ? inherited(s->format->scan, place, name) : NULL;
    snprintf(path, sizeof path, "%s/%s", place, name);
    return a ? strcmp(a->path, path) == 0 : metadata && yaml_find(metadata, path + 1);
}

bool source_is_other(const struct source *s, const char *place, const char *name) {
    if (s->format->scan) {
        const struct h5scan_attribute *a = inherited(s->format->scan, place, name);
        return a && a->other;
    }
    const struct yaml_node *node = in_metadata(&s->format->header, place, name);
    return node && node->kind != YAML_SCALAR;
}

double source_number(const struct source *s, const char *place, const char *name) {
    double number;
    const char *text = source_text(s, place, name);
    if (text) {
        char *end;
        number = strtod(text, &end);
        while (isspace((unsigned char)*end)) { end++; }
        return *end == '\0' && end > text ? number : NAN;
    }
    return source_numbers(s, place, name, 1, &number) == 1 ? number : NAN;
}

/* ---- reading ---- */

/* Where numbers go: as doubles, or as floats. */
struct room {
    double *wide;
    float *single;
};

/* Where numbers can be read to as they are stored; NULL: nowhere. */
static void *place_as_stored(const struct source_array *a, const struct room *room, uint64_t at) {
    if (room->single) { return a->element == ELEMENT_FLOAT32 ? room->single + at : NULL; }
    return a->element == ELEMENT_FLOAT64 ? room->wide + at : NULL;
}

static void decode(const struct source_array *a, size_t count, const void *bytes, const struct room *room,
                   uint64_t at) {
    if (room->single) {
        element_decode_floats(a->element, count, bytes, room->single + at);
    } else {
        element_decode(a->element, count, bytes, room->wide + at);
    }
}

/* Whole rows of the last axis, as source_read has them. */
struct piece {
    const struct source_array *array;
    const uint64_t *lead;
    uint64_t first, rows;
};

/* Numbers of a row. */
static uint64_t width_of(const struct source_array *a) { return a->rank > 1 ? a->size[a->rank - 1] : 1; }

static bool read_scanned(const struct source *s, const struct piece *piece, const struct room *room,
                         char why[SOURCE_WHY]) {
    const struct source_array *a = piece->array;
    uint64_t start[SOURCE_RANK], count[SOURCE_RANK];
    const unsigned row = a->rank > 1 ? a->rank - 2 : 0; /* its axis; behind it at most that of the width */
    for (unsigned i = 0; i < a->rank; i++) {
        start[i] = i < row ? piece->lead[i] : i == row ? piece->first : 0;
        count[i] = i < row ? 1 : i == row ? piece->rows : width_of(a);
    }
    const size_t array = (size_t)(a - s->array), numbers = piece->rows * width_of(a);
    const enum element stored = s->format->scan->array[array].element;
    const bool is_bfloat = stored != a->element; /* 16-bit integers, for HDF5 */
    unsigned char *bytes = memory_create(numbers, element_size(stored));
    bool good = h5scan_read(s->format->scan, array, start, count, bytes, why);
    for (size_t i = 0; good && is_bfloat && i < numbers; i++) { memmove(bytes + 2 * i, bytes + 8 * i, 2); }
    if (good) { decode(a, numbers, bytes, room, 0); }
    free(bytes);
    return good;
}

/* The byte of the file where a piece begins. */
static uint64_t offset_of(const struct piece *piece) {
    const struct source_array *a = piece->array;
    uint64_t row = 0;
    for (unsigned i = 0; i + 2 < a->rank; i++) { row = row * a->size[i] + piece->lead[i]; }
    if (a->rank > 1) { row *= a->size[a->rank - 2]; }
    return a->offset + (row + piece->first) * width_of(a) * element_size(a->element);
}

static bool read_plain(const struct source *s, const struct piece *piece, const struct room *room,
                       char why[SOURCE_WHY]) {
    unsigned char bytes[8 * TOGETHER];
    const struct source_array *a = piece->array;
    const uint64_t numbers = piece->rows * width_of(a), size = element_size(a->element),
                   at = offset_of(piece);
    for (uint64_t done = 0; done < numbers;) {
        uint64_t count = numbers - done < TOGETHER ? numbers - done : TOGETHER;
        void *as_stored = place_as_stored(a, room, done), *to = as_stored ? as_stored : bytes;
        if (!head_read_at(s->format->descriptor, at + done * size, to, count * size)) {
            return source_array_refuse(why, "%s",
                                       errno == ENODATA ? "it has become shorter" : strerror(errno));
        }
        if (!as_stored) { decode(a, count, bytes, room, done); }
        done += count;
    }
    return true;
}

static bool read_rows(const struct source *s, const struct piece *piece, const struct room *room) {
    char why[SOURCE_WHY] = "";
    bool good = s->format->scan ? read_scanned(s, piece, room, why) : read_plain(s, piece, room, why);
    if (!good) { message_error("%s: %s: %s", s->path, piece->array->path, why); }
    return good;
}

bool source_read(struct source *s, const struct source_array *a, const uint64_t *lead, uint64_t first,
                 uint64_t rows, double *value) {
    return read_rows(s, &(struct piece){a, lead, first, rows}, &(struct room){.wide = value});
}

bool source_read_floats(struct source *s, const struct source_array *a, const uint64_t *lead, uint64_t first,
                        uint64_t rows, float *value) {
    return read_rows(s, &(struct piece){a, lead, first, rows}, &(struct room){.single = value});
}
