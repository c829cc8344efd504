namespace Granary.Deploy.Tests;

/// <summary>As <see cref="ProgramTheoryAttribute"/>, without cases.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProgramFactAttribute : FactAttribute
{
    public ProgramFactAttribute(string program) =>
        Skip = Tree.Program(program) is null ? $"{program} is not installed." : null;
}
