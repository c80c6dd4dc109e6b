#include "sim/base/json.h"

#include <math.h>

#include "sim/base/utf8.h"

void json_print_string(FILE *out, const char *text) {
    const unsigned char *byte = (const unsigned char *)text;
    if (!text) {
        fputs("null", out);
        return;
    }
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

void json_print_text(FILE *out, const char *key, const char *text) {
    json_print_key(out, key);
    json_print_string(out, text);
}

void json_print_member(FILE *out, const char *key, double value) {
    json_print_key(out, key);
    json_print_number(out, value);
}
