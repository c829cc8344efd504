using System.Text;

namespace Granary.Cli.Tests;

/// <summary>Keeps what is written, and lets a test wait for a text.</summary>
internal sealed class WatchedWriter : TextWriter
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly StringBuilder _text = new();
    private readonly List<(string Text, TaskCompletionSource Seen)> _awaited = [];

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value)
    {
        lock (_text)
        {
            _text.Append(value);
            string all = _text.ToString();
            foreach ((_, TaskCompletionSource seen) in _awaited.Where(a => all.Contains(a.Text)))
            {
                seen.TrySetResult();
            }
        }
    }

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override string ToString()
    {
        lock (_text)
        {
            return _text.ToString();
        }
    }

    public async Task WaitForAsync(string text)
    {
        TaskCompletionSource seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_text)
        {
            if (_text.ToString().Contains(text))
            {
                return;
            }
            _awaited.Add((text, seen));
        }
        try
        {
            await seen.Task.WaitAsync(s_patience);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Waited for '{text}'; there was: {this}");
        }
    }
}
