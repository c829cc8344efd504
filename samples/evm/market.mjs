// Two tokens and a market for them, in a world that is a kernel. Contracts are compiled by solc, transactions are signed
// by ethers, and every step is a message to the kernel through the command 'granary'.
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";
import solc from "solc";
import { HDNodeWallet, Interface, Mnemonic, Transaction, getCreateAddress, parseEther } from "ethers";

const here = dirname(fileURLToPath(import.meta.url));
const granary = process.env.GRANARY ?? join(here, "..", "..", "granary");
const data = mkdtempSync(join(tmpdir(), "granary-evm-"));
const phrase = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
const [alice, bob] = [0, 1].map(i => HDNodeWallet.fromMnemonic(phrase, `m/44'/60'/0'/0/${i}`));

function compile() {
  const sources = Object.fromEntries(
    ["Token.sol", "Pool.sol"].map(f => [f, { content: readFileSync(join(here, f), "utf8") }]));
  const output = JSON.parse(solc.compile(JSON.stringify({
    language: "Solidity", sources,
    settings: {
      evmVersion: "cancun", optimizer: { enabled: true },
      outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
    },
  })));
  const errors = (output.errors ?? []).filter(e => e.severity === "error");
  assert.equal(errors.length, 0, errors.map(e => e.formattedMessage).join("\n"));
  return name => {
    const contract = output.contracts[`${name}.sol`][name];
    return { face: new Interface(contract.abi), code: "0x" + contract.evm.bytecode.object };
  };
}

const command = args => [...args, "--data", data, "--quiet"];
const run = (...args) => execFileSync(granary, command(args), { encoding: "utf8" }).trim();
const ask = (world, entry, payload) => run("call", world, entry, payload);
const account = (world, address) => JSON.parse(ask(world, "account", address));

async function sign(world, wallet, request) {
  const nonce = Number(account(world, wallet.address).nonce);
  const signed = await wallet.signTransaction({
    type: 2, chainId: 1337, nonce, gasLimit: 3_000_000, maxFeePerGas: 1_000_000_000, maxPriorityFeePerGas: 0, ...request,
  });
  return { signed, nonce, hash: Transaction.from(signed).hash };
}

async function send(world, wallet, request) {
  const { signed, hash } = await sign(world, wallet, request);
  const receipt = JSON.parse(ask(world, "runTx", signed));
  assert.equal(receipt.transactionHash, hash);
  assert.equal(receipt.status, "0x1", JSON.stringify(receipt));
  return receipt;
}

async function deploy(world, wallet, contract, args) {
  const nonce = Number(account(world, wallet.address).nonce);
  const receipt = await send(world, wallet, { data: contract.code + contract.face.encodeDeploy(args).slice(2) });
  assert.equal(receipt.contractAddress, getCreateAddress({ from: wallet.address, nonce }).toLowerCase());
  console.log(`  deployed at ${receipt.contractAddress}, gas ${Number(receipt.gasUsed)}`);
  return { address: receipt.contractAddress, face: contract.face };
}

const write = (world, wallet, contract, name, args) =>
  send(world, wallet, { to: contract.address, data: contract.face.encodeFunctionData(name, args) });

function read(world, contract, name, args = []) {
  const question = { to: contract.address, data: contract.face.encodeFunctionData(name, args) };
  return contract.face.decodeFunctionResult(name, ask(world, "call", JSON.stringify(question)))[0];
}

// Sends with an idempotency key, kills the command as soon as it has begun, and asks again until there is a receipt.
async function sendThroughKills(world, wallet, contract, name, args) {
  const { signed, hash } = await sign(
    world, wallet, { to: contract.address, data: contract.face.encodeFunctionData(name, args) });
  const call = command(["call", world, "runTx", signed, "--key", hash.slice(2, 42)]);
  for (let kills = 0; kills < 4; kills++) {
    await new Promise(done => {
      const child = execFile(granary, call, () => done());
      setTimeout(() => child.kill("SIGKILL"), 60 * (kills + 1));
    });
  }
  const receipt = JSON.parse(execFileSync(granary, call, { encoding: "utf8" }));
  assert.equal(receipt.status, "0x1");
}

const state = (world, market) => ({
  root: ask(world, "stateRoot", ""),
  alice: [read(world, market.gold, "balanceOf", [alice.address]), read(world, market.iron, "balanceOf", [alice.address])],
  bob: [read(world, market.gold, "balanceOf", [bob.address]), read(world, market.iron, "balanceOf", [bob.address])],
  pool: [read(world, market.pool, "reserveFirst"), read(world, market.pool, "reserveSecond")],
});

async function main() {
  assert.ok(existsSync(granary), `${granary} is not there; set GRANARY to the command`);
  const contracts = compile();
  run("deploy", join(here, "world.genesis"), "--name", "world");
  console.log("a world with two tokens and a market");
  const gold = await deploy("world", alice, contracts("Token"), ["Gold", "AU", parseEther("1000000")]);
  const iron = await deploy("world", alice, contracts("Token"), ["Iron", "FE", parseEther("1000000")]);
  const pool = await deploy("world", alice, contracts("Pool"), [gold.address, iron.address]);
  const market = { gold, iron, pool };
  await write("world", alice, gold, "transfer", [bob.address, parseEther("500")]);
  await write("world", alice, gold, "approve", [pool.address, parseEther("10000")]);
  await write("world", alice, iron, "approve", [pool.address, parseEther("40000")]);
  await write("world", alice, pool, "add", [parseEther("10000"), parseEther("40000")]);
  await write("world", bob, gold, "approve", [pool.address, parseEther("500")]);

  console.log("a swap whose command is killed four times and takes effect once");
  await sendThroughKills("world", bob, pool, "swap", [true, parseEther("100"), 1]);
  const before = state("world", market);
  assert.equal(before.bob[0], parseEther("400"));
  assert.equal(before.pool[0], parseEther("10100"));
  assert.ok(before.pool[0] * before.pool[1] >= parseEther("10000") * parseEther("40000"));

  console.log("a fork, in which bob buys on while in the first world he sells");
  run("fork", "world", "other");
  assert.deepEqual(state("other", market), before);
  await write("other", bob, pool, "swap", [true, parseEther("200"), 1]);
  await write("world", bob, iron, "approve", [pool.address, parseEther("500")]);
  await write("world", bob, pool, "swap", [false, parseEther("100"), 1]);
  const [first, second] = [state("world", market), state("other", market)];
  assert.notEqual(first.root, second.root);
  assert.equal(second.bob[0], parseEther("200"));
  assert.ok(first.bob[0] > before.bob[0] && first.bob[1] < before.bob[1]);

  console.log("what is wrong is refused by name");
  const { signed } = await sign("world", bob, { to: alice.address, value: 1 });
  ask("world", "runTx", signed);
  assert.throws(() => ask("world", "runTx", signed), /NonceTooLow/);
  assert.throws(() => read("world", { ...gold, address: gold.address }, "transferFrom",
    [alice.address, bob.address, 1]), /./);

  const entries = run("journal", "other", "--json").split("\n").map(l => JSON.parse(l));
  const swap = entries.findLast(e => e.kind === "received" && e.text.includes("runTx"));
  const steps = run("trace", "other", `${swap.position}`, "--limit", "100000", "--json").split("\n").map(l => JSON.parse(l));
  assert.ok(steps.some(s => s.depth === 2) && steps.some(s => s.instruction === "SSTORE"));
  console.log(`the last swap of the fork, step by step: ${steps.length} instructions, to ${steps.at(-1).instruction}`);

  console.log("everything is executed again and compared");
  run("verify", "world");
  run("verify", "other");
  console.log(`state roots: world ${first.root}\n             other ${second.root}`);
}

try {
  await main();
} finally {
  rmSync(data, { recursive: true, force: true });
}
