/* An actor that calls another kernel: asks the kernel behind the port "oracle" and gives back its answer. */
#include "granary.h"

static char buffer[1024];

GRANARY_ENTRY(ask)
{
    uint32_t size = granary_message_read(buffer, sizeof buffer, 0);
    int64_t call = granary_call("oracle", 6, "", 0, buffer, size, 1000000);
    if (call < 0)
        granary_revert("There is no port 'oracle'.", 26);
    uint32_t status = granary_await(call);
    if (status != 0)
        granary_revert("The oracle does not answer.", 27);
    size = granary_answer_read(buffer, sizeof buffer, 0);
    granary_output(buffer, size);
}
