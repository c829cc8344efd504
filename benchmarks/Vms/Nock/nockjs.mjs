// Cues and jams a noun with @urbit/nockjs: prints nanoseconds of processor time of both, and whether the bytes are the
// same. Usage: node --stack-size=60000 nockjs.mjs MODULES FILE, MODULES being a folder with @urbit/nockjs in it.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const [modules, file] = process.argv.slice(2);
const { cue_bytes, jam } = createRequire(join(modules, "index.js"))("@urbit/nockjs");
const bytes = readFileSync(file);

function time(work) {
  const before = process.cpuUsage();
  const result = work();
  const used = process.cpuUsage(before);
  return [result, (used.user + used.system) * 1000];
}

const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const [noun, cueTime] = time(() => cue_bytes(view));
const [jammed, jamTime] = time(() => jam(noun));
const digits = jammed.number.toString(16);
const hex = digits.length % 2 === 1 ? "0" + digits : digits;
const same = Buffer.from(hex, "hex").reverse().equals(bytes);
console.log(`${cueTime} ${jamTime} ${same}`);
