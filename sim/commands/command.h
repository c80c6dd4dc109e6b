/* command: the subcommands of this room. Each gets its own name as argv[0] and returns the exit status.
 *
 * This room: a command's file (run, merge, show, families), and options (the words of those that read a
 * config). */
#ifndef GAPSCALE_SIM_COMMANDS_COMMAND_H
#define GAPSCALE_SIM_COMMANDS_COMMAND_H

int command_run(int argc, char **argv);
int command_merge(int argc, char **argv);
int command_show(int argc, char **argv);
int command_families(int argc, char **argv);

#endif
