namespace Granary.Simulation;

/// <summary>A scenario says what cannot be: where, and what to do.</summary>
/// <param name="where">A place in the file: <c>clients[2].count</c>.</param>
public sealed class ScenarioException(string where, string what) : Exception(
    where.Length == 0 ? $"The scenario is wrong: {what}." : $"The scenario is wrong at '{where}': {what}.")
{
    public string Where { get; } = where;
}
