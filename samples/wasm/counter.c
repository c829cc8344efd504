/* Counts its messages: in linear memory, which stays between messages, and in the kernel's state. */
#include "granary.h"

static uint32_t count;

GRANARY_ENTRY(add)
{
    uint32_t step = 1;
    if (granary_message_size() == sizeof step)
        granary_message_read(&step, sizeof step, 0);
    count += step;
    granary_state_put("count", 5, &count, sizeof count);
    granary_output(&count, sizeof count);
}

GRANARY_ENTRY(get)
{
    granary_output(&count, sizeof count);
}
