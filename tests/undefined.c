/* Overflows an int: tests/all asks whether sanitizers end it, and tell the line. */
#include <limits.h>

int main(int count, char **words) {
    (void)words;
    return INT_MAX + count == 0;
}
