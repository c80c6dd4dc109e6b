#include "sim/results/destination.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "sim/base/directory.h"
#include "sim/base/head.h"
#include "sim/base/message.h"
#include "sim/base/outfile.h"
#include "sim/base/temporary.h"
#include "sim/results/store.h"

/* With the longest of what is written beside it. */
static bool name_fits(const char *path) {
    char beside[PATH_MAX], temporary[PATH_MAX];
    if (snprintf(beside, sizeof beside, "%s.units", path) >= (int)sizeof beside ||
        !temporary_name(beside, sizeof temporary, temporary)) {
        return false;
    }
    const char *slash = strrchr(temporary, '/');
    return strlen(slash ? slash + 1 : temporary) <= NAME_MAX;
}

static bool is_marked(const char *path, const char *mark) {
    char head[64] = "";
    return head_read(path, 0, head, strlen(mark)) == (ssize_t)strlen(mark) && strcmp(head, mark) == 0;
}

static const struct {
    enum store_kind stored; /* or a text that begins with */
    const char *mark, *refusal;
} known[] = {
    [DESTINATION_RESULTS] =
        {STORE_RESULTS, NULL,
         "exists and is no results file of gapscale that can be read, and is never replaced"},
    [DESTINATION_DIAGNOSIS] = {STORE_DIAGNOSIS, NULL,
                               "exists and is no diagnosis of gapscale, and is never replaced"},
    [DESTINATION_FIT] = {STORE_FIT, NULL,
                         "exists and holds no fits of gapscale, and fits replace nothing else"},
    [DESTINATION_TABLE] = {0, DESTINATION_MARK, "exists and is no table of gapscale, and is never replaced"},
    [DESTINATION_PAGE] = {0, DESTINATION_PAGE_MARK,
                          "exists and is no report of gapscale, and is never replaced"},
    [DESTINATION_SCORES] = {STORE_SCORES, NULL,
                            "exists and holds no scores that gapscale wrote, and is never replaced"}};

static int refuse(const char *path, enum destination_kind kind, const char *what) {
    message_error("%s %s; choose another place with %s FILE", path, what,
                  kind == DESTINATION_SCORES ? "--write-scores" : "-o");
    return EXIT_USAGE;
}

static bool is_of_kind(const char *path, enum destination_kind kind) {
    const char *mark = known[kind].mark;
    return kind == DESTINATION_ANY || (mark ? is_marked(path, mark) : store_kind(path) == known[kind].stored);
}

/* What a file holds by the end of its name: `as` that of what this program writes, or NULL. */
static const struct {
    const char *end, *as;
} meant[] = {{".h5", ".h5"},         {".hdf5", ".h5"},   {".csv", ".csv"},  {".tsv", ".csv"},
             {".txt", ".csv"},       {".html", ".html"}, {".htm", ".html"}, {".json", NULL},
             {".yaml", NULL},        {".yml", NULL},     {".npy", NULL},    {".npz", NULL},
             {".safetensors", NULL}, {".svg", NULL},     {".png", NULL},    {".pdf", NULL},
             {".journal", NULL},     {".units", NULL}};

static int check_end(const char *path, enum destination_kind kind) {
    const char *end = strrchr(path, '.'), *right = ".h5", *what = "HDF5";
    if (kind == DESTINATION_TABLE) { right = ".csv", what = "a table (CSV)"; }
    if (kind == DESTINATION_PAGE) { right = ".html", what = "a page (HTML)"; }
    for (size_t i = 0; end && i < sizeof meant / sizeof meant[0]; i++) {
        if (strcasecmp(end, meant[i].end) == 0 && (!meant[i].as || strcmp(meant[i].as, right) != 0)) {
            message_error("%s ends in %s, but %s goes there; let its name end in %s", path, end, what, right);
            return EXIT_USAGE;
        }
    }
    return EXIT_DONE;
}

int destination_check(const char *path, enum destination_kind kind, size_t input_count,
                      const char *const *inputs) {
    struct stat there, input;
    size_t length = strlen(path);
    if (length == 0 || path[length - 1] == '/') { return refuse(path, kind, "is no name of a file"); }
    if (!name_fits(path)) {
        message_error("%.60s...: the name is too long", path);
        return EXIT_USAGE;
    }
    directory_refresh(path);
    if (lstat(path, &there) != 0) { return check_end(path, kind); }
    if (S_ISDIR(there.st_mode)) { return refuse(path, kind, "is a directory"); }
    if (S_ISLNK(there.st_mode)) { return refuse(path, kind, "is a link, which would be replaced"); }
    if (!S_ISREG(there.st_mode)) { return refuse(path, kind, "is no regular file"); }
    for (size_t i = 0; i < input_count; i++) {
        if (stat(inputs[i], &input) == 0 && input.st_dev == there.st_dev && input.st_ino == there.st_ino) {
            return refuse(path, kind, "is an input of this command");
        }
    }
    return is_of_kind(path, kind) ? EXIT_DONE : refuse(path, kind, known[kind].refusal);
}

int destination_prepare(const char *path, enum destination_kind kind, size_t input_count,
                        const char *const *inputs) {
    const int status = destination_check(path, kind, input_count, inputs);
    return status == EXIT_DONE && !outfile_prepare(path, false) ? EXIT_FAILED : status;
}
