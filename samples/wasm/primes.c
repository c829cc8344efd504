/* Works for a long time without ever waiting: stop it, save it, move it to another node while it runs. Prints each
   thousandth prime number; the message says how many (default 100). */
#include "granary.h"

static void print_number(uint32_t n)
{
    char text[11];
    int at = sizeof text;
    text[--at] = '\n';
    do
        text[--at] = '0' + n % 10;
    while ((n /= 10) != 0);
    granary_print(text + at, sizeof text - at);
}

static int is_prime(uint32_t n)
{
    for (uint32_t d = 3; d * d <= n; d += 2)
        if (n % d == 0)
            return 0;
    return 1;
}

GRANARY_ENTRY(start)
{
    uint32_t lines = 100;
    if (granary_message_size() == sizeof lines)
        granary_message_read(&lines, sizeof lines, 0);
    uint32_t found = 1, n = 1;
    while (found < lines * 1000) {
        n += 2;
        if (is_prime(n) && ++found % 1000 == 0)
            print_number(n);
    }
    granary_output(&n, sizeof n);
}
