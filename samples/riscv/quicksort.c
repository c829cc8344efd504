/* Sorts a million integers, and prints a few of them and a sum over all. */
#include <stdio.h>
#include <stdlib.h>
#include <stdint.h>

#ifndef COUNT
#define COUNT 1000000
#endif

static void sort(int32_t *low, int32_t *high)
{
    while (low < high) {
        int32_t pivot = low[(high - low) / 2], *i = low, *j = high;
        while (i <= j) {
            while (*i < pivot) {
                i++;
            }
            while (*j > pivot) {
                j--;
            }
            if (i <= j) {
                int32_t t = *i;
                *i++ = *j;
                *j-- = t;
            }
        }
        if (j - low < high - i) {
            sort(low, j);
            low = i;
        } else {
            sort(i, high);
            high = j;
        }
    }
}

int main(void)
{
    int32_t *numbers = malloc(COUNT * sizeof *numbers);
    if (numbers == NULL) {
        printf("out of memory\n");
        return 1;
    }
    uint64_t x = 88172645463325252u, sum = 0;
    for (int i = 0; i < COUNT; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        numbers[i] = (int32_t)x;
    }
    sort(numbers, numbers + COUNT - 1);
    for (int i = 0; i < COUNT; i++) {
        sum = sum * 31 + (uint32_t)numbers[i];
        if (i > 0 && numbers[i - 1] > numbers[i]) {
            printf("not sorted at %d\n", i);
            return 1;
        }
    }
    printf("%d %d %d %016llx\n", (int)numbers[0], (int)numbers[COUNT / 2], (int)numbers[COUNT - 1],
        (unsigned long long)sum);
    return 0;
}
