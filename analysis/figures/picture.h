/* picture: a figure as it is drawn: SVG, PNG and PDF. gnuplot draws into memory, where no disk fills up or
 * fails; what is whole becomes files as any other output does (outfile.h). */
#ifndef GAPSCALE_ANALYSIS_FIGURES_PICTURE_H
#define GAPSCALE_ANALYSIS_FIGURES_PICTURE_H

#include <stdbool.h>

enum { PICTURE_FORMATS = 3 };
extern const char *const picture_extension[PICTURE_FORMATS]; /* "svg", "png", "pdf" */

struct picture {
    int memory[PICTURE_FORMATS]; /* descriptors, which a process that is started has too; -1: none */
};

extern const struct picture picture_none;

/* An empty one. False after a message. Free with picture_free in any case. */
bool picture_create(struct picture *picture);
/* Writes STEM.svg (spaces in its words kept), STEM.png and STEM.pdf. False after a message, where one is not
 * whole or cannot be written; then that file is as it was. */
bool picture_write(const struct picture *picture, const char *stem);
/* The document in SVG; NULL where it is not whole. Free with free(). */
char *picture_svg(const struct picture *picture);
void picture_free(struct picture *picture);

#endif
