/* A device with a prompt: answers each line with its length and how many it has had. Runs for ever. */
#include <8051.h>
#include <stdio.h>

static __xdata char line[80];

int putchar(int c)
{
    while (!TI)
        ;
    TI = 0;
    SBUF = c;
    return c;
}

int getchar(void)
{
    while (!RI)
        ;
    RI = 0;
    return SBUF;
}

void main(void)
{
    unsigned count = 0;
    SCON = 0x52;
    TMOD = 0x20;
    TH1 = 0xfd;
    TR1 = 1;
    printf("ready\n");
    while (1) {
        unsigned char n = 0;
        char c;
        while ((c = getchar()) != '\n')
            if (n < sizeof line - 1)
                line[n++] = c;
        line[n] = 0;
        count++;
        printf("%u: %s (%u)\n", count, line, n);
    }
}
