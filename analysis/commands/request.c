#include "analysis/commands/request.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "sim/base/message.h"

bool request_parse(int argc, char **argv, bool has_json, const char *usage, struct request *request) {
    static const struct option known[] = {
        {"help", no_argument, NULL, 'h'},
        {"output", required_argument, NULL, 'o'},
        {"json", no_argument, NULL, 'j'},
        {NULL, 0, NULL, 0},
    };
    static const struct option known_without_json[] = {
        {"help", no_argument, NULL, 'h'},
        {"output", required_argument, NULL, 'o'},
        {NULL, 0, NULL, 0},
    };
    *request = (struct request){0};
    int option;
    optind = 0;
    while ((option = getopt_long(argc, argv, "ho:", has_json ? known : known_without_json, NULL)) != -1) {
        switch (option) {
        case 'h': request->help = true; return true;
        case 'o': request->output = optarg; break;
        case 'j': request->json = true; break;
        default: fprintf(stderr, "%s", usage); return false;
        }
    }
    request->count = (size_t)(argc - optind);
    request->paths = argv + optind;
    if (request->count == 0) { message_error("no RESULTS given"); }
    if (request->output && !*request->output) { message_error("-o takes a name, not an empty text"); }
    if (request->count == 0 || (request->output && !*request->output)) {
        fprintf(stderr, "%s", usage);
        return false;
    }
    return true;
}

char *request_default_output(const char *path, const char *suffix) {
    size_t length = strlen(path);
    if (length > 3 && strcmp(path + length - 3, ".h5") == 0 && path[length - 4] != '/') { length -= 3; }
    char *name;
    return asprintf(&name, "%.*s%s", (int)length, path, suffix) < 0 ? NULL : name;
}
