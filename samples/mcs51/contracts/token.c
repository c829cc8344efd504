/* Token: the first who issues owns the mint; holders pass their tokens on.
 *
 * data: 'i' amount(8)         issues to the sender, who must be the first to have done so
 *       't' to(6) amount(8)   passes on
 */
#include <string.h>
#include "dacrs.h"

static __xdata u8 owner_key[1] = { 'o' };
static __xdata u8 holder_key[1 + DACRS_ID];
static __xdata u8 command;
static __xdata u8 sender[DACRS_ID];
static __xdata u8 other[DACRS_ID];
static __xdata u8 amount[DACRS_MONEY];
static __xdata u8 balance[DACRS_MONEY];
static __xdata u8 nothing[DACRS_MONEY];

static void load(const u8 __xdata *holder)
{
    holder_key[0] = 'h';
    memcpy(holder_key + 1, (void __xdata *)holder, DACRS_ID);
    memset(balance, 0, DACRS_MONEY);
    dacrs_read(holder_key, sizeof holder_key, balance, DACRS_MONEY);
}

static u8 save(void)
{
    return dacrs_write(holder_key, sizeof holder_key, balance, DACRS_MONEY);
}

static u8 issue(void)
{
    if (dacrs_data_size() != 9)
        return 0;
    if (dacrs_read(owner_key, 1, other, DACRS_ID) == 0)
        dacrs_write(owner_key, 1, sender, DACRS_ID);
    else if (memcmp(other, sender, DACRS_ID) != 0)
        return 0;
    dacrs_data(1, amount, DACRS_MONEY);
    load(sender);
    dacrs_add(balance, amount);
    return dacrs_compare(amount, nothing) == 2 && dacrs_compare(balance, nothing) == 2 && save();
}

static u8 transfer(void)
{
    if (dacrs_data_size() != 15)
        return 0;
    dacrs_data(1, other, DACRS_ID);
    dacrs_data(7, amount, DACRS_MONEY);
    load(sender);
    if (dacrs_compare(amount, nothing) != 2 || dacrs_compare(balance, amount) == 1)
        return 0;
    dacrs_subtract(balance, amount);
    if (!save())
        return 0;
    load(other);
    dacrs_add(balance, amount);
    return save();
}

u8 contract(void)
{
    dacrs_data(0, &command, 1);
    dacrs_sender(sender);
    return command == 'i' ? issue() : command == 't' ? transfer() : 0;
}
