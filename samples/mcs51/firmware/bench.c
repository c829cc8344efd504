#include <8051.h>
#include <stdio.h>
#include <string.h>

/* What small firmware does: a sieve, CRC-16, strings, a linked list, a small matrix; printf through the serial port. */
#ifndef ROUNDS
#define ROUNDS 100
#endif

int putchar(int c) { while (!TI) ; TI = 0; SBUF = c; return c; }

__xdata unsigned char flags[1024];
__xdata unsigned char text[64];
__xdata int a[8][8], b[8][8], c[8][8];
struct node { struct node __xdata *next; int value; };
__xdata struct node nodes[40];

static unsigned crc(unsigned char __xdata *p, unsigned n)
{
    unsigned r = 0xffff;
    while (n--) {
        unsigned char i;
        r ^= *p++;
        for (i = 0; i < 8; i++)
            r = r & 1 ? (r >> 1) ^ 0xa001 : r >> 1;
    }
    return r;
}

static int sieve(void)
{
    int i, k, count = 0;
    memset(flags, 1, sizeof flags);
    for (i = 2; i < 1024; i++)
        if (flags[i]) {
            count++;
            for (k = i + i; k < 1024; k += i)
                flags[k] = 0;
        }
    return count;
}

static long matrix(int seed)
{
    unsigned char i, j, k;
    long sum = 0;
    for (i = 0; i < 8; i++)
        for (j = 0; j < 8; j++) {
            a[i][j] = seed + i * j;
            b[i][j] = i - j;
        }
    for (i = 0; i < 8; i++)
        for (j = 0; j < 8; j++) {
            int s = 0;
            for (k = 0; k < 8; k++)
                s += a[i][k] * b[k][j];
            c[i][j] = s;
            sum += s;
        }
    return sum;
}

static int list(int seed)
{
    unsigned char i;
    int sum = 0;
    struct node __xdata *n;
    for (i = 0; i < 40; i++) {
        nodes[i].next = i < 39 ? &nodes[i + 1] : 0;
        nodes[i].value = (seed * (i + 1)) % 97;
    }
    for (n = nodes; n; n = n->next)
        sum += n->value;
    return sum;
}

void main(void)
{
    unsigned round;
    unsigned check = 0;
    SCON = 0x52;
    TMOD = 0x20;
    TH1 = 0xff;
    TR1 = 1;
    printf("rounds %d\n", ROUNDS);
    for (round = 0; round < ROUNDS; round++) {
        int primes = sieve();
        long m = matrix(round);
        int l = list(round + 1);
        strcpy(text, "the quick brown fox jumps over the lazy dog");
        check ^= crc(text, strlen(text)) + primes + (unsigned)m + l;
        check = (check << 1) | (check >> 15);
        if ((round & 63) == 63)
            printf("round %u check %x\n", round, check);
    }
    printf("done %x\n", check);
    while (!TI)
        ;
    while (1) ;
}
