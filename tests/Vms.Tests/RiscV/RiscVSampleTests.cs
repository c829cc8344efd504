using System.Text;

namespace Granary.Vms.RiscV.Tests;

/// <summary>
/// The samples in C, built by their own script: what they print here is what they print under an emulator.
/// </summary>
public sealed class RiscVSampleTests
{
    /// <summary>Smaller than the samples are when somebody tries them.</summary>
    private const string Small = "-DCOUNT=20000 -DROUNDS=16";

    [RiscVToolFact(RiscVTools.Compiler, RiscVTools.Emulator)]
    public void Programs_print_what_they_print_under_the_emulator()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            RiscVTools.BuildSamples(folder, forLinux: false, Small);
            RiscVTools.BuildSamples(folder, forLinux: true, Small);
            foreach (string name in (string[])["mixed", "quicksort", "sha256", "lisp"])
            {
                string theirs = Encoding.UTF8.GetString(
                    RiscVTools.RunEmulated(Path.Combine(folder, name + ".linux")));
                Random random = new(1);
                RiscVActor actor = new(File.ReadAllBytes(Path.Combine(folder, name + ".elf")))
                {
                    NextSliceGas = () => random.Next(1_000_000, 4_000_000),
                };
                string end = name == "mixed" ? "waits for a message" : "exit 0";
                Assert.Equal((name, end), (name, actor.Enter("")));
                Assert.Equal((name, theirs), (name, actor.Output));
            }
            KeepsItsHeap(Path.Combine(folder, "tally.elf"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void KeepsItsHeap(string file)
    {
        RiscVActor actor = new(File.ReadAllBytes(file));
        Assert.Equal("waits for a message", actor.Enter("5", "add"));
        Assert.Equal("waits for a message", actor.Receive("37", "add"));
        Assert.Equal("waits for a message", actor.Receive("", "total"));
        Assert.Equal(["5 in 1 entries", "42 in 2 entries", "42 in 2 entries"], actor.Replies);
    }
}
