/* What a RISC-V actor can ask of its kernel. Numbers and meanings: Vms/RiscV/README.md. */
#ifndef GRANARY_H
#define GRANARY_H

#include <stddef.h>
#include <stdint.h>

/* Host status: what most calls return. What spends the gas or breaks a limit ends the message instead. */
enum granary_status {
    GRANARY_OK = 0,
    GRANARY_NOT_FOUND = 1,
    GRANARY_NO_SUCH_PORT = 4,
    GRANARY_NOTHING_TO_REPLY_TO = 5,
    GRANARY_PORT_TAKEN = 6,
};

/* What granary_read reads. */
enum granary_part { GRANARY_PAYLOAD = 0, GRANARY_ENTRY = 1, GRANARY_SENDER = 2, GRANARY_REPLY = 3 };

#define GRANARY_FOREVER (-1)

struct granary_bytes {
    const void *at;
    size_t length;
};

struct granary_message {
    struct granary_bytes port, entry, payload;
    uint64_t gas;       /* for handling it, moved out of this message's budget */
    int64_t timeout_ms; /* GRANARY_FOREVER: none */
    const struct granary_bytes *ports;
    size_t port_count;
};

struct granary_timer {
    struct granary_bytes name, entry, payload;
    uint64_t delay_ms, period_ms, gas;
};

struct granary_answer {
    long status;
    uint64_t first, second;
};

static inline struct granary_answer granary_ecall(
    long number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
    register uint64_t a0 __asm__("a0") = a;
    register uint64_t a1 __asm__("a1") = b;
    register uint64_t a2 __asm__("a2") = c;
    register uint64_t a3 __asm__("a3") = d;
    register uint64_t a4 __asm__("a4") = e;
    register uint64_t a5 __asm__("a5") = f;
    register long a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1), "+r"(a2) : "r"(a3), "r"(a4), "r"(a5), "r"(a7) : "memory");
    return (struct granary_answer){ (long)a0, a1, a2 };
}

/* Waits for the next message: GRANARY_OK, or GRANARY_NOT_FOUND when time runs out. The first call gives the message
   that started the program. */
static inline long granary_receive(int64_t timeout_ms)
{
    return granary_ecall(512, (uint64_t)timeout_ms, 0, 0, 0, 0, 0).status;
}

/* Copies a part of the message, or of the last reply, from an offset; returns how long the whole part is. */
static inline size_t granary_read(enum granary_part part, size_t offset, void *buffer, size_t room)
{
    return granary_ecall(513, part, offset, (uint64_t)buffer, room, 0, 0).first;
}

static inline long granary_send(const struct granary_message *message)
{
    return granary_ecall(515, (uint64_t)message, 0, 0, 0, 0, 0).status;
}

static inline long granary_call(const struct granary_message *message, uint64_t *call)
{
    struct granary_answer answer = granary_ecall(516, (uint64_t)message, 0, 0, 0, 0, 0);
    *call = answer.first;
    return answer.status;
}

/* Waits for the reply to a call; its payload is GRANARY_REPLY. The status is a reply status: 0 is success. */
static inline long granary_await(uint64_t call, size_t *length)
{
    struct granary_answer answer = granary_ecall(518, call, 0, 0, 0, 0, 0);
    *length = answer.first;
    return answer.status;
}

static inline long granary_reply(const void *payload, size_t length)
{
    return granary_ecall(519, (uint64_t)payload, length, 0, 0, 0, 0).status;
}

static inline long granary_get(const void *key, size_t key_length, void *buffer, size_t room, size_t *length)
{
    struct granary_answer answer = granary_ecall(520, (uint64_t)key, key_length, (uint64_t)buffer, room, 0, 0);
    *length = answer.first;
    return answer.status;
}

static inline long granary_put(const void *key, size_t key_length, const void *value, size_t length)
{
    return granary_ecall(521, (uint64_t)key, key_length, (uint64_t)value, length, 0, 0).status;
}

static inline long granary_delete(const void *key, size_t key_length)
{
    return granary_ecall(522, (uint64_t)key, key_length, 0, 0, 0, 0).status;
}

static inline void granary_sleep(uint64_t milliseconds)
{
    granary_ecall(524, milliseconds, 0, 0, 0, 0, 0);
}

/* Unix milliseconds: the recorded time of the input being handled. */
static inline uint64_t granary_time(void)
{
    return granary_ecall(525, 0, 0, 0, 0, 0, 0).first;
}

static inline uint64_t granary_random(void)
{
    return granary_ecall(526, 0, 0, 0, 0, 0, 0).first;
}

static inline void granary_log(const char *text, size_t length)
{
    granary_ecall(527, (uint64_t)text, length, 0, 0, 0, 0);
}

static inline void granary_print(const char *text, size_t length)
{
    granary_ecall(528, (uint64_t)text, length, 0, 0, 0, 0);
}

static inline void granary_emit(const char *topic, size_t topic_length, const void *payload, size_t length)
{
    granary_ecall(529, (uint64_t)topic, topic_length, (uint64_t)payload, length, 0, 0);
}

/* What is left of the message's gas. */
static inline uint64_t granary_gas(void)
{
    return granary_ecall(530, 0, 0, 0, 0, 0, 0).first;
}

static inline long granary_set_timer(const struct granary_timer *timer)
{
    return granary_ecall(536, (uint64_t)timer, 0, 0, 0, 0, 0).status;
}

/* Ends the program, and asks that what it did since the last commit be undone. */
static inline void granary_revert(const void *output, size_t length)
{
    granary_ecall(539, (uint64_t)output, length, 0, 0, 0, 0);
    __builtin_unreachable();
}

#endif
