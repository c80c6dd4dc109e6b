/* verdict_kind: what a verdict may be. */
#ifndef GAPSCALE_ANALYSIS_VERDICT_VERDICT_KIND_H
#define GAPSCALE_ANALYSIS_VERDICT_VERDICT_KIND_H

enum verdict_kind { VERDICT_UNDECIDED, VERDICT_SUPPORTED, VERDICT_REFUTED };
extern const char *const verdict_name[];    /* "undecided", "supported", "refuted" */
extern const char *const verdict_opening[]; /* of a sentence: "Undecided", .. */

#endif
