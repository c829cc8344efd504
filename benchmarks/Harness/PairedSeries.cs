namespace Granary.Benchmarks;

/// <summary>
/// Values of us and of a peer, taken in turns: A B A B. What slows the machine for a while slows both.
/// </summary>
internal sealed class PairedSeries
{
    private readonly List<double> _ours = [];
    private readonly List<double> _theirs = [];

    public Sample Ours => Sample.Of(_ours);

    public Sample Theirs => Sample.Of(_theirs);

    public Sample Ratio => Sample.Of(_ours.Zip(_theirs, (a, b) => a / b));

    public void Add(double ours, double theirs)
    {
        _ours.Add(ours);
        _theirs.Add(theirs);
    }
}
