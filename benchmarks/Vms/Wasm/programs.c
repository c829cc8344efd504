/* What the WebAssembly benchmark runs: small programs of different kinds, each an entry point without parameters. They
   put their result out, so that nothing is optimised away and engines can be compared. The set and its sizes are those
   with which this design was measured before it was built: fib 37, sieve of 8M four times, matmul 256^3 eight times,
   SHA-256 of 300k blocks, Mandelbrot 700, quicksort of 2M, 50M indirect calls, sums over memory. */
#include <stdint.h>

__attribute__((import_module("granary"), import_name("output"))) void output(const void *at, uint32_t size);

#define ENTRY(name) __attribute__((export_name(#name))) void name(void)

static void give(uint64_t result)
{
    static uint64_t kept;
    kept = result;
    output(&kept, sizeof kept);
}

__attribute__((noinline)) static uint32_t fibonacci(uint32_t n)
{
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

ENTRY(fib) { give(fibonacci(37)); }

#define SIEVE 8000000
static uint8_t composite[SIEVE];

ENTRY(sieve)
{
    uint32_t count = 0;
    for (int round = 0; round < 4; round++) {
        for (uint32_t i = 0; i < SIEVE; i++)
            composite[i] = 0;
        for (uint32_t i = 2; i < SIEVE; i++) {
            if (composite[i])
                continue;
            count++;
            for (uint32_t j = 2 * i; j < SIEVE; j += i)
                composite[j] = 1;
        }
    }
    give(count);
}

#define N 256
static double a[N][N], b[N][N], c[N][N];

ENTRY(matmul)
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            a[i][j] = i * 0.5 + j;
            b[i][j] = i - j * 0.25;
            c[i][j] = 0;
        }
    for (int round = 0; round < 8; round++)
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++) {
                double sum = 0;
                for (int k = 0; k < N; k++)
                    sum += a[i][k] * b[k][j];
                c[i][j] = sum + round;
            }
    give((uint64_t)(int64_t)c[17][23]);
}

static const uint32_t k256[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
    0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
    0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
    0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
    0xc67178f2,
};

#define ROTR(x, n) ((x) >> (n) | (x) << (32 - (n)))

static void compress(uint32_t state[8], const uint32_t block[16])
{
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++)
        w[i] = block[i];
    for (int i = 16; i < 64; i++) {
        uint32_t x = w[i - 15], y = w[i - 2];
        w[i] = w[i - 16] + (ROTR(x, 7) ^ ROTR(x, 18) ^ x >> 3) + w[i - 7] + (ROTR(y, 17) ^ ROTR(y, 19) ^ y >> 10);
    }
    for (int i = 0; i < 8; i++)
        s[i] = state[i];
    for (int i = 0; i < 64; i++) {
        uint32_t e = s[4], x = s[0];
        uint32_t t1 = s[7] + (ROTR(e, 6) ^ ROTR(e, 11) ^ ROTR(e, 25)) + ((e & s[5]) ^ (~e & s[6])) + k256[i] + w[i];
        uint32_t t2 = (ROTR(x, 2) ^ ROTR(x, 13) ^ ROTR(x, 22)) + ((x & s[1]) ^ (x & s[2]) ^ (s[1] & s[2]));
        s[7] = s[6]; s[6] = s[5]; s[5] = e; s[4] = s[3] + t1;
        s[3] = s[2]; s[2] = s[1]; s[1] = x; s[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        state[i] += s[i];
}

ENTRY(sha256)
{
    uint32_t state[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
        0x5be0cd19 };
    uint32_t block[16] = { 0 };
    for (uint32_t i = 0; i < 300000; i++) {
        block[i & 15] ^= i;
        compress(state, block);
    }
    give(state[0]);
}

ENTRY(mandel)
{
    uint32_t inside = 0;
    for (int y = 0; y < 700; y++)
        for (int x = 0; x < 700; x++) {
            double cr = x / 350.0 - 1.5, ci = y / 350.0 - 1.0, zr = 0, zi = 0;
            int n = 0;
            while (n < 100 && zr * zr + zi * zi < 4) {
                double t = zr * zr - zi * zi + cr;
                zi = 2 * zr * zi + ci;
                zr = t;
                n++;
            }
            inside += n == 100;
        }
    give(inside);
}

#define SORTED 2000000
static uint32_t items[SORTED];

static void quicksort(int low, int high)
{
    while (low < high) {
        uint32_t pivot = items[(low + high) / 2];
        int i = low, j = high;
        while (i <= j) {
            while (items[i] < pivot)
                i++;
            while (items[j] > pivot)
                j--;
            if (i <= j) {
                uint32_t t = items[i];
                items[i++] = items[j];
                items[j--] = t;
            }
        }
        if (j - low < high - i) {
            quicksort(low, j);
            low = i;
        } else {
            quicksort(i, high);
            high = j;
        }
    }
}

ENTRY(qsort)
{
    uint32_t seed = 1;
    for (int i = 0; i < SORTED; i++)
        items[i] = seed = seed * 1664525 + 1013904223;
    quicksort(0, SORTED - 1);
    give(items[SORTED / 3]);
}

static uint32_t add1(uint32_t x) { return x + 1; }
static uint32_t twice(uint32_t x) { return x * 2; }
static uint32_t mix(uint32_t x) { return x ^ x >> 3; }
static uint32_t drop7(uint32_t x) { return x - 7; }
static uint32_t (*volatile operations[4])(uint32_t) = { add1, twice, mix, drop7 };

ENTRY(icall)
{
    uint32_t x = 1;
    for (uint32_t i = 0; i < 30000000; i++)
        x = operations[(i ^ x) & 3](x);
    give(x);
}

ENTRY(memsum)
{
    uint64_t sum = 0;
    uint64_t *words = (uint64_t *)(void *)a;
    for (int round = 0; round < 1000; round++)
        for (int i = 0; i < N * N; i++)
            sum += words[i] ^ (uint64_t)round;
    give(sum);
}
