#include "analysis/commands/request.h"

#include <string.h>

#include "sim/base/memory.h"
#include "sim/base/message.h"
#include "sim/config/config.h"

bool request_is_whole(const struct commandline *line) {
    if (line->words == 0) { commandline_refuse(line, "no RESULTS given"); }
    return line->words > 0;
}

bool request_names_are_plain(const struct study *study) {
    for (size_t i = 0; i < study->count; i++) {
        if (!config_name_is_good(study->fit[i].series->name)) {
            message_error("%s: a series has a name that no config allows; no figure or page is made of it",
                          study->fit[i].file);
            return false;
        }
    }
    return true;
}

char *request_default_output(const char *path, const char *suffix) {
    size_t length = strlen(path);
    if (length > 3 && strcmp(path + length - 3, ".h5") == 0 && path[length - 4] != '/') { length -= 3; }
    return memory_format("%.*s%s", (int)length, path, suffix);
}
