/* message: how the program talks. stdout is the answer, stderr the conversation. */
#ifndef GAPSCALE_SIM_BASE_MESSAGE_H
#define GAPSCALE_SIM_BASE_MESSAGE_H

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_RESUMABLE = 75 };

/* First and last of a program. A standard stream that is closed is kept from becoming another file's; a pipe
 * that ends is an error of writing and no signal. message_end returns the status to end with: `status`, or
 * EXIT_FAILED after a message where that was EXIT_DONE and not all of stdout could be written. So no command
 * checks what it prints there. */
void message_start(void);
int message_end(int status);

/* "gapscale: ..." and a newline on stderr. */
void message_say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "gapscale: error: ..." and a newline on stderr. */
void message_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* What a terminal would obey becomes `?`, in place, new lines too: names and texts may come from anywhere. */
void message_plain(char *text);
/* A line on stdout, made plain, 16 kB at most; its newline is added. */
void message_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
