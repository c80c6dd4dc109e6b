/* gnuplot writes one element after the other, most of them groups without anything, every attribute in full.
 * Elements are taken as they come; text is kept inside <text> alone. */
#include "analysis/page/svg.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/page/html.h"
#include "sim/base/memory.h"

enum { NAME = 64 };

struct writer {
    const char *document, *id;
    char *text; /* the element so far */
    size_t length, room;
    bool verbatim; /* inside <text> */
};

static void put(struct writer *w, const char *text, size_t length) {
    while (!w->text || w->length + length > w->room) {
        w->room = 2 * w->room + 4096;
        w->text = memory_resize(w->text, w->room, 1);
    }
    memcpy(w->text + w->length, text, length);
    w->length += length;
}

static void put_text(struct writer *w, const char *text) { put(w, text, strlen(text)); }

/* ---- names ---- */

/* Whether anything in the document refers to it, itself aside. */
static bool is_used(const struct writer *w, const char *name) {
    char reference[NAME + 2];
    size_t size = (size_t)snprintf(reference, sizeof reference, "#%s", name);
    for (const char *at = strstr(w->document, reference); at; at = strstr(at + 1, reference)) {
        if (strchr("'\")", at[size])) { return true; }
    }
    return false;
}

/* ---- attributes ---- */

struct attribute {
    const char *name, *value;
    size_t name_length, value_length;
};

/* The next one behind `at`; false at the end of the tag. */
static bool next_attribute(const char *at, struct attribute *a, const char **rest) {
    at += strspn(at, " \n\t");
    size_t length = strcspn(at, "= \n\t>/");
    const char *quote = at + length + strspn(at + length, " =");
    if (length == 0 || (*quote != '\'' && *quote != '"')) { return false; }
    const char *value = quote + 1, *end = strchr(value, *quote);
    if (!end) { return false; }
    *a = (struct attribute){at, value, length, (size_t)(end - value)};
    *rest = end + 1;
    return true;
}

static bool is_named(const struct attribute *a, const char *name) {
    return a->name_length == strlen(name) && strncmp(a->name, name, a->name_length) == 0;
}

static bool says(const struct attribute *a, const char *name, const char *value) {
    return is_named(a, name) && a->value_length == strlen(value) &&
           strncmp(a->value, value, a->value_length) == 0;
}

/* Behind the name of a tag's element. */
static const char *attributes_of(const char *tag) { return tag + 1 + strcspn(tag + 1, " >/\n\t"); }

static bool find_attribute(const char *tag, const char *name, struct attribute *a) {
    const char *rest = attributes_of(tag);
    bool is_there = true;
    do { is_there = next_attribute(rest, a, &rest); } while (is_there && !is_named(a, name));
    return is_there;
}

/* What the page's style says, or the element, or is so anyway. */
static bool is_idle(const struct attribute *a) {
    return is_named(a, "font-family") || is_named(a, "class") || says(a, "stroke-linecap", "butt") ||
           says(a, "stroke-linejoin", "miter");
}

#define LINES "fill=\"none\" color=\"black\" stroke=\"currentColor\""
/* What a group of lines says again. */
static bool is_said(const char *tag, const struct attribute *a) {
    return strncmp(tag, "<g ", 3) == 0 &&
           (says(a, "fill", "none") || says(a, "color", "black") || says(a, "stroke", "currentColor"));
}

/* A colour as gnuplot writes it, "rgb( 64,  64,  64)", shorter; else the value, its blanks taken together. */
static void put_value(struct writer *w, const struct attribute *a) {
    char colour[32];
    unsigned red, green, blue;
    int end = 0;
    if (a->value_length < sizeof colour) {
        snprintf(colour, sizeof colour, "%.*s", (int)a->value_length, a->value);
        if (sscanf(colour, "rgb(%u,%u,%u)%n", &red, &green, &blue, &end) == 3 &&
            end == (int)a->value_length && red < 256 && green < 256 && blue < 256) {
            snprintf(colour, sizeof colour, "#%02x%02x%02x", red, green, blue);
            put_text(w, colour);
            return;
        }
    }
    bool blank = false;
    for (size_t i = 0; i < a->value_length; i++) {
        bool is_blank = strchr(" \n\t", a->value[i]) != NULL;
        if (!is_blank && blank && w->text[w->length - 1] != '"') { put(w, " ", 1); }
        if (!is_blank) { put(w, &a->value[i], 1); }
        blank = is_blank;
    }
}

/* References and names begin with the figure's. */
static void put_attribute(struct writer *w, const struct attribute *a) {
    char name[NAME];
    const bool is_link = is_named(a, "xlink:href");
    const char *sign = is_named(a, "id")                                           ? ""
                       : is_link && *a->value == '#'                               ? "#"
                       : a->value_length > 5 && strncmp(a->value, "url(#", 5) == 0 ? "url(#"
                                                                                   : NULL;
    snprintf(name, sizeof name, "%.*s", (int)a->value_length, a->value);
    if (is_idle(a) || (is_named(a, "id") && !is_used(w, name))) { return; }
    put_text(w, " ");
    put(w, is_link ? "href" : a->name, is_link ? strlen("href") : a->name_length);
    put_text(w, "=\"");
    if (sign) {
        put_text(w, sign);
        put_text(w, w->id);
        put(w, a->value + strlen(sign), a->value_length - strlen(sign));
    } else {
        put_value(w, a);
    }
    put_text(w, "\"");
}

/* ---- elements ---- */

static bool opens(const char *tag, const char *name) {
    size_t length = strlen(name);
    return strncmp(tag + 1, name, length) == 0 && strchr(" >/\n\t", tag[1 + length]);
}

/* A group that holds nothing goes again; one tag alone stands behind its `<`. */
static bool drop_group(struct writer *w) {
    size_t start = w->length > 0 ? w->length - 1 : 0;
    while (start > 0 && w->text[start] != '<') { start--; }
    bool is_empty = w->length > 1 && w->text[w->length - 1] == '>' && w->text[w->length - 2] != '/' &&
                    strncmp(w->text + start, "<g", 2) == 0;
    if (is_empty) { w->length = start; }
    return is_empty;
}

static void put_tag(struct writer *w, const char *tag, const char *end) {
    const char *rest = attributes_of(tag);
    struct attribute a;
    if (tag[1] == '/') {
        if (strncmp(tag, "</g>", 4) == 0 && drop_group(w)) { return; }
        put(w, tag, (size_t)(end - tag) + 1);
        return;
    }
    put(w, tag, (size_t)(rest - tag));
    while (next_attribute(rest, &a, &rest)) {
        if (!is_said(tag, &a)) { put_attribute(w, &a); }
    }
    put_text(w, end[-1] == '/' ? "/>" : ">");
}

/* A definition that nothing refers to. */
static bool is_idle_definition(const struct writer *w, const char *tag) {
    struct attribute a;
    char name[NAME];
    if (!find_attribute(tag, "id", &a)) { return false; }
    snprintf(name, sizeof name, "%.*s", (int)a.value_length, a.value);
    return !is_used(w, name);
}

/* Behind </NAME>; the end of the text where there is none. */
static const char *skip_element(const char *tag, const char *name) {
    char closing[NAME];
    int length = snprintf(closing, sizeof closing, "</%s>", name);
    const char *end = strstr(tag, closing);
    return end ? end + length : tag + strlen(tag);
}

/* gnuplot's paper, which is none. */
static bool is_paper(const char *tag) {
    struct attribute a;
    return opens(tag, "rect") && find_attribute(tag, "fill", &a) && says(&a, "fill", "none") &&
           !find_attribute(tag, "stroke", &a) && !find_attribute(tag, "id", &a);
}

/* An element that does not stand in the page, with all that is in it: where it ends; else NULL. */
static const char *skip_idle(const struct writer *w, const char *tag, const char *end) {
    static const char *const whole[] = {"title", "desc"};
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++) {
        if (opens(tag, whole[i])) { return skip_element(tag, whole[i]); }
    }
    if (is_paper(tag)) { return end + 1; }
    if (opens(tag, "filter") && is_idle_definition(w, tag)) { return skip_element(tag, "filter"); }
    if (end[-1] == '/' &&
        (opens(tag, "circle") || opens(tag, "path") || opens(tag, "rect") || opens(tag, "use")) &&
        is_idle_definition(w, tag)) {
        return end + 1;
    }
    return NULL;
}

/* ---- colour bars ---- */

/* A rectangle as gnuplot draws bars of colours, 128 of them one above the other. */
struct box {
    double left, bottom, right, top;
};

static bool box_at(const char *tag, struct box *box) {
    struct attribute points;
    double x[4], y[4];
    if (!opens(tag, "polygon") || !find_attribute(tag, "points", &points) ||
        sscanf(points.value, "%lf,%lf %lf,%lf %lf,%lf %lf,%lf", &x[0], &y[0], &x[1], &y[1], &x[2], &y[2],
               &x[3], &y[3]) != 8) {
        return false;
    }
    *box = (struct box){x[0], y[0], x[1], y[2]};
    return x[0] == x[3] && x[1] == x[2] && y[0] == y[1] && y[2] == y[3];
}

/* Two of them in the colour of the first: nobody sees 128 shades apart. Where what is taken ends; NULL where
 * this is none. */
static const char *put_boxes(struct writer *w, const char *tag, const char *end) {
    const char *next = strchr(end, '<'), *last = next ? strchr(next, '>') : NULL;
    struct box first, second;
    struct attribute fill;
    char shape[96];
    if (!next || !box_at(tag, &first) || !find_attribute(tag, "fill", &fill)) { return NULL; }
    bool both = last && box_at(next, &second) && second.left == first.left && second.right == first.right &&
                second.bottom < first.bottom;
    put_text(w, "<path");
    put_attribute(w, &fill);
    snprintf(shape, sizeof shape, " d=\"M%g %gh%gV%gh%gz\"/>", first.left, first.bottom,
             first.right - first.left, both ? second.top : first.top, first.left - first.right);
    put_text(w, shape);
    return (both ? last : end) + 1;
}

/* All within <svg ..> and </svg>. */
static void put_content(struct writer *w, const char *at) {
    while (*at) {
        const char *tag = strchr(at, '<'), *end = tag ? strchr(tag, '>') : NULL;
        if (!end || strncmp(tag, "</svg", 5) == 0) { return; }
        if (w->verbatim) { put(w, at, (size_t)(tag - at)); }
        if (opens(tag, "text")) { w->verbatim = true; }
        if (strncmp(tag, "</text", 6) == 0) { w->verbatim = false; }
        const char *behind = skip_idle(w, tag, end);
        if (!behind) { behind = put_boxes(w, tag, end); }
        if (!behind) { put_tag(w, tag, end); }
        at = behind ? behind : end + 1;
    }
}

void svg_print(FILE *out, const char *document, const char *id, const char *title, const char *description) {
    double width = 0, height = 0;
    const char *open = strstr(document, "<svg"), *box = open ? strstr(open, "viewBox=\"") : NULL,
               *content = open ? strchr(open, '>') : NULL;
    struct writer w = {.document = document, .id = id};
    if (!box || !content || sscanf(box, "viewBox=\"0 0 %lf %lf", &width, &height) != 2) {
        width = height = 0;
        content = "";
    }
    put_content(&w, *content ? content + 1 : content);
    fprintf(out,
            "<svg " LINES
            " role=\"img\" aria-labelledby=\"%st %sd\" viewBox=\"0 0 %g %g\"><title id=\"%st\">",
            id, id, width, height, id);
    html_plain(out, title);
    fprintf(out, "</title><desc id=\"%sd\">", id);
    html_plain(out, description);
    fputs("</desc>", out);
    if (w.length > 0) { fwrite(w.text, 1, w.length, out); }
    fputs("</svg>\n", out);
    free(w.text);
}
