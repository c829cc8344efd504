/* stdout of the C library: lines go to the kernel's output, or to Linux when built with -DLINUX for comparison. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "granary.h"

static char line[512];
static size_t used;

static void write_out(void)
{
    if (used == 0) {
        return;
    }
#ifdef LINUX
    granary_ecall(64, 1, (uint64_t)line, used, 0, 0, 0);
#else
    granary_print(line, used);
#endif
    used = 0;
}

static int put(char c, FILE *file)
{
    (void)file;
    line[used++] = c;
    if (c == '\n' || used == sizeof line) {
        write_out();
    }
    return (unsigned char)c;
}

static int flush(FILE *file)
{
    (void)file;
    write_out();
    return 0;
}

static FILE console = FDEV_SETUP_STREAM(put, NULL, flush, _FDEV_SETUP_WRITE);

FILE *const stdout = &console;
FILE *const stderr = &console;

__attribute__((destructor)) static void at_end(void)
{
    write_out();
}
