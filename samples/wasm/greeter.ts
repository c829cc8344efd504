// Greets whom it is told about, and knows how often it did.
import { get, message, output, put } from "./granary";

export function greet(): void {
  const name = message();
  const before = get(name);
  const times = (before === null ? 0 : <i32>parseInt(before)) + 1;
  put(name, times.toString());
  output(`Hello, ${name}, for the ${times}. time.`);
}
