/* Lottery: whoever pays gets a ticket; after the closing height a block's hash decides who gets everything.
 *
 * data: 'o' closing height(4)   opens a round
 *       't'                     buys a ticket with the value of the transaction
 *       'd'                     draws: the hash of the block at the closing height says which ticket wins
 */
#include <string.h>
#include "dacrs.h"

struct round {
    u32 closing;
    u8 tickets;
    u8 pot[DACRS_MONEY];
};

static __xdata struct round round;
static __xdata u8 round_key[1] = { 'r' };
static __xdata u8 ticket_key[2];
static __xdata u8 command;
static __xdata u8 player[DACRS_ID];
static __xdata u8 money[DACRS_MONEY];
static __xdata u8 hash[DACRS_HASH];

static u8 save(void)
{
    return dacrs_write(round_key, 1, &round, sizeof round);
}

static u8 open(void)
{
    if (dacrs_data_size() != 5 || dacrs_read(round_key, 1, &round, sizeof round))
        return 0;
    memset(&round, 0, sizeof round);
    dacrs_data(1, &round.closing, 4);
    return save();
}

static u8 buy(void)
{
    static __xdata u8 nothing[DACRS_MONEY];
    dacrs_value(money);
    if (dacrs_height() > round.closing || round.tickets == 255 || dacrs_compare(money, nothing) != 2)
        return 0;
    dacrs_sender(player);
    ticket_key[0] = 't';
    ticket_key[1] = round.tickets++;
    dacrs_add(round.pot, money);
    return dacrs_write(ticket_key, 2, player, DACRS_ID) && save();
}

static u8 draw(void)
{
    u16 rest = 0;
    u8 i;
    if (round.tickets == 0 || !dacrs_block_hash(round.closing, hash))
        return 0;
    for (i = 0; i < DACRS_HASH; i++)
        rest = ((rest << 8) | hash[i]) % round.tickets;
    ticket_key[0] = 't';
    ticket_key[1] = rest;
    if (dacrs_read(ticket_key, 2, player, DACRS_ID) != DACRS_ID)
        return 0;
    dacrs_pay(player, round.pot);
    for (i = 0; i < round.tickets; i++) {
        ticket_key[1] = i;
        dacrs_delete(ticket_key, 2);
    }
    return dacrs_delete(round_key, 1);
}

u8 contract(void)
{
    dacrs_data(0, &command, 1);
    if (command == 'o')
        return open();
    if (dacrs_read(round_key, 1, &round, sizeof round) != sizeof round)
        return 0;
    return command == 't' ? buy() : command == 'd' ? draw() : 0;
}
