using System.Text;

namespace Granary.Vms.Nock;

/// <summary>Anoma's executor in key-value mode: orders transactions, stores what they put, and answers their scries.
/// </summary>
public sealed class NockExecutorEngine : IVmEngine
{
    public EngineId Id { get; } = new("nock-executor", 1);

    public string Summary => "Anoma's executor: orders Nock transactions and keeps their keys and values.";

    public IReadOnlyList<IVmLanguage> Languages { get; } = [new NockExecutorLanguage()];

    public IVmProgram Load(ReadOnlyMemory<byte> code, VmLimits limits) =>
        NockExecutorLanguage.TryRead(
            Encoding.UTF8.GetString(code.Span), out NockExecutorRules rules, out string what, out int line)
            ? new NockExecutorProgram(rules, limits)
            : throw new InvalidCodeException(what, $"line {line}");

    public string Disassemble(ReadOnlyMemory<byte> code) => Encoding.UTF8.GetString(code.Span);

    public string Describe(ISnapshotSource snapshot) => NockExecutorSnapshot.Describe(snapshot);
}
