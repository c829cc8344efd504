namespace Granary.Cli.Tests;

/// <summary>A test that needs SDCC; skipped, and said so, where it is not installed.</summary>
internal sealed class SdccFactAttribute : FactAttribute
{
    public SdccFactAttribute(string tool = "sdcc")
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => File.Exists(Path.Combine(folder, tool))))
        {
            Skip = $"{tool} is not installed; on Debian: apt-get install sdcc sdcc-ucsim";
        }
    }
}
