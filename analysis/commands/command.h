/* command: the subcommands of this room. Each gets its own name as argv[0] and returns the exit status.
 *
 * This room: a command's file (check, diagnose, fit, flow, plot, predict, report) reads its options and
 * calls what answers. Beside them: request (the words of those that name results), diagnose_request (those
 * of `diagnose`), and of `predict` its words (predict_request), what they ask for (predict_answer), and
 * that as a table (predict_table) and for programs (predict_numbers). */
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
