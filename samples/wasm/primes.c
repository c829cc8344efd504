/* Works for a long time without ever waiting: stop it, save it, move it to another node while it runs. Prints each
   thousandth prime number; the message says how many, in decimal digits (default 100). */
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
    char digits[8];
    uint32_t lines = 0, size = granary_message_read(digits, sizeof digits, 0);
    for (uint32_t i = 0; i < size && digits[i] >= '0' && digits[i] <= '9'; i++)
        lines = lines * 10 + (uint32_t)(digits[i] - '0');
    if (lines == 0)
        lines = 100;
    uint32_t found = 1, n = 1;
    while (found < lines * 1000) {
        n += 2;
        if (is_prime(n) && ++found % 1000 == 0)
            print_number(n);
    }
    granary_output(&n, sizeof n);
}
