/* The everyday work of small programs in rounds: a linked list that is sorted and turned round, a matrix, a state
   machine that reads numbers, and a CRC over what came of it. As an actor it does as many rounds as a message asks for,
   and goes on from where the message before left it. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#ifndef LINUX
#include "granary.h"
#endif

#ifndef ROUNDS
#define ROUNDS 1000
#endif

#define NODES 200
#define SIDE 20

struct node {
    struct node *next;
    int16_t value, key;
};

enum state { START, SIGN, WHOLE, POINT, FRACTION, EXPONENT, BAD, STATES };

static struct node nodes[NODES];
static int32_t a[SIDE][SIDE], b[SIDE][SIDE], c[SIDE][SIDE];
static char text[1024];
static uint32_t seed = 2463534242u;
static uint16_t check = 0xffff;
static unsigned done;

static uint32_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed;
}

static void add(uint32_t value)
{
    for (int i = 0; i < 32; i++) {
        uint16_t bit = (check ^ value >> i) & 1;
        check = (uint16_t)(check >> 1 ^ (bit ? 0xa001 : 0));
    }
}

static struct node *merge(struct node *one, struct node *other, int by_key)
{
    struct node *first = NULL, **end = &first;
    while (one != NULL && other != NULL) {
        int takes_one = by_key ? one->key <= other->key : one->value <= other->value;
        struct node **from = takes_one ? &one : &other;
        *end = *from;
        end = &(*end)->next;
        *from = (*from)->next;
    }
    *end = one != NULL ? one : other;
    return first;
}

static struct node *sort(struct node *list, int length, int by_key)
{
    if (length < 2) {
        return list;
    }
    struct node *middle = list;
    for (int i = 1; i < length / 2; i++) {
        middle = middle->next;
    }
    struct node *rest = middle->next;
    middle->next = NULL;
    return merge(sort(list, length / 2, by_key), sort(rest, length - length / 2, by_key), by_key);
}

static void work_on_list(void)
{
    for (int i = 0; i < NODES; i++) {
        nodes[i] = (struct node){ i + 1 < NODES ? &nodes[i + 1] : NULL, (int16_t)next_random(), (int16_t)i };
    }
    struct node *list = sort(nodes, NODES, 0), *turned = NULL;
    add((uint16_t)list->value);
    while (list != NULL) {
        struct node *rest = list->next;
        list->next = turned;
        turned = list;
        list = rest;
    }
    add((uint16_t)turned->value);
    add((uint16_t)sort(turned, NODES, 1)->value);
}

static void work_on_matrix(void)
{
    for (int i = 0; i < SIDE * SIDE; i++) {
        a[i / SIDE][i % SIDE] = (int16_t)next_random();
        b[i % SIDE][i / SIDE] = (int16_t)next_random();
    }
    uint32_t sum = 0;
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            int32_t cell = 0;
            for (int k = 0; k < SIDE; k++) {
                cell += (a[i][k] >> 4) * (b[k][j] & 0xfff);
            }
            c[i][j] = cell;
            sum += (uint32_t)(cell > 0 ? cell >> 3 : cell & 0x55);
        }
    }
    add(sum);
}

static enum state after(enum state state, char letter)
{
    int digit = letter >= '0' && letter <= '9';
    switch (state) {
    case START: return digit ? WHOLE : letter == '+' || letter == '-' ? SIGN : letter == '.' ? POINT : BAD;
    case SIGN: return digit ? WHOLE : letter == '.' ? POINT : BAD;
    case WHOLE: return digit ? WHOLE : letter == '.' ? FRACTION : letter == 'e' ? EXPONENT : BAD;
    case POINT: return digit ? FRACTION : BAD;
    case FRACTION: return digit ? FRACTION : letter == 'e' ? EXPONENT : BAD;
    case EXPONENT: return digit ? EXPONENT : BAD;
    default: return BAD;
    }
}

static void work_on_text(void)
{
    static const char letters[] = "0123456789.+-e,,";
    unsigned ends[STATES] = { 0 };
    for (size_t i = 0; i < sizeof text; i++) {
        text[i] = letters[next_random() >> 7 & 15];
    }
    enum state state = START;
    for (size_t i = 0; i < sizeof text; i++) {
        if (text[i] == ',') {
            ends[state]++;
            state = START;
        } else {
            state = after(state, text[i]);
        }
    }
    for (int i = 0; i < STATES; i++) {
        add(ends[i]);
    }
}

static void work(unsigned rounds)
{
    for (unsigned i = 0; i < rounds; i++) {
        work_on_list();
        work_on_matrix();
        work_on_text();
        done++;
    }
    printf("%u rounds: %04x\n", done, (unsigned)check);
}

int main(void)
{
#ifdef LINUX
    work(ROUNDS);
#else
    while (granary_receive(GRANARY_FOREVER) == GRANARY_OK) {
        char rounds[16] = "";
        granary_read(GRANARY_PAYLOAD, 0, rounds, sizeof rounds - 1);
        work(rounds[0] == 0 ? ROUNDS : (unsigned)strtoul(rounds, NULL, 10));
    }
#endif
    return 0;
}
