/* A plain C program with files, for WASI: writes prime numbers to a file, a line each, reads it again, and prints how
   many lines it has and a sum over them. Standard input says how many (default 1000). The file stays in the kernel's
   state; while the program runs, it can be stopped, saved and moved with the file open. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static int is_prime(uint32_t n)
{
    for (uint32_t d = 2; d * d <= n; d++)
        if (n % d == 0)
            return 0;
    return n > 1;
}

int main(void)
{
    char text[16] = "";
    int count = 1000;
    if (fgets(text, sizeof text, stdin) != NULL && atoi(text) > 0)
        count = atoi(text);
    mkdir("book", 0777);
    FILE *ledger = fopen("book/primes.txt", "w+");
    if (ledger == NULL) {
        perror("book/primes.txt");
        return 1;
    }
    for (uint32_t n = 2, found = 0; found < (uint32_t)count; n++)
        if (is_prime(n)) {
            fprintf(ledger, "%u\n", (unsigned)n);
            found++;
        }
    rewind(ledger);
    uint64_t sum = 0;
    unsigned n;
    int lines = 0;
    while (fscanf(ledger, "%u", &n) == 1) {
        sum = sum * 31 + n;
        lines++;
    }
    long bytes = ftell(ledger);
    fclose(ledger);
    printf("%d lines, %ld bytes, sum %016llx\n", lines, bytes, (unsigned long long)sum);
    return 0;
}
