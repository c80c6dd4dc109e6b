/* `gapscale diagnose`: the analysis of a sweep on measured scores. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/commands/command.h"
#include "analysis/commands/diagnose_request.h"
#include "analysis/diagnosis/repeat.h"
#include "analysis/diagnosis/tally.h"
#include "analysis/report/report.h"
#include "analysis/text/words.h"
#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/base/outfile.h"
#include "sim/results/destination.h"
#include "sim/results/precision.h"
#include "sim/results/store.h"
#include "sim/scores/find.h"

/* Of the file that is told of. */
static const char *first_name(const struct scores_request *r) {
    return r->file_count > 0 ? r->file[0] : r->scores ? r->scores : r->queries;
}

/* The first file's name without its ending. Free with free(). */
static char *default_output(const struct scores_request *r) {
    const char *name = first_name(r);
    const size_t length = find_file_length(name);
    size_t start = length, stem = length;
    while (start > 0 && name[start - 1] != '/') { start--; }
    while (stem > start && name[stem] != '.') { stem--; }
    return memory_format("%.*s.diagnosis.h5", (int)(stem > start ? stem : length), name);
}

static void print(const struct diagnose_request *request, const struct diagnosis *d, size_t short_rows) {
    switch (request->form) {
    case DIAGNOSE_JSON: diagnosis_json_print(stdout, d); break;
    case DIAGNOSE_CSV: diagnosis_table_print_csv(stdout, d); break;
    case DIAGNOSE_TABLE: diagnosis_table_print(stdout, d, short_rows); break;
    }
}

static int no_rows(const struct scores_request *request, const struct scores *scores) {
    const struct scores_facts *f = scores_facts(scores);
    const char *others = request->file_count > 1 ? " and the others" : "";
    const struct scores_notes *notes = scores_notes(scores);
    const size_t longest = notes->longest_row, sight = notes->longest_sight, few = notes->short_rows;
    char rows[WORDS], lengths[WORDS], shortest[WORDS];
    if (longest < 2 && sight < 2) {
        message_error(
            "%s%s: no row is left: in all of them mask, row_length, -inf or causal hide all keys or all but "
            "one; mask is above 0 where a key is seen, and 0 where it is hidden; row_length counts the keys",
            first_name(request), others);
        return EXIT_USAGE;
    }
    const size_t most = longest > 0 ? longest : sight;
    char remedy[WORDS] = "--lengths says other lengths";
    if (request->length_count == 0 && most > 1) {
        snprintf(remedy, sizeof remedy, "--lengths %zu reads those that see the most", most);
    }
    words_length(log(f->length[0]), shortest);
    words_length(log(f->length[f->length_count - 1]), lengths);
    message_error(
        "%s%s: no row is left: none sees more than 0.9 n and at most n keys for n = %s%s%s; no query "
        "sees more than %zu%s%s; %s",
        first_name(request), others, f->length_count > 1 ? shortest : "", f->length_count > 1 ? " to " : "",
        lengths, most, few > 0 ? "; fewer than two (-inf, mask, row_length, causal): " : "",
        few > 0 ? words_count(few, "row", rows) : "", remedy);
    return EXIT_USAGE;
}

/* What libraries return as "attentions". */
static int no_scores(const struct scores_request *request) {
    message_error(
        "%s: these are weights, as a softmax gives them (no number is negative, and every row's sum is 1); "
        "wanted is what enters the softmax. Logarithms of float32 weights will do: they are scores but "
        "for a constant, and log 0 = -inf hides a key. If they are scores, add 1 to all: it changes nothing",
        first_name(request));
    return EXIT_USAGE;
}

static void warn_of_repeats(const struct diagnosis *diagnosis) {
    size_t first, second;
    if (repeat_find(diagnosis, &first, &second)) {
        message_say("sequences %zu and %zu, in the order of the files, have the same rows: intervals count "
                    "both, and are too narrow if they are one text. Name the same text by the same number in "
                    "an attribute sequence_id, or leave one out (FILE:GROUP)",
                    first + 1, second + 1);
    }
}

/* Such as a causal mask of -inf alone, which gives one length, or texts of many lengths padded to one. */
static void warn_of_unused(const struct scores_request *request, const struct scores_notes *notes) {
    if (notes->unused_rows == 0 || request->length_count > 0) { return; }
    char rows[WORDS];
    message_say(
        "-inf, mask or row_length hide keys of %s, too many to count for a context length: they are left "
        "out. If that is a causal mask, say so (--causal, or attribute causal = 1): shorter lengths are "
        "then told of, too; else --lengths names lengths for them",
        words_count(notes->unused_rows, "row", rows));
}

static void warn_of_stalled(const struct scores_request *request, const struct scores_notes *notes) {
    char rows[WORDS];
    if (notes->stalled_rows == 0 || request->length_count > 0) { return; }
    message_say("%s see no more keys than the query before them, as in a sliding window, and count for no "
                "context length: they are left out. --lengths %zu reads those that see the most",
                words_count(notes->stalled_rows, "row", rows), notes->stalled_most);
}

static void warn_of_early(const struct scores_request *request, const struct scores_notes *notes) {
    char rows[WORDS];
    if (notes->early_rows == 0 || request->length_count > 0) { return; }
    message_say("%s of causal contexts that have not as many queries as keys count for no context length: of "
                "those none but the whole context is told of; --lengths names shorter ones",
                words_count(notes->early_rows, "row", rows));
}

static void warn_of_stand_ins(const struct scores_notes *notes) {
    char rows[WORDS];
    if (notes->stand_in_rows == 0) { return; }
    message_say(
        "finite numbers stand for -inf in %s (the first is %.6g): far below the other scores there, they "
        "hide their keys as -inf does; if they are scores, lift all scores above -5000 by a constant, which "
        "changes nothing else",
        words_count(notes->stand_in_rows, "row", rows), notes->stand_in);
}

static void warn_of_parted(const struct survey *survey) {
    size_t parted = 0;
    char rows[WORDS];
    for (size_t i = 0; i < survey->row_count; i++) { parted += survey->row[i].parted; }
    if (parted == 0) { return; }
    message_say(
        "the scores of %s lie in two parts, more than 50 apart: if the lower ones are masked (some models "
        "add -100), store -inf there, or a mask; as they are they count as keys",
        words_count(parted, "row", rows));
}

/* Reads twice, writes, prints. */
static int diagnose(const struct diagnose_request *request, const char *path, const char *line,
                    struct scores *scores) {
    const struct scores_facts *facts = scores_facts(scores);
    const struct store_provenance provenance = {.command_line = line,
                                                .threads = request->threads,
                                                .model = facts->model,
                                                .licence = facts->licence,
                                                .input = facts->input,
                                                .trained_context = facts->trained,
                                                .score_scale_applied = facts->scale_applied};
    struct survey survey;
    struct diagnosis diagnosis;
    bool good = survey_make(scores, request->threads, &survey);
    const struct scores_notes *notes = scores_notes(scores);
    if (good) { warn_of_stand_ins(notes); }
    bool weights = good && scores_are_weights(notes);
    if (!good || weights || survey.row_count == 0) {
        survey_release(&survey);
        return weights ? no_scores(&request->scores) : good ? no_rows(&request->scores, scores) : EXIT_USAGE;
    }
    warn_of_parted(&survey);
    warn_of_unused(&request->scores, notes);
    warn_of_stalled(&request->scores, notes);
    warn_of_early(&request->scores, notes);
    char *text = diagnose_request_text(request, facts);
    diagnosis_make(&survey, &diagnosis);
    struct results *results = tally_make(
        scores, &(struct tally_request){request->betas, request->beta, text, request->threads}, &diagnosis);
    if (results) {
        warn_of_repeats(&diagnosis);
        precision_round(results);
    }
    int status = results ? store_write(path, results, &provenance) : EXIT_USAGE;
    if (status == EXIT_DONE) {
        print(request, &diagnosis, notes->short_rows);
        message_say("wrote %s", path);
    }
    results_free(results);
    diagnosis_release(&diagnosis);
    survey_release(&survey);
    free(text);
    return status;
}

static int diagnose_files(const struct diagnose_request *request, const char *line) {
    char *path = request->output ? memory_copy_text(request->output) : default_output(&request->scores);
    struct scores *scores = scores_open(&request->scores);
    int status = scores ? destination_prepare(path, DESTINATION_DIAGNOSIS, 0, NULL) : EXIT_USAGE;
    if (status == EXIT_DONE) { status = diagnose(request, path, line, scores); }
    scores_close(scores);
    free(path);
    return status;
}

int command_diagnose(int argc, char **argv) {
    struct diagnose_request request;
    char *line = outfile_command_line(argc, argv);
    int status =
        diagnose_request_read(&request, argc, argv) ? diagnose_files(&request, line) : request.status;
    diagnose_request_free(&request);
    free(line);
    return status;
}
