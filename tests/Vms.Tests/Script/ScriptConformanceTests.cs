namespace Granary.Vms.Tests.Script;

[Trait("Category", "Conformance")]
[Trait("Engine", "script")]
public sealed class ScriptConformanceTests
{
    public static IEnumerable<object[]> Vectors =>
        ScriptVectors.All.Select(v => new object[] { v.File, v.Vector.Name });

    [Theory, MemberData(nameof(Vectors))]
    public void Vector_passes(string file, string name)
    {
        ScriptVector vector = Find(file, name);
        Assert.Equal(vector.Expect.ToString(), ScriptDriver.Whole(vector).ToString());
    }

    internal static ScriptVector Find(string file, string name) =>
        ScriptVectors.All.Single(v => v.File == file && v.Vector.Name == name).Vector;
}
