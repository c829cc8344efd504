using System.Globalization;
using System.Text;

namespace Granary.Benchmarks;

/// <summary>Figures as lines of the table.</summary>
internal static class FigureText
{
    public static string Describe(Figure figure)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"  {figure.Name,-34} {Span(figure.Ours),-30} {figure.Unit,-10}");
        text.Append(CultureInfo.InvariantCulture, $" ratio {Span(figure.Ratio),-26}");
        if (figure.AllocatedBytes is { } bytes)
        {
            text.Append(CultureInfo.InvariantCulture, $" {Number(bytes)} B/op");
        }
        text.AppendLine();
        text.Append(CultureInfo.InvariantCulture, $"    beside {figure.Peer,-27} {Span(figure.Theirs),-30} ");
        text.Append(CultureInfo.InvariantCulture, $"{figure.Unit,-10}");
        if (figure.PeerAllocatedBytes is { } peerBytes)
        {
            text.Append(CultureInfo.InvariantCulture, $" {"",-32} {Number(peerBytes)} B/op");
        }
        foreach (Goal goal in figure.Goals)
        {
            text.AppendLine();
            text.Append(CultureInfo.InvariantCulture, $"    {(goal.Met ? "reached" : "MISSED ")} {goal.Text}");
        }
        if (figure.Note.Length > 0)
        {
            text.AppendLine();
            text.Append(CultureInfo.InvariantCulture, $"    {figure.Note}");
        }
        return text.ToString();
    }

    /// <summary>Three digits or more, none of them noise.</summary>
    public static string Number(double value) => value.ToString(
        Math.Abs(value) switch { >= 100 => "N0", >= 10 => "N1", >= 0.1 or 0 => "N2", _ => "G2" },
        NumberFormatInfo.InvariantInfo);

    private static string Span(Sample sample) => sample.Rounds == 1
        ? Number(sample.Median)
        : $"{Number(sample.Median)} ({Number(sample.Min)}-{Number(sample.Max)})";
}
