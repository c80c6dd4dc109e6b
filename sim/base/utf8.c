#include "sim/base/utf8.h"

size_t utf8_length(const unsigned char *text) {
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

bool utf8_is_valid(const char *text, size_t length) {
    for (size_t i = 0, step; i < length; i += step) {
        step = utf8_length((const unsigned char *)text + i);
        if (step == 0) { return false; }
    }
    return true;
}
