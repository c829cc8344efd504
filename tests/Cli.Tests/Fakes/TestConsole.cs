namespace Granary.Cli.Tests;

/// <summary>The user: types, reads, presses Ctrl-C.</summary>
internal sealed class TestConsole : IConsoleIo, IDisposable
{
    private readonly CancellationTokenSource _interrupt = new();
    private readonly CancellationTokenSource _abort = new();

    public TextReader In { get; set; } = new StringReader("");

    public WatchedWriter OutText { get; } = new();

    public WatchedWriter ErrorText { get; } = new();

    public TextWriter Out => OutText;

    public TextWriter Error => ErrorText;

    public bool InIsTerminal { get; set; }

    public bool OutIsTerminal { get; set; }

    public bool ErrorIsTerminal { get; set; }

    public int Width { get; set; } = 120;

    public int Height { get; set; } = 30;

    /// <summary>Keys that the user presses.</summary>
    public Queue<char> Keys { get; } = [];

    public char? TakeKey() => Keys.TryDequeue(out char key) ? key : null;

    public TimeProvider Time => TimeProvider.System;

    public CancellationToken Interrupt => _interrupt.Token;

    public CancellationToken Abort => _abort.Token;

    public Dictionary<string, string> Variables { get; } = new() { ["GRANARY_DATA"] = "data-of-test" };

    public byte[] InputBytes { get; set; } = [];

    public MemoryStream OutputBytes { get; } = new();

    public string Text => OutText.ToString();

    public string Errors => ErrorText.ToString();

    public Stream OpenInput() => new MemoryStream(InputBytes);

    public Stream OpenOutput() => OutputBytes;

    public string? Variable(string name) => Variables.GetValueOrDefault(name);

    /// <summary>Ctrl-C: the first interrupts, the second aborts.</summary>
    public void PressCtrlC() => (_interrupt.IsCancellationRequested ? _abort : _interrupt).Cancel();

    public void Dispose()
    {
        _interrupt.Dispose();
        _abort.Dispose();
    }
}
