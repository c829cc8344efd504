// Reads signed transactions with their worlds and outcomes, one JSON object a line, mines each in a block of
// @nomicfoundation/edr (revm) and prints each difference.
//   node edr.mjs < transactions.jsonl
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const edr = createRequire(import.meta.url)("@nomicfoundation/edr");
const hex = n => "0x" + BigInt(n).toString(16);
const word = n => "0x" + BigInt(n).toString(16).padStart(64, "0");

async function start(test) {
  const context = new edr.EdrContext();
  await context.registerProviderFactory(edr.L1_CHAIN_TYPE, edr.l1ProviderFactory());
  const provider = await context.createProvider(edr.L1_CHAIN_TYPE, {
    allowBlocksWithSameTimestamp: true, allowUnlimitedContractSize: false, bailOnCallFailure: false,
    bailOnTransactionFailure: false, chainId: 1n, networkId: 1n,
    coinbase: Uint8Array.from(Buffer.from(test.coinbase.slice(2), "hex")),
    defaultTransactionGasLimit: BigInt(test.gasLimit), hardfork: edr.CANCUN, minGasPrice: 0n,
    initialBaseFeePerGas: 10n, genesisState: [],
    mining: { autoMine: true, blockGasLimit: BigInt(test.gasLimit), memPool: { order: edr.MineOrdering.Fifo } },
    network: { genesisBlockGasLimit: BigInt(test.gasLimit), genesisBlockTime: 1n }, observability: {},
    ownedAccounts: [], precompileOverrides: [], transactionGasCap: false,
  }, { enable: false, decodeConsoleLogInputsCallback: () => [], printLineCallback: () => {} },
  { subscriptionCallback: () => {} }, new edr.ContractDecoder());
  const ask = async (method, ...params) => {
    const answer = JSON.parse(
      (await provider.handleRequest(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }))).data);
    if (answer.error) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
    return answer.result;
  };
  await ask("hardhat_mine", hex(BigInt(test.number) - 1n));
  return ask;
}

async function run(ask, test) {
  for (const account of test.accounts) {
    await ask("hardhat_setBalance", account.address, hex(account.balance));
    await ask("hardhat_setNonce", account.address, hex(account.nonce));
    if (account.code !== "0x") await ask("hardhat_setCode", account.address, account.code);
    for (const [key, value] of Object.entries(account.storage)) {
      await ask("hardhat_setStorageAt", account.address, hex(key), word(value));
    }
  }
  await ask("hardhat_setNextBlockBaseFeePerGas", hex(test.baseFee));
  await ask("hardhat_setPrevRandao", test.randomness);
  await ask("evm_setNextBlockTimestamp", test.timestamp);
  const hash = await ask("eth_sendRawTransaction", test.transaction);
  const receipt = await ask("eth_getTransactionReceipt", hash);
  const block = await ask("eth_getBlockByNumber", "latest", false);
  if (BigInt(block.number) !== BigInt(test.number)) throw new Error(`mined in block ${block.number}`);
  return {
    status: receipt.status, gasUsed: receipt.gasUsed, created: receipt.status === "0x1" ? receipt.contractAddress : null,
    logs: receipt.logs.map(({ address, topics, data }) => ({ address, topics, data })), stateRoot: block.stateRoot,
  };
}

let ask, snapshot;
let count = 0, different = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const test = JSON.parse(line);
  ask ??= await start(test);
  snapshot = await ask("evm_snapshot");
  const got = JSON.stringify(await run(ask, test).catch(e => ({ thrown: String(e) })));
  await ask("evm_revert", snapshot);
  const want = JSON.stringify(test.expect);
  count++;
  if (got !== want) {
    different++;
    if (different <= 20) console.log(`seed ${test.seed}\n  ours   ${want}\n  theirs ${got}`);
  }
}
console.log(`${count} programs, ${different} different`);
process.exit(different ? 1 : 0);
