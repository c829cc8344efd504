using Granary.Tests;
using Granary.Vms;

namespace Granary.Kernels.Tests;

/// <summary>Stored bytes and stored numbers never change.</summary>
public sealed class JournalCodecTests
{
    private static string GoldenFile =>
        Path.Combine(VectorFolders.RepositoryRoot(), "tests", "golden", "journal-entries.txt");

    [Fact]
    public void The_bytes_of_every_kind_of_entry_are_as_they_always_were()
    {
        string[] now = [.. JournalSamples.All.Select(
            s => $"{s.Name} {Convert.ToHexStringLower(JournalCodec.Encode(s.Entry))}")];
        if (Environment.GetEnvironmentVariable("GRANARY_BLESS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(GoldenFile)!);
            File.WriteAllLines(GoldenFile, now);
        }
        Assert.Equal(File.ReadAllLines(GoldenFile), now);
    }

    [Fact]
    public void Every_kind_of_entry_has_a_sample()
    {
        IEnumerable<Type> entries = typeof(JournalEntry).GetNestedTypes()
            .Where(t => t.IsSubclassOf(typeof(JournalEntry)));
        Assert.All(entries, t => Assert.Contains(JournalSamples.All, s => s.Entry.GetType() == t));
        IEnumerable<Type> commands = typeof(KernelCommand).GetNestedTypes()
            .Where(t => t.IsSubclassOf(typeof(KernelCommand)));
        Assert.All(commands, t => Assert.Contains(
            JournalSamples.All, s => s.Entry is JournalEntry.Commanded commanded && commanded.Command.GetType() == t));
    }

    [Fact]
    public void Entries_come_back_from_their_bytes()
    {
        foreach ((string name, JournalEntry entry) in JournalSamples.All)
        {
            byte[] bytes = JournalCodec.Encode(entry);
            JournalEntry decoded = JournalCodec.Decode(bytes);
            Assert.Equal(entry.GetType(), decoded.GetType());
            Assert.True(bytes.AsSpan().SequenceEqual(JournalCodec.Encode(decoded)), name);
            Assert.Equal(JournalText.Describe(entry), JournalText.Describe(decoded));
            Assert.StartsWith(
                JournalText.ToItem(new JournalRecord(1, bytes, default)).Kind, JournalText.Describe(entry),
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_description_of_a_large_payload_is_short()
    {
        Envelope message = new() { Kind = MessageKind.Send, To = KernelId.Parse("k"), Payload = new byte[1 << 20] };
        Assert.InRange(JournalText.Describe(new JournalEntry.Received(1, message)).Length, 60, 300);
    }

    [Fact]
    public void Hostile_bytes_give_a_CborException_and_nothing_else()
    {
        Random random = new(1);
        byte[][] samples = [.. JournalSamples.All.Select(s => JournalCodec.Encode(s.Entry))];
        byte[] envelope = EnvelopeCodec.Encode(((JournalEntry.Received)JournalSamples.All[3].Entry).Message);
        int read = 0;
        for (int i = 0; i < 60_000; i++)
        {
            read += TryDecode(b => JournalCodec.Decode(b), Damage(random, samples[i % samples.Length])) ? 1 : 0;
            read += TryDecode(b => EnvelopeCodec.Decode(b), Damage(random, envelope)) ? 1 : 0;
        }
        Assert.InRange(read, 100, 119_000);
    }

    [Fact]
    public void Every_prefix_and_every_longer_form_of_an_entry_is_refused()
    {
        foreach ((_, JournalEntry entry) in JournalSamples.All)
        {
            byte[] bytes = JournalCodec.Encode(entry);
            for (int length = 0; length < bytes.Length; length++)
            {
                Assert.Throws<CborException>(() => JournalCodec.Decode(bytes.AsSpan(0, length)));
            }
            Assert.Throws<CborException>(() => JournalCodec.Decode([.. bytes, 0]));
        }
    }

    [Fact]
    public void The_numbers_of_stored_enums_never_change()
    {
        Assert.Equal(
            "0 None, 1 UndefinedInstruction, 2 StackUnderflow, 3 StackOverflow, 4 OutOfGas, 5 NoSuchEntry, "
            + "6 LimitExceeded, 7 BadOperand, 8 Cancelled", Numbers<TrapKind>());
        Assert.Equal(
            "0 Ok, 1 Reverted, 2 Trapped, 3 NoSuchKernel, 4 CallCycle, 5 Refused, 6 Detached, 7 UnknownCall, "
            + "8 TimedOut, 9 PortRevoked",
            Numbers<ReplyStatus>());
        Assert.Equal("1 Halted, 2 Reverted, 3 Trapped, 4 Slept, 5 Receiving, 6 Awaiting", Numbers<TurnExit>());
        Assert.Equal("1 Send, 2 Call, 3 Reply, 4 Timer", Numbers<MessageKind>());
        Assert.Equal(
            "0 Idle, 1 Running, 2 Sleeping, 3 Receiving, 4 Awaiting, 5 Paused, 6 Quarantined, 7 Deleted, 8 Refused",
            Numbers<KernelStatus>());
        Assert.Equal("1 Fork, 2 Import", Numbers<OriginKind>());
        Assert.Equal(
            "0 BadRequest, 1 NoSuchKernel, 2 NameTaken, 3 NoSuchEngine, 4 InvalidCode, 5 MessageTooLarge, 6 InboxFull, "
            + "7 NoSuchCheckpoint, 8 BadBundle, 9 BadSnapshot, 10 WrongStatus, 11 Store, 12 ShuttingDown, "
            + "13 Unreachable, 14 BadAnswer, 15 Denied",
            Numbers<KernelHostError>());
        Assert.Equal(
            "1 Message, 2 Reply, 3 Topic, 4 Emit, 5 Print, 6 Log, 7 PortOpened, 8 PortRevoked, 9 TimerSet, "
            + "10 TimerCleared, 11 ReplyPort",
            Numbers<EffectTag>());
    }

    private static string Numbers<TEnum>()
        where TEnum : struct, Enum =>
        string.Join(", ", Enum.GetValues<TEnum>().Select(v => $"{Convert.ToInt32(v)} {v}"));

    private static bool TryDecode<T>(Func<byte[], T> decode, byte[] bytes)
    {
        try
        {
            decode(bytes);
            return true;
        }
        catch (CborException)
        {
            return false;
        }
    }

    private static byte[] Damage(Random random, byte[] sample)
    {
        List<byte> bytes = [.. sample];
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int at = random.Next(Math.Min(bytes.Count, 80));
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 3 when bytes.Count > 1:
                    bytes.RemoveAt(at);
                    break;
            }
        }
        return [.. bytes];
    }
}
