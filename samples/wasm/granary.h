/* The kernel interface of Granary for C and C++ (module "granary", Vms/Wasm/README.md). */
#ifndef GRANARY_H
#define GRANARY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GRANARY_IMPORT(name) __attribute__((import_module("granary"), import_name(#name)))

/* Marks an entry point: an exported function without parameters and result. */
#define GRANARY_ENTRY(name) __attribute__((export_name(#name))) void name(void)

/* The message in hand. Readers return the whole length and copy what fits. */
GRANARY_IMPORT(message_size) uint32_t granary_message_size(void);
GRANARY_IMPORT(message_read) uint32_t granary_message_read(void *to, uint32_t room, uint32_t from);
GRANARY_IMPORT(message_entry) uint32_t granary_message_entry(char *to, uint32_t room);
GRANARY_IMPORT(message_sender) uint32_t granary_message_sender(char *to, uint32_t room);

/* How it ends. The output is the reply of a call, unless reply was called. */
GRANARY_IMPORT(output) void granary_output(const void *at, uint32_t size);
GRANARY_IMPORT(reply) uint32_t granary_reply(const void *at, uint32_t size);
GRANARY_IMPORT(exit) _Noreturn void granary_exit(void);
GRANARY_IMPORT(revert) _Noreturn void granary_revert(const void *at, uint32_t size);

/* Messages to other kernels, through ports that this kernel holds. */
GRANARY_IMPORT(send) uint32_t granary_send(const char *port, uint32_t port_size, const char *entry,
    uint32_t entry_size, const void *payload, uint32_t payload_size, int64_t gas);
GRANARY_IMPORT(call) int64_t granary_call(const char *port, uint32_t port_size, const char *entry,
    uint32_t entry_size, const void *payload, uint32_t payload_size, int64_t gas);
GRANARY_IMPORT(await) uint32_t granary_await(int64_t call);
GRANARY_IMPORT(answer_size) uint32_t granary_answer_size(void);
GRANARY_IMPORT(answer_read) uint32_t granary_answer_read(void *to, uint32_t room, uint32_t from);

/* To all ports of a group: how many there were, or a status below zero. */
GRANARY_IMPORT(broadcast) int32_t granary_broadcast(const char *group, uint32_t group_size, const char *entry,
    uint32_t entry_size, const void *payload, uint32_t payload_size, int64_t gas);

/* Ports travel: attach them to the next message or reply; bind what came. 0 is success. */
GRANARY_IMPORT(port_attach) void granary_port_attach(const char *port, uint32_t port_size);
GRANARY_IMPORT(port_count) uint32_t granary_port_count(void);
GRANARY_IMPORT(port_bind) uint32_t granary_port_bind(const char *name, uint32_t name_size, uint32_t which);
GRANARY_IMPORT(port_unbind) uint32_t granary_port_unbind(const char *name, uint32_t name_size);
GRANARY_IMPORT(port_open) uint32_t granary_port_open(const char *name, uint32_t name_size);
GRANARY_IMPORT(port_revoke) uint32_t granary_port_revoke(const char *name, uint32_t name_size);

/* Messages from the kernel's own clock; a period of 0 is once. */
GRANARY_IMPORT(timer_set) uint32_t granary_timer_set(const char *name, uint32_t name_size, const char *entry,
    uint32_t entry_size, const void *payload, uint32_t payload_size, int64_t delay, int64_t period, int64_t gas);
GRANARY_IMPORT(timer_clear) uint32_t granary_timer_clear(const char *name, uint32_t name_size);
GRANARY_IMPORT(timer_fired) int64_t granary_timer_fired(void);

/* Waits for the next message (milliseconds, below zero: for ever): 0, or 1 when none came. */
GRANARY_IMPORT(receive) uint32_t granary_receive(int64_t milliseconds);
GRANARY_IMPORT(sleep) void granary_sleep(int64_t milliseconds);

/* The kernel's state: keys and values. Lengths are -1 where there is nothing. */
GRANARY_IMPORT(state_get) int32_t granary_state_get(const void *key, uint32_t key_size, void *to, uint32_t room);
GRANARY_IMPORT(state_put) void granary_state_put(const void *key, uint32_t key_size, const void *value,
    uint32_t value_size);
GRANARY_IMPORT(state_delete) uint32_t granary_state_delete(const void *key, uint32_t key_size);
GRANARY_IMPORT(state_next) int32_t granary_state_next(const void *after, uint32_t after_size, void *to,
    uint32_t room);

GRANARY_IMPORT(emit) void granary_emit(const char *topic, uint32_t topic_size, const void *payload,
    uint32_t payload_size);
GRANARY_IMPORT(print) void granary_print(const char *text, uint32_t size);
GRANARY_IMPORT(log) void granary_log(const char *text, uint32_t size);
GRANARY_IMPORT(random) uint64_t granary_random(void);
GRANARY_IMPORT(time) int64_t granary_time(void);
GRANARY_IMPORT(gas_left) int64_t granary_gas_left(void);

#ifdef __cplusplus
}
#endif

#endif
