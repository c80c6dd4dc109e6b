/* template: the gnuplot templates of this folder (*.gp), which the Makefile writes into the program: it looks
 * for no file when it runs. */
#ifndef GAPSCALE_ANALYSIS_FIGURES_TEMPLATE_H
#define GAPSCALE_ANALYSIS_FIGURES_TEMPLATE_H

struct template {
    const char *name; /* of the file, without .gp */
    const char *text;
};
extern const struct template template_all[]; /* ended by a name that is NULL */

#endif
