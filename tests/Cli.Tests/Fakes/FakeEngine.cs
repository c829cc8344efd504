using System.Text;
using Granary.Vms;

namespace Granary.Cli.Tests;

/// <summary>An engine whose code is its text, for a language in which the word "wrong" is an error.</summary>
internal sealed class FakeEngine(string name, int version, string extension) : IVmEngine, IVmLanguage
{
    public static VmEngines Registry { get; } = new(
        new FakeEngine("fake", 1, ".old"), new FakeEngine("fake", 2, ".fake"), new FakeEngine("other", 1, ".other"));

    public EngineId Id { get; } = new(name, version);

    public string Summary => $"The {name} machine";

    public IReadOnlyList<IVmLanguage> Languages => [this];

    public string Name => $"{name} text";

    public string FileExtension => extension;

    public byte[] Compile(string text, VmLimits limits)
    {
        int line = 0;
        foreach (string one in text.Split('\n'))
        {
            line++;
            int at = one.IndexOf("wrong", StringComparison.Ordinal);
            if (at >= 0)
            {
                throw new SourceException("'wrong' is no instruction", line, at + 1);
            }
        }
        return Encoding.UTF8.GetBytes(text);
    }

    public IVmProgram Load(ReadOnlyMemory<byte> code, VmLimits limits) => throw new NotSupportedException();

    public string Disassemble(ReadOnlyMemory<byte> code) => $"0: {Encoding.UTF8.GetString(code.Span)}\n";

    public string Describe(ISnapshotSource snapshot) => throw new NotSupportedException();
}
