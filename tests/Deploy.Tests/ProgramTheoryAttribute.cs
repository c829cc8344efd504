namespace Granary.Deploy.Tests;

/// <summary>A test that needs an installed program; skipped, with its name, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProgramTheoryAttribute : TheoryAttribute
{
    public ProgramTheoryAttribute(string program) =>
        Skip = Tree.Program(program) is null ? $"{program} is not installed." : null;
}
