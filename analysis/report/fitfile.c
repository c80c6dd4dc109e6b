#include "analysis/report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/report/columns.h"
#include "sim/base/memory.h"
#include "sim/results/store.h"

/* A table of columns as a group, with the memory it points to. */
struct page {
    const struct column_table *table;
    struct column_place place;
    unsigned index[COLUMN_DIMENSIONS]; /* of an axis in the list of dimensions; empty axes are left out */
    struct h5_dimension dimension[COLUMN_DIMENSIONS];
    struct h5_dataset *dataset;
    struct h5_attribute *attribute;
    size_t dimension_count, dataset_count, attribute_count;
    void **kept; /* numbers, names and texts that were made */
    size_t kept_count;
};

/* ---- values ---- */

static size_t values_of(const struct column_place *place, const struct column *c) {
    size_t count = 1;
    for (unsigned a = 0; a < c->rank; a++) { count *= column_size(place, c->axis[a]); }
    return count;
}

/* Sets the place to the i-th value of a column; whether there can be one. */
static bool move_to(struct column_place *place, const struct column *c, size_t i) {
    bool has = true;
    for (unsigned a = c->rank; a-- > 0;) {
        size_t extent = column_size(place, c->axis[a]);
        place->at[c->axis[a]] = i % extent;
        has = has && column_has(place, c->axis[a], i % extent);
        i /= extent;
    }
    return has;
}

static void *keep_memory(struct page *page, void *memory) {
    page->kept = memory_extend(page->kept, page->kept_count, sizeof *page->kept);
    return page->kept[page->kept_count++] = memory;
}

static const char *keep_text(struct page *page, const char *text) {
    return keep_memory(page, memory_copy_text(text));
}

/* ---- datasets ---- */

static void add_dimensions(struct page *page) {
    bool used[COLUMN_DIMENSIONS] = {false};
    for (size_t i = 0; i < page->table->count; i++) {
        const struct column *c = &page->table->column[i];
        for (unsigned a = 0; column_is_array(c) && !c->aside && a < c->rank; a++) { used[c->axis[a]] = true; }
    }
    for (enum column_axis axis = 0; axis < COLUMN_DIMENSIONS; axis++) {
        size_t size = column_size(&page->place, axis);
        if (!used[axis] || size == 0) { continue; }
        page->index[axis] = (unsigned)page->dimension_count;
        page->dimension[page->dimension_count++] =
            (struct h5_dimension){column_label(&page->place, axis), size};
    }
}

static void add_dataset(struct page *page, const struct column *c) {
    struct column_place place = page->place;
    size_t count = values_of(&place, c);
    if (count == 0) { return; }
    double *number = column_is_text(c) ? NULL : keep_memory(page, memory_create(count, sizeof *number));
    const char **text = number ? NULL : keep_memory(page, memory_create(count, sizeof *text));
    for (size_t i = 0; i < count; i++) {
        move_to(&place, c, i);
        if (number) {
            number[i] = column_number(c, &place);
        } else {
            text[i] = keep_text(page, column_text(c, &place));
        }
    }
    struct h5_dataset *d = &page->dataset[page->dataset_count++];
    *d = (struct h5_dataset){.name = c->name,
                             .units = text ? NULL : COLUMN_UNIT,
                             .long_name = c->meaning,
                             .rank = c->rank,
                             .number = number,
                             .text = text};
    for (unsigned a = 0; a < c->rank; a++) { d->axis[a] = page->index[c->axis[a]]; }
}

/* ---- attributes ---- */

static void add_attribute(struct page *page, const struct column *c, const struct column_place *place) {
    char name[WORDS];
    const char *text = column_is_text(c) ? column_text(c, place) : NULL;
    if (column_is_text(c) && !text) { return; }
    page->attribute = memory_extend(page->attribute, page->attribute_count, sizeof *page->attribute);
    page->attribute[page->attribute_count++] = (struct h5_attribute){
        .name = keep_text(page, column_name(c, place, name)),
        .text = text ? keep_text(page, text) : NULL,
        .whole = c->whole ? c->whole(place) : NULL,
        .number = column_number(c, place),
    };
}

/* Along naming axes beyond the first. */
static void add_inner(struct page *page, const struct column *c, struct column_place *place) {
    size_t outer = c->rank > 0 ? place->at[c->axis[0]] : 0, each = values_of(place, c);
    if (c->rank > 0) { each /= column_size(place, c->axis[0]); }
    for (size_t i = 0; i < each; i++) {
        if (move_to(place, c, outer * each + i)) { add_attribute(page, c, place); }
    }
}

/* Columns that follow each other along one outer axis stand together for each of its labels. Returns the
 * first beyond them. */
static const struct column *add_attributes(struct page *page, const struct column *first,
                                           const struct column *end) {
    struct column_place place = page->place;
    const struct column *next = first + 1;
    while (first->rank > 0 && next < end && next->rank > 0 && next->axis[0] == first->axis[0]) { next++; }
    size_t labels = first->rank > 0 ? column_size(&place, first->axis[0]) : 1;
    for (size_t i = 0; i < labels; i++) {
        for (const struct column *c = first; c < next; c++) {
            if (c->rank > 0) { place.at[c->axis[0]] = i; }
            add_inner(page, c, &place);
        }
    }
    return next;
}

/* ---- pages ---- */

struct book {
    struct page *page;
    struct h5_group *group; /* of each */
    size_t pages;
};

/* Takes the name, which is made by memory_format. */
static void page_add(struct book *book, const struct column_table *table, const struct column_place *place,
                     char *name) {
    struct page *page = &book->page[book->pages];
    size_t columns = 0;
    *page = (struct page){.table = table, .place = *place};
    keep_memory(page, name);
    page->dataset = memory_create(table->count, sizeof *page->dataset);
    add_dimensions(page);
    while (columns < table->count && !table->column[columns].aside) { columns++; }
    for (const struct column *c = table->column, *end = c + columns; c < end;) {
        if (column_is_array(c)) {
            add_dataset(page, c++);
        } else {
            c = add_attributes(page, c, end);
        }
    }
    book->group[book->pages++] = (struct h5_group){
        name,          page->dimension_count, page->dataset_count, page->attribute_count, page->dimension,
        page->dataset, page->attribute};
}

static void page_release(struct page *page) {
    for (size_t i = 0; i < page->kept_count; i++) { free(page->kept[i]); }
    free(page->kept);
    free(page->dataset);
    free(page->attribute);
}

int fitfile_write(const char *path, const struct study *study, const struct store_provenance *provenance) {
    enum { TABLES = 3 }; /* of a series */
    const size_t most = TABLES * study->count + study->class_count;
    struct book book = {memory_create(most, sizeof *book.page), memory_create(most, sizeof *book.group), 0};
    char room[COLUMN_TEXT];
    for (size_t i = 0; i < study->count; i++) {
        struct column_place place = column_place(study, i, room);
        const char *name = place.fit->name;
        page_add(&book, &column_fit, &place, memory_copy_text(name));
        if (place.attention->count > 0) {
            page_add(&book, &attention_columns, &place, memory_format("%s/attention", name));
        }
        if (place.fit->series->is_prescribed) {
            page_add(&book, &prescribed_columns, &place, memory_format("%s/prescription", name));
        }
    }
    for (size_t i = 0; i < study->class_count; i++) {
        struct column_place place = column_place_class(study, i, room);
        page_add(&book, &universality_columns, &place, memory_format("_class-%zu", i + 1));
    }
    int status = store_write_fit(path, study->file_count, study->paths, book.pages, book.group, provenance);
    for (size_t i = 0; i < book.pages; i++) { page_release(&book.page[i]); }
    free(book.page);
    free(book.group);
    return status;
}
