using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Granary.Kernels;
using Granary.Vms.Nock;

namespace Granary.Simulation.Tests;

/// <summary>
/// Executors with random transactions, each a kernel of its own, that read and write a few keys. However they are
/// interleaved and whatever fails, what is stored must be what one after the other would store.
/// </summary>
internal sealed class NockWorkload(int workloads, ulong seed) : SimWorkload
{
    private const int KeysMax = 4;
    private const int TransactionsMax = 6;

    /// <summary>A cancelled transaction is tried again; one that has ended refuses.</summary>
    private const int Tries = 4;

    private static readonly byte[] _rules = Encoding.UTF8.GetBytes("rules declared\norder listed\n");

    private readonly List<(string Executor, List<Transaction> Transactions)> _made = [];

    public override void Begin(SimSetup setup)
    {
        SimRandom random = new(seed);
        SimPrograms programs = setup.Programs;
        for (int w = 0; w < workloads; w++)
        {
            string executor = string.Create(CultureInfo.InvariantCulture, $"executor{w}");
            List<Transaction> transactions = [];
            int count = 2 + random.Next(TransactionsMax - 1);
            for (int i = 0; i < count; i++)
            {
                transactions.Add(new Transaction(random, i));
            }
            setup.Deploy(executor, programs.Add(new NockExecutorEngine().Id, _rules), []);
            KernelId id = KernelId.Parse(executor);
            string ids = string.Join(' ', transactions.Select(t => t.Id));
            setup.Client(1, 50, _ => new ClientCall { To = id, Entry = "order", Payload = $"[{ids} 0]" });
            foreach (Transaction transaction in transactions)
            {
                string name = $"{executor}-tx{transaction.Id}";
                setup.Deploy(
                    name, programs.Add(new NockEngine().Id, NounJam.Jam(transaction.Code)), [("executor", executor)]);
                KernelId to = KernelId.Parse(name);
                setup.Client(Tries, 200, _ => new ClientCall
                {
                    To = to, Entry = "transact", Payload = transaction.Id.ToString(CultureInfo.InvariantCulture),
                });
            }
            _made.Add((executor, transactions));
        }
    }

    public override void Check(SimOutcome outcome)
    {
        foreach ((string executor, List<Transaction> transactions) in _made)
        {
            Dictionary<string, long> store = [];
            SortedDictionary<string, string> wanted = new(StringComparer.Ordinal);
            for (int place = 0; place < transactions.Count; place++)
            {
                foreach ((string key, long value) in transactions[place].Run(store))
                {
                    store[key] = value;
                    wanted[StoredKey(NounText.Parse(key), place)] =
                        Encoding.Latin1.GetString(NounJam.Jam(Atom.Of((ulong)value)));
                }
            }
            KeyValuePair<string, string>[] found =
            [
                .. outcome[executor].Data().Where(d => d.Key.StartsWith("v/", StringComparison.Ordinal))
                    .OrderBy(d => d.Key, StringComparer.Ordinal),
            ];
            outcome.Expect(
                found.SequenceEqual(wanted),
                $"{executor} stores {found.Length} values that are not the {wanted.Count} of one after the other");
        }
    }

    private static string StoredKey(Noun key, int place)
    {
        byte[] turned = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(turned, long.MaxValue - place);
        return Encoding.Latin1.GetString([.. "v/"u8, .. SHA256.HashData(NounJam.Jam(key)), .. turned]);
    }

    /// <summary>Puts, each a number, or one more than what a key holds.</summary>
    private sealed class Transaction
    {
        private readonly HashSet<string> _reads = [];
        private readonly HashSet<string> _writes = [];
        private readonly List<(string Key, string? From, long Number)> _puts = [];
        private readonly bool _crashes;

        public Transaction(SimRandom random, int place)
        {
            Id = 10 + place;
            _crashes = random.Next(10) == 0;
            int count = random.Next(3);
            for (int i = 0; i <= count; i++)
            {
                string key = $"[7 {random.Next(KeysMax)} 0]";
                string? from = random.Next(3) == 0 ? null : $"[7 {random.Next(KeysMax)} 0]";
                _puts.Add((key, from, random.Next(100)));
                // Now and then something is not declared, which must fail the transaction.
                _writes.Add(random.Next(12) == 0 ? "[8 0]" : key);
                if (from is not null)
                {
                    _reads.Add(random.Next(12) == 0 ? "[8 0]" : random.Next(8) == 0 ? "[7 0]" : from);
                }
            }
            string puts = string.Concat(_puts.Select(p =>
                $"[[1 {p.Key}] {(p.From is null ? $"1 {p.Number}" : $"4 12 [1 0] [0 6] [1 {p.From}] 1 0")}] "));
            string body = _crashes ? "[0 0]" : $"[{puts}1 0]";
            Code = NounText.Parse($"[[[[1 {List(_reads)}] 1 {List(_writes)}] [1 {body}] [0 6] 1 0] 0 0]");
        }

        public int Id { get; }

        public Noun Code { get; }

        /// <summary>What it puts after others have left a store; nothing when it fails.</summary>
        public IReadOnlyList<(string Key, long Value)> Run(Dictionary<string, long> store)
        {
            List<(string, long)> put = [];
            foreach ((string key, string? from, long number) in _puts)
            {
                bool fails = _crashes || !Holds(_writes, key)
                    || (from is not null && (!Holds(_reads, from) || !store.ContainsKey(from)));
                if (fails)
                {
                    return [];
                }
                put.Add((key, from is null ? number : store[from] + 1));
            }
            return put;
        }

        private static bool Holds(HashSet<string> spaces, string key) =>
            spaces.Contains(key) || spaces.Contains("[7 0]");

        private static string List(IEnumerable<string> items) =>
            string.Concat(items.Select(i => i + " ")) is { Length: > 0 } text ? $"[{text}0]" : "0";
    }
}
