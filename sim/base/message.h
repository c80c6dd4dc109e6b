/* message: how the program talks. stdout is the answer, stderr the conversation. */
#ifndef GAPSCALE_SIM_BASE_MESSAGE_H
#define GAPSCALE_SIM_BASE_MESSAGE_H

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_RESUMABLE = 75 };

/* "gapscale: ..." and a newline on stderr. */
void message_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "gapscale: error: ..." and a newline on stderr. */
void message_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
