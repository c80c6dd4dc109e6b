/* The instruction set that programs choose here. */
#include <stdio.h>

#include "sim/rows/isa.h"

int main(void) {
    puts(isa_best()->name);
    return 0;
}
