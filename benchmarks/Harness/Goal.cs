namespace Granary.Benchmarks;

/// <summary>What a figure should reach.</summary>
internal sealed record Goal(string Text, bool Met)
{
    public static Goal AtLeast(string name, double limit, double value) =>
        new($"{name} >= {FigureText.Number(limit)}", value >= limit);

    public static Goal AtMost(string name, double limit, double value) =>
        new($"{name} <= {FigureText.Number(limit)}", value <= limit);
}
