// Runs modules in this JavaScript engine and prints what their functions returned, for tests that compare engines.
// Usage: node wasm-reference.mjs FOLDER; the folder has calls.txt: file, function, types and arguments, a call a line.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const bits = new DataView(new ArrayBuffer(8));
const lines = [];

function argument(text) {
  const [type, value] = text.split(":");
  switch (type) {
    case "i32": return Number(value);
    case "i64": return BigInt(value);
    case "f32": bits.setUint32(0, Number(value)); return bits.getFloat32(0);
    default: bits.setBigUint64(0, BigInt(value)); return bits.getFloat64(0);
  }
}

function show(type, value) {
  switch (type) {
    case "i32": return BigInt.asUintN(32, BigInt(value)).toString(16);
    case "i64": return BigInt.asUintN(64, value).toString(16);
    case "f32": bits.setFloat32(0, value); return bits.getUint32(0).toString(16);
    default: bits.setFloat64(0, value); return bits.getBigUint64(0).toString(16);
  }
}

function hash(bytes) {
  let h = 0x811c9dc5;
  for (const b of bytes) h = Math.imul(h ^ b, 0x01000193) >>> 0;
  return h.toString(16);
}

let current = "";
let instance;
for (const line of readFileSync(join(folder, "calls.txt"), "utf8").split("\n").filter(l => l)) {
  const [file, name, result, ...rest] = line.split(" ");
  if (file !== current) {
    current = file;
    instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(join(folder, file))));
  }
  if (name === "end") {
    const types = ["i32", "i32", "i64", "f32", "f64"];
    const globals = types.slice(1).map((t, i) => show(t, instance.exports["g" + (i + 1)].value));
    lines.push(`${file} end ${globals.join(" ")} ${hash(new Uint8Array(instance.exports.m.buffer))}`);
    continue;
  }
  instance.exports.g0.value = 300;
  let outcome;
  try {
    outcome = show(result, instance.exports[name](...rest.map(argument)));
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    outcome = "trap";
  }
  lines.push(`${file} ${name} ${outcome}`);
}
console.log(lines.join("\n"));
