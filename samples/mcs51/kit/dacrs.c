#include <string.h>
#include "dacrs.h"

static volatile __xdata __at (0xEFFD) u16 method_word;
static __xdata __at (0xEFFF) u16 total;
static __xdata __at (0xF001) u8 buffer[4094];

static __xdata u16 data_size;
static __xdata u8 data[256];
static __xdata u16 filled;
static __xdata u8 output[48];
static __xdata u8 line[64];
static __xdata u8 number[8];

static void gate(void) __naked
{
    __asm
	lcall	0x0012
	ret
    __endasm;
}

static void leave(void) __naked
{
    __asm
	lcall	0x0008
    __endasm;
}

void main(void)
{
    /* The first host call overwrites the data. */
    data_size = total < sizeof data ? total : sizeof data;
    memcpy(data, buffer, data_size);
    method_word = contract() == 1 ? 1 : 0;
    leave();
}

u16 dacrs_data_size(void)
{
    return data_size;
}

void dacrs_data(u16 at, void __xdata *to, u8 size)
{
    memcpy(to, data + at, size);
}

void dacrs_begin(void)
{
    filled = 0;
}

void dacrs_put(const void __xdata *item, u8 size)
{
    buffer[filled] = size;
    buffer[filled + 1] = 0;
    memcpy(buffer + filled + 2, (void __xdata *)item, size);
    filled += size + 2;
}

u16 dacrs_call(u8 method)
{
    total = filled;
    method_word = method;
    gate();
    return total;
}

void dacrs_answer(u8 at, void __xdata *to, u8 size)
{
    memcpy(to, buffer + at, size);
}

void dacrs_sender(u8 __xdata *id)
{
    dacrs_begin();
    dacrs_call(27);
    dacrs_answer(0, id, DACRS_ID);
}

void dacrs_self(u8 __xdata *id)
{
    dacrs_begin();
    dacrs_call(26);
    dacrs_answer(0, id, DACRS_ID);
}

void dacrs_value(u8 __xdata *money)
{
    dacrs_begin();
    dacrs_call(31);
    dacrs_answer(0, money, DACRS_MONEY);
}

u32 dacrs_height(void)
{
    dacrs_begin();
    dacrs_call(16);
    dacrs_answer(0, number, 4);
    return *(u32 __xdata *)number;
}

u8 dacrs_block_hash(u32 height, u8 __xdata *hash)
{
    *(u32 __xdata *)number = height;
    dacrs_begin();
    dacrs_put(number, 4);
    if (dacrs_call(15) != DACRS_HASH)
        return 0;
    dacrs_answer(0, hash, DACRS_HASH);
    return 1;
}

u8 dacrs_write(const void __xdata *key, u8 key_size, const void __xdata *value, u8 size)
{
    dacrs_begin();
    dacrs_put(key, key_size);
    dacrs_put(value, size);
    return dacrs_call(17) != 0;
}

u8 dacrs_read(const void __xdata *key, u8 key_size, void __xdata *value, u8 size)
{
    u16 found;
    dacrs_begin();
    dacrs_put(key, key_size);
    found = dacrs_call(19);
    if (found > size)
        found = size;
    dacrs_answer(0, value, found);
    return found;
}

u8 dacrs_delete(const void __xdata *key, u8 key_size)
{
    dacrs_begin();
    dacrs_put(key, key_size);
    return dacrs_call(18) != 0 && buffer[0] == 1;
}

static void calculate(u8 method, const u8 __xdata *a, const u8 __xdata *b)
{
    dacrs_begin();
    dacrs_put(a, DACRS_MONEY);
    dacrs_put(b, DACRS_MONEY);
    dacrs_call(method);
}

u8 dacrs_compare(const u8 __xdata *a, const u8 __xdata *b)
{
    calculate(0, a, b);
    return buffer[0];
}

void dacrs_add(u8 __xdata *a, const u8 __xdata *b)
{
    calculate(2, a, b);
    dacrs_answer(0, a, DACRS_MONEY);
}

void dacrs_subtract(u8 __xdata *a, const u8 __xdata *b)
{
    calculate(3, a, b);
    dacrs_answer(0, a, DACRS_MONEY);
}

/* An output: form 1 (an id), the id, operation 1 (add) or 2 (take), height, money. */
static u8 write_output(u8 operation, const u8 __xdata *account, const u8 __xdata *money)
{
    memset(output, 0, sizeof output);
    output[0] = 1;
    memcpy(output + 1, (void __xdata *)account, DACRS_ID);
    output[35] = operation;
    memcpy(output + 40, (void __xdata *)money, DACRS_MONEY);
    dacrs_begin();
    dacrs_put(output, sizeof output);
    dacrs_call(24);
    return 1;
}

u8 dacrs_pay(const u8 __xdata *to, const u8 __xdata *money)
{
    static __xdata u8 self[DACRS_ID];
    dacrs_self(self);
    return write_output(2, self, money) && write_output(1, to, money);
}

void dacrs_print(const char *text)
{
    u8 size = strlen(text);
    line[0] = 0;
    memcpy(line + 1, (char *)text, size);
    dacrs_begin();
    dacrs_put(line, 1);
    dacrs_put(line + 1, size);
    dacrs_call(9);
}
