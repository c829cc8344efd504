// Reads programs with the outcomes of another EVM, one JSON object a line, runs them here and prints each difference.
//   node compare.mjs < programs.jsonl
import { createInterface } from "node:readline";
import { Common, Hardfork, Mainnet } from "@ethereumjs/common";
import { createEVM } from "@ethereumjs/evm";
import { Account, Address, bytesToHex, hexToBytes } from "@ethereumjs/util";

const common = new Common({ chain: Mainnet, hardfork: Hardfork.Cancun });
const zeros = n => "0x" + n.toString(16).padStart(64, "0");
const trim = b => "0x" + (bytesToHex(b).slice(2).replace(/^0+/, "") || "0");

function failureOf(error) {
  if (!error) return "None";
  return error.error === "revert" ? "Reverted" : "Failed";
}

async function run(test) {
  const evm = await createEVM({ common });
  for (const c of test.contracts) {
    const address = new Address(hexToBytes(c.address));
    await evm.stateManager.putAccount(address, new Account(1n, BigInt(c.balance)));
    await evm.stateManager.putCode(address, hexToBytes(c.code));
    for (const [key, value] of Object.entries(c.storage)) {
      await evm.stateManager.putStorage(address, hexToBytes(zeros(BigInt(key))), hexToBytes(value));
    }
  }
  // What a transaction would have made warm.
  for (let i = 0; i <= 10; i++) evm.journal.addAlwaysWarmAddress(i.toString(16).padStart(40, "0"));
  evm.journal.addAlwaysWarmAddress(test.caller.slice(2));
  evm.journal.addAlwaysWarmAddress(test.contracts[0].address.slice(2));
  const caller = new Address(hexToBytes(test.caller));
  const result = await evm.runCall({
    to: new Address(hexToBytes(test.contracts[0].address)), caller, origin: caller, gasPrice: 0n,
    // Ours begins where the transaction has been paid for; a caller with a nonce would be an account that is there.
    skipNonceIncrement: true,
    gasLimit: BigInt(test.gas), data: hexToBytes(test.data),
    block: { header: {
      number: 1n, timestamp: 1000n, coinbase: new Address(hexToBytes("0x" + "00".repeat(20))), gasLimit: 30000000n,
      difficulty: 0n, prevRandao: hexToBytes(zeros(7n)), baseFeePerGas: 10n, getBlobGasPrice: () => 1n,
      cliqueSigner: () => undefined,
    } },
  });
  const exec = result.execResult;
  const storage = {};
  for (const c of test.contracts) {
    const address = new Address(hexToBytes(c.address));
    for (const key of Object.keys(test.expect.storage[c.address] ?? {})) {
      const value = trim(await evm.stateManager.getStorage(address, hexToBytes(zeros(BigInt(key)))));
      (storage[c.address] ??= {})[key] = value;
    }
  }
  return {
    failure: failureOf(exec.exceptionError), gasUsed: exec.executionGasUsed.toString(),
    output: bytesToHex(exec.returnValue), logs: exec.exceptionError ? 0 : (exec.logs ?? []).length, storage,
  };
}

let count = 0, different = 0, unknown = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const test = JSON.parse(line);
  const got = JSON.stringify(await run(test).catch(e => ({ thrown: String(e) })));
  const want = JSON.stringify(test.expect);
  count++;
  // Point evaluation wants a trusted setup, which this peer does not bring.
  if (got.includes("kzg not initialized")) {
    unknown++;
    continue;
  }
  if (got !== want) {
    different++;
    if (different <= 20) console.log(`seed ${test.seed}\n  ours   ${want}\n  theirs ${got}`);
  }
}
console.log(`${count} programs, ${different} different, ${unknown} not compared`);
process.exit(different ? 1 : 0);
