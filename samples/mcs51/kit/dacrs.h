/* The contract kit: memory layout, exit, and host calls of a dacrs contract, for SDCC. */
#ifndef DACRS_H
#define DACRS_H

typedef unsigned char u8;
typedef unsigned int u16;
typedef unsigned long u32;

#define DACRS_ID 6    /* bytes of an account's id */
#define DACRS_MONEY 8 /* bytes of an amount, lowest first */
#define DACRS_HASH 32

/* What a contract writes; it has no result. Called by the kit's main; 1 says that all went well. */
u8 contract(void);

/* The data that came with the transaction; of more than 256 bytes the kit keeps the first 256. */
u16 dacrs_data_size(void);
void dacrs_data(u16 at, void __xdata *to, u8 size);

/* A request: begin, put items, call. The result is the size of the first answer, 0 when the call was refused. */
void dacrs_begin(void);
void dacrs_put(const void __xdata *item, u8 size);
u16 dacrs_call(u8 method);

/* Copies out of the first answer. */
void dacrs_answer(u8 at, void __xdata *to, u8 size);

/* The transaction. */
void dacrs_sender(u8 __xdata *id);
void dacrs_self(u8 __xdata *id);
void dacrs_value(u8 __xdata *money);
u32 dacrs_height(void);
u8 dacrs_block_hash(u32 height, u8 __xdata *hash);

/* What the contract stores. A read gives the size, 0 when there is nothing. */
u8 dacrs_write(const void __xdata *key, u8 key_size, const void __xdata *value, u8 size);
u8 dacrs_read(const void __xdata *key, u8 key_size, void __xdata *value, u8 size);
u8 dacrs_delete(const void __xdata *key, u8 key_size);

/* Amounts: 64-bit numbers in memory. Compare gives 0 equal, 1 less, 2 greater. */
u8 dacrs_compare(const u8 __xdata *a, const u8 __xdata *b);
void dacrs_add(u8 __xdata *a, const u8 __xdata *b);
void dacrs_subtract(u8 __xdata *a, const u8 __xdata *b);

/* Moves money from the contract's own account to another. */
u8 dacrs_pay(const u8 __xdata *to, const u8 __xdata *money);

/* A line of output. */
void dacrs_print(const char *text);

#endif
