// The kernel interface of Granary for AssemblyScript (module "granary", Vms/Wasm/README.md).
// Built with `asc FILE.ts --runtime stub --optimize -o FILE.wasm`. Texts are UTF-8 outside.

@external("granary", "message_size") declare function messageSize(): u32;
@external("granary", "message_read") declare function messageRead(to: usize, room: u32, from: u32): u32;
@external("granary", "message_entry") declare function messageEntry(to: usize, room: u32): u32;
@external("granary", "message_sender") declare function messageSender(to: usize, room: u32): u32;
@external("granary", "output") declare function rawOutput(at: usize, size: u32): void;
@external("granary", "reply") declare function rawReply(at: usize, size: u32): u32;
@external("granary", "exit") export declare function exit(): void;
@external("granary", "revert") declare function rawRevert(at: usize, size: u32): void;
@external("granary", "send") declare function rawSend(port: usize, portSize: u32, entry: usize, entrySize: u32,
  payload: usize, payloadSize: u32, gas: i64): u32;
@external("granary", "call") declare function rawCall(port: usize, portSize: u32, entry: usize, entrySize: u32,
  payload: usize, payloadSize: u32, gas: i64): i64;
@external("granary", "await") declare function rawAwait(call: i64): u32;
@external("granary", "answer_size") declare function answerSize(): u32;
@external("granary", "answer_read") declare function answerRead(to: usize, room: u32, from: u32): u32;
@external("granary", "broadcast") declare function rawBroadcast(group: usize, groupSize: u32, entry: usize,
  entrySize: u32, payload: usize, payloadSize: u32, gas: i64): i32;
@external("granary", "port_attach") declare function portAttach(name: usize, size: u32): void;
@external("granary", "port_count") export declare function portCount(): u32;
@external("granary", "port_bind") declare function portBind(name: usize, size: u32, which: u32): u32;
@external("granary", "port_unbind") declare function portUnbind(name: usize, size: u32): u32;
@external("granary", "port_open") declare function portOpen(name: usize, size: u32): u32;
@external("granary", "port_revoke") declare function portRevoke(name: usize, size: u32): u32;
@external("granary", "timer_set") declare function rawTimerSet(name: usize, nameSize: u32, entry: usize,
  entrySize: u32, payload: usize, payloadSize: u32, delay: i64, period: i64, gas: i64): u32;
@external("granary", "timer_clear") declare function rawTimerClear(name: usize, size: u32): u32;
@external("granary", "timer_fired") export declare function timerFired(): i64;
@external("granary", "receive") export declare function receive(milliseconds: i64): u32;
@external("granary", "sleep") export declare function sleep(milliseconds: i64): void;
@external("granary", "state_get")
declare function stateGet(key: usize, keySize: u32, to: usize, room: u32): i32;
@external("granary", "state_put")
declare function statePut(key: usize, keySize: u32, value: usize, valueSize: u32): void;
@external("granary", "state_delete") declare function stateDelete(key: usize, keySize: u32): u32;
@external("granary", "state_next")
declare function stateNext(after: usize, afterSize: u32, to: usize, room: u32): i32;
@external("granary", "emit")
declare function rawEmit(topic: usize, topicSize: u32, payload: usize, payloadSize: u32): void;
@external("granary", "print") declare function rawPrint(at: usize, size: u32): void;
@external("granary", "log") declare function rawLog(at: usize, size: u32): void;
@external("granary", "time") export declare function time(): i64;
@external("granary", "random") export declare function random(): u64;
@external("granary", "gas_left") export declare function gasLeft(): i64;

// Where the bytes of a text are.
function at(bytes: ArrayBuffer): usize {
  return changetype<usize>(bytes);
}

/** The payload of the message in hand, as text. */
export function message(): string {
  const bytes = new ArrayBuffer(messageSize());
  messageRead(at(bytes), bytes.byteLength, 0);
  return String.UTF8.decode(bytes);
}

/** The entry point that the message names. */
export function entry(): string {
  const bytes = new ArrayBuffer(messageEntry(0, 0));
  messageEntry(at(bytes), bytes.byteLength);
  return String.UTF8.decode(bytes);
}

/** The kernel that sent the message; empty for a client. */
export function sender(): string {
  const bytes = new ArrayBuffer(messageSender(0, 0));
  messageSender(at(bytes), bytes.byteLength);
  return String.UTF8.decode(bytes);
}

/** Sets the output of the message. */
export function output(text: string): void {
  const bytes = String.UTF8.encode(text);
  rawOutput(at(bytes), bytes.byteLength);
}

/** Answers a call before the message ends: 0, or the status. */
export function reply(text: string): u32 {
  const bytes = String.UTF8.encode(text);
  return rawReply(at(bytes), bytes.byteLength);
}

/** Ends the message, and undoes what it did. */
export function revert(reason: string): void {
  const bytes = String.UTF8.encode(reason);
  rawRevert(at(bytes), bytes.byteLength);
}

/** Sends a message: 0, or the status. Nobody answers. */
export function send(port: string, entry: string, payload: string, gas: i64): u32 {
  const p = String.UTF8.encode(port), e = String.UTF8.encode(entry), m = String.UTF8.encode(payload);
  return rawSend(at(p), p.byteLength, at(e), e.byteLength, at(m), m.byteLength, gas);
}

/** To all ports of a group: how many there were, or a status below zero. */
export function broadcast(group: string, entry: string, payload: string, gas: i64): i32 {
  const p = String.UTF8.encode(group), e = String.UTF8.encode(entry), m = String.UTF8.encode(payload);
  return rawBroadcast(at(p), p.byteLength, at(e), e.byteLength, at(m), m.byteLength, gas);
}

/** Calls the kernel behind a port and waits for its reply; null when there is none. */
export function ask(port: string, entry: string, payload: string, gas: i64): string | null {
  const p = String.UTF8.encode(port), e = String.UTF8.encode(entry), m = String.UTF8.encode(payload);
  const call = rawCall(at(p), p.byteLength, at(e), e.byteLength, at(m), m.byteLength, gas);
  if (call < 0 || rawAwait(call) != 0) return null;
  const bytes = new ArrayBuffer(answerSize());
  answerRead(at(bytes), bytes.byteLength, 0);
  return String.UTF8.decode(bytes);
}

/** Ports, by name; 0 is success. One that is attached goes with the next message or reply. */
export function attachPort(name: string): void {
  const bytes = String.UTF8.encode(name);
  portAttach(at(bytes), bytes.byteLength);
}

export function bindPort(name: string, which: u32): u32 {
  const bytes = String.UTF8.encode(name);
  return portBind(at(bytes), bytes.byteLength, which);
}

export function unbindPort(name: string): u32 {
  const bytes = String.UTF8.encode(name);
  return portUnbind(at(bytes), bytes.byteLength);
}

export function openPort(name: string): u32 {
  const bytes = String.UTF8.encode(name);
  return portOpen(at(bytes), bytes.byteLength);
}

export function revokePort(name: string): u32 {
  const bytes = String.UTF8.encode(name);
  return portRevoke(at(bytes), bytes.byteLength);
}

/** A message from the kernel's own clock, once (period 0) or again and again. */
export function setTimer(name: string, entry: string, payload: string, delay: i64, period: i64, gas: i64): u32 {
  const n = String.UTF8.encode(name), e = String.UTF8.encode(entry), m = String.UTF8.encode(payload);
  return rawTimerSet(at(n), n.byteLength, at(e), e.byteLength, at(m), m.byteLength, delay, period, gas);
}

export function clearTimer(name: string): u32 {
  const bytes = String.UTF8.encode(name);
  return rawTimerClear(at(bytes), bytes.byteLength);
}

/** The text stored under a key, or null. */
export function get(key: string): string | null {
  const name = String.UTF8.encode(key);
  const size = stateGet(at(name), name.byteLength, 0, 0);
  if (size < 0) return null;
  const bytes = new ArrayBuffer(size);
  stateGet(at(name), name.byteLength, at(bytes), size);
  return String.UTF8.decode(bytes);
}

/** Stores a text. */
export function put(key: string, value: string): void {
  const name = String.UTF8.encode(key), bytes = String.UTF8.encode(value);
  statePut(at(name), name.byteLength, at(bytes), bytes.byteLength);
}

/** Removes a key; false when it was not there. */
export function remove(key: string): bool {
  const name = String.UTF8.encode(key);
  return stateDelete(at(name), name.byteLength) == 1;
}

/** The first key above another, or null. */
export function next(after: string): string | null {
  const name = String.UTF8.encode(after);
  const size = stateNext(at(name), name.byteLength, 0, 0);
  if (size < 0) return null;
  const bytes = new ArrayBuffer(size);
  stateNext(at(name), name.byteLength, at(bytes), size);
  return String.UTF8.decode(bytes);
}

/** Publishes an event. */
export function emit(topic: string, payload: string): void {
  const name = String.UTF8.encode(topic), bytes = String.UTF8.encode(payload);
  rawEmit(at(name), name.byteLength, at(bytes), bytes.byteLength);
}

/** Diagnostic text. */
export function print(text: string): void {
  const bytes = String.UTF8.encode(text);
  rawPrint(at(bytes), bytes.byteLength);
}

/** A line for the operator. */
export function log(text: string): void {
  const bytes = String.UTF8.encode(text);
  rawLog(at(bytes), bytes.byteLength);
}
