// The EVM of @nomicfoundation/edr as a peer of the EVM benchmark: lines NAME CODE INPUT GAS ROUNDS in, for each round
// NAME GAS ok OUTPUT NANOSECONDS out; it does not tell the gas of a call, so that is 0. In a folder with the package:
//   GRANARY_EVM_BENCH_PEER="node REPOSITORY/benchmarks/Vms/Evm/edr.mjs" dotnet run ... -- --filter evm
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const edr = require("@nomicfoundation/edr");
const account = new Uint8Array(20);
account[19] = 0xaa;

async function provider(code) {
  const context = new edr.EdrContext();
  await context.registerProviderFactory(edr.L1_CHAIN_TYPE, edr.l1ProviderFactory());
  return context.createProvider(edr.L1_CHAIN_TYPE, {
    allowBlocksWithSameTimestamp: true, allowUnlimitedContractSize: true, bailOnCallFailure: true,
    bailOnTransactionFailure: true, chainId: 1n, networkId: 1n, coinbase: new Uint8Array(20),
    defaultTransactionGasLimit: 30_000_000n,
    genesisState: [...edr.l1GenesisState(edr.l1HardforkFromString(edr.CANCUN)),
      { address: account, code: Uint8Array.from(Buffer.from(code, "hex")) }],
    hardfork: edr.CANCUN, minGasPrice: 0n, initialBaseFeePerGas: 0n,
    mining: { autoMine: true, memPool: { order: edr.MineOrdering.Fifo } },
    network: { genesisBlockGasLimit: 10_000_000_000n }, observability: {}, ownedAccounts: [], precompileOverrides: [],
    transactionGasCap: false,
  }, { enable: false, decodeConsoleLogInputsCallback: () => [], printLineCallback: () => {} },
  { subscriptionCallback: () => {} }, new edr.ContractDecoder());
}

for await (const line of createInterface({ input: process.stdin })) {
  const [name, code, input, gas, rounds] = line.split(" ");
  const machine = await provider(code);
  const call = { to: "0x" + Buffer.from(account).toString("hex"), data: "0x" + input, gas: "0x" + BigInt(gas).toString(16) };
  const ask = async (method, ...params) => {
    const answer = JSON.parse(
      (await machine.handleRequest(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }))).data);
    if (answer.error) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
    return answer.result;
  };
  for (let i = 0; i < Number(rounds); i++) {
    const before = process.cpuUsage();
    const output = await ask("eth_call", call, "latest");
    const spent = process.cpuUsage(before);
    console.log(`${name} 0 ok ${output.slice(2)} ${(spent.user + spent.system) * 1000}`);
  }
}
process.exit(0);
