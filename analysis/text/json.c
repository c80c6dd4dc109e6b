#include "analysis/text/json.h"

#include <math.h>
#include <stdlib.h>

/* Length of the UTF-8 sequence at `text` (Unicode 15, table 3-7), 0 when it is none. */
static size_t utf8_length(const unsigned char *text) {
    static const struct {
        unsigned char first, last, low, high; /* lead byte; range of the second byte */
        size_t length;
    } form[] = {
        {0x01, 0x7F, 0x00, 0x00, 1}, {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    for (size_t f = 0; f < sizeof form / sizeof *form; f++) {
        if (text[0] < form[f].first || text[0] > form[f].last) { continue; }
        for (size_t i = 1; i < form[f].length; i++) {
            unsigned char low = i == 1 ? form[f].low : 0x80, high = i == 1 ? form[f].high : 0xBF;
            if (text[i] < low || text[i] > high) { return 0; }
        }
        return form[f].length;
    }
    return 0;
}

void json_print_string(FILE *out, const char *text) {
    const unsigned char *byte = (const unsigned char *)text;
    fputc('"', out);
    while (*byte) {
        size_t length = utf8_length(byte);
        if (length == 0) {
            fputs("\\ufffd", out);
            length = 1;
        } else if (*byte == '"' || *byte == '\\') {
            fprintf(out, "\\%c", *byte);
        } else if (*byte < 0x20 || *byte == 0x7F) {
            fprintf(out, "\\u%04x", *byte);
        } else {
            fwrite(byte, 1, length, out);
        }
        byte += length;
    }
    fputc('"', out);
}

void json_print_number(FILE *out, double value) {
    if (isfinite(value)) {
        fprintf(out, "%.17g", value);
    } else {
        fputs("null", out);
    }
}

void json_print_key(FILE *out, const char *key) { fprintf(out, ", \"%s\": ", key); }

void json_print_member(FILE *out, const char *key, double value) {
    json_print_key(out, key);
    json_print_number(out, value);
}
