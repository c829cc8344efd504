/* SHA-256 of four megabytes, a thousand bytes at a time. */
#include <stdio.h>
#include <stdint.h>
#include <string.h>

#ifndef ROUNDS
#define ROUNDS 4096
#endif

static uint32_t constants[64], state[8];
static uint8_t block[64];
static size_t filled;
static uint64_t length;

static uint32_t rotate(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

/* The first 32 bits of the fractional part of a root, by bisection in integers: constants need no table. */
static uint32_t root_fraction(uint64_t n, int cube)
{
    unsigned __int128 target = (unsigned __int128)n << (cube ? 96 : 64);
    uint64_t low = 0, high = (uint64_t)1 << 38;
    while (high - low > 1) {
        uint64_t middle = (low + high) / 2;
        unsigned __int128 power = (unsigned __int128)middle * middle;
        int above = cube ? power > target / middle : power > target;
        if (above) {
            high = middle;
        } else {
            low = middle;
        }
    }
    return (uint32_t)low;
}

static void prepare(void)
{
    int found = 0;
    for (uint64_t n = 2; found < 64; n++) {
        int prime = 1;
        for (uint64_t d = 2; d * d <= n; d++) {
            prime &= n % d != 0;
        }
        if (prime) {
            if (found < 8) {
                state[found] = root_fraction(n, 0);
            }
            constants[found++] = root_fraction(n, 1);
        }
    }
}

static void compress(void)
{
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++) {
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8
            | block[4 * i + 3];
    }
    for (int i = 16; i < 64; i++) {
        uint32_t a = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t b = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + a + w[i - 7] + b;
    }
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 64; i++) {
        uint32_t e = rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25);
        uint32_t one = s[7] + e + ((s[4] & s[5]) ^ (~s[4] & s[6])) + constants[i] + w[i];
        uint32_t a = rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22);
        uint32_t two = a + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof *s);
        s[4] += one;
        s[0] = one + two;
    }
    for (int i = 0; i < 8; i++) {
        state[i] += s[i];
    }
}

static void add(const uint8_t *bytes, size_t count)
{
    length += count;
    while (count > 0) {
        size_t part = count < 64 - filled ? count : 64 - filled;
        memcpy(block + filled, bytes, part);
        filled += part;
        bytes += part;
        count -= part;
        if (filled == 64) {
            compress();
            filled = 0;
        }
    }
}

int main(void)
{
    static uint8_t bytes[1000];
    prepare();
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            bytes[i] = (uint8_t)(i * 7 + (size_t)round);
        }
        add(bytes, sizeof bytes);
    }
    uint64_t bits = 8 * length;
    add((const uint8_t *)"\x80", 1);
    while (filled != 56) {
        add((const uint8_t *)"", 1);
    }
    for (int i = 7; i >= 0; i--) {
        uint8_t byte = (uint8_t)(bits >> (8 * i));
        add(&byte, 1);
    }
    for (int i = 0; i < 8; i++) {
        printf("%08x", (unsigned)state[i]);
    }
    printf("\n");
    return 0;
}
