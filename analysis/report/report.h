/* report: every form in which answers are told. Sentences are at most 110 columns wide, lines of tables as
 * wide as they are, both folded on narrower terminals (analysis/text/fold.h); names in JSON and in files are
 * those of results/SCHEMA.md.
 *
 * Of a fit one list of columns (columns.h) drives all forms: tables pick theirs as cells (cells.h). What is
 * told of a diagnosis has its list in analysis/diagnosis/told.h.
 *
 * This room: columns (the lists: column_fit, attention_columns, prescribed_columns, universality_columns),
 * and what tells them: table with summary_table, attention_table, prescribed_table, normaliser_table and
 * universality_table (people), fitjson, fitcsv, fitlatex, fitfile; beside them the forms of a diagnosis
 * (diagnosis_table, diagnosis_json) and of a flow (flow_table, flow_json). */
#ifndef GAPSCALE_ANALYSIS_REPORT_REPORT_H
#define GAPSCALE_ANALYSIS_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct attention;
struct column_place;
struct diagnosis;
struct fit;
struct flow_answer;
struct flow_request;
struct store_provenance;
struct study;

/* ---- fits ---- */

/* One table a series, then one line a series for all of them. */
void table_print(FILE *out, const struct study *study);
/* One line feed at its end. */
void fitjson_print(FILE *out, const struct study *study);
/* One flat table, a line for each series and n, at the criterion that is judged: what the fit file has along
 * log_n, and what it says of the series as a whole. For R, pandas, Octave, spreadsheets. */
void fitcsv_print(FILE *out, const struct study *study);
/* The summary as a LaTeX table, to be \input: one tabular, without a package. Errors are half 95% intervals
 * behind +-, or, in parentheses, standard errors of the last digits: half the interval over 1.96. A comment
 * above says which. */
void fitlatex_print(FILE *out, const struct study *study, bool parentheses);
/* The fits as a derived file. 0, or 1 after a message; then `path` is as it was. */
int fitfile_write(const char *path, const struct study *study, const struct store_provenance *provenance);

/* ---- parts of the table of fits: each prints nothing where there is nothing ---- */

/* A line for each series that has collapse points to judge, and whether a series has one. */
void summary_table_print(FILE *out, const struct study *study);
bool summary_table_has(const struct column_place *place);
/* What the columns of all tables of collapse points mean. */
void summary_table_print_legend(FILE *out, const struct study *study);

/* The attention output beside theory: at most ATTENTION_LINES points, evenly chosen, and a sentence a regime.
 */
enum { ATTENTION_LINES = 12 };
void attention_table_print(FILE *out, const struct column_place *place);
/* A line for every regime of every series with an output, and, for keys on a sphere of constant dimension,
 * the collapse point at the largest n over n^(2/(d-1)) beside its limit. */
void attention_table_print_summary(FILE *out, const struct study *study);
/* Whether a series' betas are there for the output alone, far from any collapse. */
bool attention_table_is_alone(const struct fit *fit, const struct attention *attention);

/* The points of one series that goes along a prescription, and its verdict. */
void prescribed_table_print(FILE *out, const struct column_place *place);
/* What becomes of the entropy, law by prescription: a line for every family with its parameters, trained
 * length and coefficient, a column for every prescription. */
void prescribed_table_print_summary(FILE *out, const struct study *study);

/* Other normalisers than softmax beside theory, at the largest n, at the betas nearest to 1/4, 1 and 4
 * Lambda^typ. */
void normaliser_table_print(FILE *out, const struct column_place *place);
/* Series of one exponent, judged together (analysis/study/universality.h). */
void universality_table_print(FILE *out, const struct study *study);

/* ---- diagnoses ---- */

/* For people; so many rows were left out that see fewer than two keys. */
void diagnosis_table_print(FILE *out, const struct diagnosis *diagnosis, size_t short_rows);
/* A line for each group and length, with a head line. */
void diagnosis_table_print_csv(FILE *out, const struct diagnosis *diagnosis);
/* An object (results/SCHEMA.md), with one line feed at its end. */
void diagnosis_json_print(FILE *out, const struct diagnosis *diagnosis);

/* ---- flows ---- */

/* For people. */
void flow_table_print(FILE *out, const struct flow_request *request, const struct flow_answer *answer);
/* A line for every mode and step, after comments. */
void flow_table_print_csv(FILE *out, const struct flow_request *request, const struct flow_answer *answer);
void flow_json_print(FILE *out, const struct flow_request *request, const struct flow_answer *answer);

#endif
