using System.Runtime.InteropServices;
using System.Text;

namespace Granary.Cli;

/// <summary>The process's own console.</summary>
internal sealed class SystemConsoleIo : IConsoleIo, IDisposable
{
    private const int WidthUnknown = 80;
    private const int HeightUnknown = 24;

    private readonly Lazy<TextReader> _in = new(static () => Console.IsInputRedirected
        ? new StreamReader(Console.OpenStandardInput(), Encoding.UTF8)
        : Console.In);

    private readonly CancellationTokenSource _interrupt = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly PosixSignalRegistration _onInterrupt;
    private readonly PosixSignalRegistration _onTerminate;

    public SystemConsoleIo()
    {
        // Windows defaults to a legacy code page; scripts and output of programs are UTF-8.
        Out = NewWriter(Console.OpenStandardOutput());
        Error = NewWriter(Console.OpenStandardError());
        _onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
        _onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
    }

    // Only when it is read: opening a terminal for reading changes its mode.
    public TextReader In => _in.Value;

    public TextWriter Out { get; }

    public TextWriter Error { get; }

    public bool InIsTerminal => !Console.IsInputRedirected;

    public bool OutIsTerminal => !Console.IsOutputRedirected;

    public bool ErrorIsTerminal => !Console.IsErrorRedirected;

    public int Width
    {
        get
        {
            if (Console.IsOutputRedirected)
            {
                return WidthUnknown;
            }
            int width = Console.WindowWidth;
            return width > 0 ? width : WidthUnknown;
        }
    }

    public int Height
    {
        get
        {
            int height = Console.IsOutputRedirected ? 0 : Console.WindowHeight;
            return height > 0 ? height : HeightUnknown;
        }
    }

    public TimeProvider Time => TimeProvider.System;

    public CancellationToken Interrupt => _interrupt.Token;

    public CancellationToken Abort => _abort.Token;

    public Stream OpenInput() => Console.OpenStandardInput();

    public Stream OpenOutput() => Console.OpenStandardOutput();

    public string? Variable(string name) => Environment.GetEnvironmentVariable(name);

    public char? TakeKey() =>
        InIsTerminal && Console.KeyAvailable ? Console.ReadKey(intercept: true).KeyChar : null;

    public void Dispose()
    {
        _onInterrupt.Dispose();
        _onTerminate.Dispose();
        _interrupt.Dispose();
        _abort.Dispose();
    }

    // Written through at once: whoever reads the pipe waits for each line. Synchronized: the shell shows output of
    // kernels while it answers.
    private static TextWriter NewWriter(Stream stream) => TextWriter.Synchronized(
        new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true });

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_interrupt.IsCancellationRequested)
        {
            _abort.Cancel();
        }
        else
        {
            _interrupt.Cancel();
        }
    }
}
