/* Escrow: a buyer's money waits here until the buyer releases it, or comes back after a deadline.
 *
 * data: 'o' deal(1) seller(6) deadline(4)   opens a deal with the value of the transaction
 *       'r' deal(1)                          the buyer releases the money to the seller
 *       'b' deal(1)                          anybody sends it back to the buyer after the deadline
 */
#include <string.h>
#include "dacrs.h"

struct deal {
    u8 buyer[DACRS_ID];
    u8 seller[DACRS_ID];
    u8 money[DACRS_MONEY];
    u32 deadline;
};

static __xdata struct deal deal;
static __xdata u8 key[2];
static __xdata u8 command;
static __xdata u8 sender[DACRS_ID];
static __xdata u8 nothing[DACRS_MONEY];

static u8 open(void)
{
    if (dacrs_data_size() != 12 || dacrs_read(key, 2, &deal, sizeof deal))
        return 0;
    memcpy(deal.buyer, sender, DACRS_ID);
    dacrs_data(2, deal.seller, DACRS_ID);
    dacrs_data(8, &deal.deadline, 4);
    dacrs_value(deal.money);
    if (dacrs_compare(deal.money, nothing) != 2)
        return 0;
    dacrs_print("opened");
    return dacrs_write(key, 2, &deal, sizeof deal);
}

static u8 close(void)
{
    if (dacrs_data_size() != 2 || dacrs_read(key, 2, &deal, sizeof deal) != sizeof deal)
        return 0;
    if (command == 'r') {
        if (memcmp(sender, deal.buyer, DACRS_ID) != 0)
            return 0;
        dacrs_print("released");
        dacrs_pay(deal.seller, deal.money);
    } else {
        if (dacrs_height() <= deal.deadline)
            return 0;
        dacrs_print("sent back");
        dacrs_pay(deal.buyer, deal.money);
    }
    return dacrs_delete(key, 2);
}

u8 contract(void)
{
    dacrs_data(0, &command, 1);
    key[0] = 'd';
    dacrs_data(1, key + 1, 1);
    dacrs_sender(sender);
    switch (command) {
    case 'o':
        return open();
    case 'r':
    case 'b':
        return close();
    default:
        return 0;
    }
}
