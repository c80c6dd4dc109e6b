/* directory: those that several hosts share. A client of NFS goes for up to a minute by what it knew of a
 * directory: a file that another host has made since is not there for it, if somebody has looked for it
 * before. Opening the directory makes it ask the server. */
#ifndef GAPSCALE_SIM_BASE_DIRECTORY_H
#define GAPSCALE_SIM_BASE_DIRECTORY_H

#include <dirent.h>
#include <stdbool.h>

/* Opens the directory that holds `path`; NULL where it cannot be read. */
DIR *directory_open(const char *path);
/* From now on it is seen whether `path` is there, and which file it is. */
void directory_refresh(const char *path);
/* Whether `path` is one, or a link to one. */
bool directory_is(const char *path);

#endif
