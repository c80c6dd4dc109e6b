#include "analysis/page/html.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "sim/base/utf8.h"

/* One character; returns its bytes. */
static size_t print_character(FILE *out, const char *text) {
    const unsigned char *bytes = (const unsigned char *)text;
    size_t length = utf8_length(bytes);
    bool control = *bytes < 0x20 ? *bytes != '\n' && *bytes != '\t' : *bytes == 0x7f;
    if (length == 2 && bytes[0] == 0xc2 && bytes[1] < 0xa0) { control = true; }
    switch (*text) {
    case '&': fputs("&amp;", out); break;
    case '<': fputs("&lt;", out); break;
    case '>': fputs("&gt;", out); break;
    case '"': fputs("&quot;", out); break;
    case '\'': fputs("&#39;", out); break;
    default:
        if (length == 0 || control) {
            fputs("\uFFFD", out);
        } else {
            fwrite(text, 1, length, out);
        }
    }
    return length > 0 ? length : 1;
}

void html_text(FILE *out, const char *text) {
    while (text && *text) { text += print_character(out, text); }
}

/* ---- words as people write them ---- */

/* What stands in the place of the first bytes of a word; the rest of it stays. */
static const struct {
    const char *word, *sign;
    size_t bytes;
} signs[] = {
#define SIGN(WORD, SIGN)                                                                                     \
    { WORD, SIGN, sizeof WORD - 1 }
    {"log_n^", "(log n)", 5}, SIGN("log_n", "log n"), SIGN("Lambda", "Λ"),
    SIGN("beta", "β"),        SIGN("chi", "χ"),       SIGN("xi", "ξ"),
    SIGN("alpha", "α"),       SIGN("Delta", "Δ"),     SIGN("rho", "ρ"),
    SIGN("kappa", "κ"),       SIGN("omega", "ω"),     SIGN("sigma", "σ"),
    SIGN("+-", "±"),          SIGN("->", "→"),        SIGN("<=", "≤"),
    SIGN(">=", "≥"),          SIGN("inf", "∞"),       SIGN(" ^", " power "),
    SIGN(" x ", " × "),       SIGN(" - ", " − "),     SIGN("<q,ATT>", "⟨q,ATT⟩"),
    SIGN("..", "…")};

static bool is_letter(char c) { return isalpha((unsigned char)c) != 0; }
static bool is_digit(char c) { return isdigit((unsigned char)c) != 0; }
static bool is_inside(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

/* Letters count as whole words, up to what is raised or lowered. */
static const char *sign_at(const char *start, const char *at, size_t *bytes) {
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t size = strlen(signs[i].word);
        if (strncmp(at, signs[i].word, size) != 0) { continue; }
        bool begins = at == start || !(is_inside(at[-1]) || at[-1] == '-');
        bool ends = !is_letter(at[size]) && !is_digit(at[size]);
        if (is_letter(*at) && !(begins && (ends || signs[i].bytes < size))) { continue; }
        *bytes = signs[i].bytes;
        return signs[i].sign;
    }
    return NULL;
}

/* Of a number: digits with a point or a stroke between them. */
static size_t digits_at(const char *text) {
    size_t length = 0;
    while (is_digit(text[length]) ||
           (length > 0 && strchr("./", text[length]) && text[length] && is_digit(text[length + 1]))) {
        length++;
    }
    return length;
}

/* With the parenthesis that closes it; 0 where there is none. */
static size_t parenthesis_at(const char *text) {
    size_t depth = 0;
    for (size_t i = 0; text[i]; i++) {
        depth += text[i] == '(';
        if (text[i] == ')' && --depth == 0) { return i + 1; }
    }
    return 0;
}

/* How much behind ^ or _ is raised or lowered. */
static size_t script_at(const char *text) {
    size_t sign = *text == '-' || *text == '+', length = 0;
    if (text[sign] == '(') {
        length = parenthesis_at(text + sign);
    } else {
        length = digits_at(text + sign);
        while (length == 0 && is_letter(text[sign])) { sign++; }
        if (length == 0 && !is_letter(text[0])) { sign = 0; }
    }
    return length > 0 || sign > 0 ? sign + length : 0;
}

static void print_script(FILE *out, bool raised, const char *text, size_t length) {
    char part[64];
    bool wrapped = *text == '(' && length > 4;
    snprintf(part, sizeof part, "%.*s", (int)(length - 2 * (size_t)wrapped), text + wrapped);
    /* No line ends before a sign that is raised. */
    fputs(raised ? *text == '-' ? "\u2060<sup>" : "<sup>" : "<sub>", out);
    html_math(out, part);
    fputs(raised ? "</sup>" : "</sub>", out);
}

/* Only these have an index; other underscores stand in names. */
static bool takes_index(const char *start, const char *at) {
    static const char *const words[] = {"beta", "Lambda", "Y", "p", "xi", "N", "n", "s", "T", "ATT"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t size = strlen(words[i]);
        if ((size_t)(at - start) < size || strncmp(at - size, words[i], size) != 0) { continue; }
        const char *word = at - size;
        if (word == start || !is_inside(word[-1])) { return true; }
    }
    return false;
}

/* 3.16e7, 1e300: its bytes; 0 where none begins here. */
static size_t scientific_at(const char *start, const char *at) {
    size_t mantissa = digits_at(at), sign, exponent;
    if (mantissa == 0 || at[mantissa] != 'e' || (at > start && (is_inside(at[-1]) || at[-1] == '.'))) {
        return 0;
    }
    sign = at[mantissa + 1] == '-' || at[mantissa + 1] == '+';
    exponent = digits_at(at + mantissa + 1 + sign);
    return exponent > 0 && !is_inside(at[mantissa + 1 + sign + exponent]) ? mantissa + 1 + sign + exponent
                                                                          : 0;
}

static void print_scientific(FILE *out, const char *at) {
    int mantissa = (int)digits_at(at);
    const char *exponent = at + mantissa + 1;
    bool negative = *exponent == '-';
    exponent += strspn(exponent, "+-");
    while (*exponent == '0' && is_digit(exponent[1])) { exponent++; }
    if (mantissa != 1 || *at != '1') { fprintf(out, "%.*s×", mantissa, at); }
    fprintf(out, "10<sup>%s%.*s</sup>", negative ? "−" : "", (int)digits_at(exponent), exponent);
}

static bool is_minus(const char *start, const char *at) {
    return *at == '-' && is_digit(at[1]) && (at == start || !(is_inside(at[-1]) || at[-1] == ')'));
}

/* `words`: its bytes; 0 where none begins here. */
static size_t code_at(const char *at) {
    const char *end = *at == '`' ? strchr(at + 1, '`') : NULL;
    return end ? (size_t)(end - at) + 1 : 0;
}

static void print_code(FILE *out, const char *at, size_t bytes) {
    fputs("<code>", out);
    for (const char *c = at + 1; c < at + bytes - 1;) { c += print_character(out, c); }
    fputs("</code>", out);
}

/* Prints what begins at `at`; returns its bytes. */
static size_t print_piece(FILE *out, const char *start, const char *at, bool markup) {
    size_t bytes = 0, script = 0, number = markup ? scientific_at(start, at) : 0,
           code = markup ? code_at(at) : 0;
    const char *sign = sign_at(start, at, &bytes);
    bool raised = *at == '^' && at > start, lowered = *at == '_' && takes_index(start, at);
    if (markup && (raised || lowered)) { script = script_at(at + 1); }
    if (sign) {
        fputs(sign, out);
        return bytes;
    }
    if (script > 0) {
        print_script(out, raised, at + 1, script);
        return 1 + script;
    }
    if (code > 0) {
        print_code(out, at, code);
        return code;
    }
    if (number > 0) {
        print_scientific(out, at);
        return number;
    }
    if (is_minus(start, at)) {
        fputs("−", out);
        return 1;
    }
    return print_character(out, at);
}

void html_math(FILE *out, const char *text) {
    for (const char *at = text; at && *at;) { at += print_piece(out, text, at, true); }
}

void html_plain(FILE *out, const char *text) {
    for (const char *at = text; at && *at;) { at += print_piece(out, text, at, false); }
}
