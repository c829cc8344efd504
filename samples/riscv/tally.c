/* Adds up what it is sent: "add 5", "add 7", "total". Everything is kept in memory between messages. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "granary.h"

struct entry {
    long amount;
    struct entry *next;
};

int main(void)
{
    struct entry *entries = NULL;
    long total = 0;
    while (granary_receive(GRANARY_FOREVER) == GRANARY_OK) {
        char entry[16] = "", text[64] = "", answer[64];
        granary_read(GRANARY_ENTRY, 0, entry, sizeof entry - 1);
        granary_read(GRANARY_PAYLOAD, 0, text, sizeof text - 1);
        if (strcmp(entry, "add") == 0) {
            struct entry *added = malloc(sizeof *added);
            if (added == NULL) {
                granary_revert("out of memory", 13);
            }
            added->amount = strtol(text, NULL, 0);
            added->next = entries;
            entries = added;
            total += added->amount;
        }
        int count = 0;
        for (struct entry *e = entries; e != NULL; e = e->next) {
            count++;
        }
        int length = snprintf(answer, sizeof answer, "%ld in %d entries", total, count);
        granary_reply(answer, (size_t)length);
    }
    return 0;
}
