// The kernel interface of Granary for AssemblyScript (module "granary", Vms/Wasm/README.md).
// Built with `asc FILE.ts --runtime stub --optimize -o FILE.wasm`.

@external("granary", "message_size") declare function messageSize(): u32;
@external("granary", "message_read") declare function messageRead(to: usize, room: u32, from: u32): u32;
@external("granary", "output") declare function rawOutput(at: usize, size: u32): void;
@external("granary", "print") declare function rawPrint(at: usize, size: u32): void;
@external("granary", "state_get")
declare function stateGet(key: usize, keySize: u32, to: usize, room: u32): i32;
@external("granary", "state_put")
declare function statePut(key: usize, keySize: u32, value: usize, valueSize: u32): void;
@external("granary", "sleep") export declare function sleep(milliseconds: i64): void;
@external("granary", "time") export declare function time(): i64;
@external("granary", "random") export declare function random(): u64;

/** The payload of the message in hand, as text. */
export function message(): string {
  const bytes = new ArrayBuffer(messageSize());
  messageRead(changetype<usize>(bytes), bytes.byteLength, 0);
  return String.UTF8.decode(bytes);
}

/** Sets the output of the message. */
export function output(text: string): void {
  const bytes = String.UTF8.encode(text);
  rawOutput(changetype<usize>(bytes), bytes.byteLength);
}

/** Diagnostic text. */
export function print(text: string): void {
  const bytes = String.UTF8.encode(text);
  rawPrint(changetype<usize>(bytes), bytes.byteLength);
}

/** The text stored under a key, or null. */
export function get(key: string): string | null {
  const name = String.UTF8.encode(key);
  const size = stateGet(changetype<usize>(name), name.byteLength, 0, 0);
  if (size < 0) return null;
  const bytes = new ArrayBuffer(size);
  stateGet(changetype<usize>(name), name.byteLength, changetype<usize>(bytes), size);
  return String.UTF8.decode(bytes);
}

/** Stores a text. */
export function put(key: string, value: string): void {
  const name = String.UTF8.encode(key);
  const bytes = String.UTF8.encode(value);
  statePut(changetype<usize>(name), name.byteLength, changetype<usize>(bytes), bytes.byteLength);
}
