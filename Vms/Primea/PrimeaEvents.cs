using System.Globalization;
using System.Text;

namespace Granary.Vms.Primea;

/// <summary>What became of messages: JSON objects for the answer, as many as fit; the others are counted.</summary>
internal sealed class PrimeaEvents
{
    private readonly StringBuilder _text = new();

    /// <summary>The objects that fit, with commas between them.</summary>
    public string Text => _text.ToString();

    public long Dropped { get; private set; }

    public void Add(string json, int charsMax)
    {
        if (Dropped > 0 || _text.Length + json.Length >= charsMax)
        {
            Dropped++;
            return;
        }
        if (_text.Length > 0)
        {
            _text.Append(',');
        }
        _text.Append(json);
    }

    public void Restore(string text, long dropped)
    {
        Clear();
        _text.Append(text);
        Dropped = dropped;
    }

    /// <summary>All of it as a list, which ends with the number of those that did not fit. Nothing is left.</summary>
    public byte[] Take()
    {
        if (Dropped > 0)
        {
            string comma = _text.Length > 0 ? "," : "";
            _text.Append(NumberFormatInfo.InvariantInfo, $$"""{{comma}}{"dropped":{{Dropped}}}""");
        }
        byte[] list = Encoding.UTF8.GetBytes($"[{_text}]");
        Clear();
        return list;
    }

    public void Clear()
    {
        _text.Clear();
        Dropped = 0;
    }
}
