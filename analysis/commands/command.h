/* command: the subcommands of this room. Each gets its own name as argv[0] and returns the exit status. */
#ifndef GAPSCALE_ANALYSIS_COMMANDS_COMMAND_H
#define GAPSCALE_ANALYSIS_COMMANDS_COMMAND_H

int command_check(int argc, char **argv);
int command_fit(int argc, char **argv);
int command_plot(int argc, char **argv);
int command_report(int argc, char **argv);
int command_predict(int argc, char **argv);
int command_diagnose(int argc, char **argv);
int command_flow(int argc, char **argv);

#endif
