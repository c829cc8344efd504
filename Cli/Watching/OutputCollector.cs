using System.Text;
using System.Text.Json.Nodes;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>What a kernel printed while a command waited: shown at once to people, collected for JSON.</summary>
/// <param name="screen">Where to show it; null to collect.</param>
internal sealed class OutputCollector(Screen? screen)
{
    private const int CharsMax = 1 << 20;

    private readonly StringBuilder _text = new();
    private bool _isCut;

    public void Show(KernelEvent e)
    {
        if (e.Kind == KernelEventKind.Dropped)
        {
            screen?.Line(EventText.Dropped(e));
            _isCut = true;
        }
        if (e.Kind != KernelEventKind.Printed)
        {
            return;
        }
        string text = TextForms.Lenient(e.Content.Span);
        if (screen is not null)
        {
            screen.Guest(text);
            return;
        }
        int room = CharsMax - _text.Length;
        _isCut |= text.Length > room;
        _text.Append(text.AsSpan(0, Math.Min(text.Length, room)));
    }

    /// <summary>No more will come.</summary>
    public void End() => screen?.EndGuestLine();

    /// <summary><c>output</c>, and <c>outputCut</c> when that is not all.</summary>
    public void AddTo(JsonObject json)
    {
        json["output"] = _text.ToString();
        if (_isCut)
        {
            json["outputCut"] = true;
        }
    }
}
