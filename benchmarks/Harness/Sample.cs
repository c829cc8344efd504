namespace Granary.Benchmarks;

/// <summary>The values of several rounds.</summary>
internal sealed record Sample(double Median, double Min, double Max, int Rounds)
{
    public static Sample Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return new Sample(Quantile(sorted, 0.5), sorted[0], sorted[^1], sorted.Length);
    }

    /// <summary>A quantile of sorted values, between two neighbours in proportion.</summary>
    public static double Quantile(ReadOnlySpan<double> sorted, double quantile)
    {
        double place = quantile * (sorted.Length - 1);
        int below = (int)place;
        double above = sorted[Math.Min(below + 1, sorted.Length - 1)];
        return sorted[below] + ((place - below) * (above - sorted[below]));
    }
}
