// Runs the entries of a module in V8: each three times, and prints name, result and nanoseconds of processor time of the
// last. Usage: node v8.mjs MODULE ENTRY...
import { readFileSync } from "node:fs";

const [file, ...entries] = process.argv.slice(2);
let given;
const imports = { granary: { output: (at, size) => { given = [at, size]; } } };
const module = await WebAssembly.compile(readFileSync(file));
for (const entry of entries) {
  const instance = new WebAssembly.Instance(module, imports);
  let nanoseconds;
  for (let round = 0; round < 3; round++) {
    const before = process.cpuUsage();
    instance.exports[entry]();
    const used = process.cpuUsage(before);
    nanoseconds = (used.user + used.system) * 1000;
    // Time for the optimising compiler to finish in the background.
    await new Promise(done => setTimeout(done, round < 2 ? 200 : 0));
  }
  const [at, size] = given;
  const bytes = new Uint8Array(instance.exports.memory.buffer, at, size);
  console.log(`${entry} ${Buffer.from(bytes).toString("hex")} ${nanoseconds}`);
}
