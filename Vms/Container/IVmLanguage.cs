namespace Granary.Vms;

/// <summary>A text that an engine can turn into its code.</summary>
public interface IVmLanguage
{
    /// <summary>A short name, for example <c>mova assembler</c>.</summary>
    string Name { get; }

    /// <summary>The file name ending with its dot, for example <c>.mova</c>; unique among all engines.</summary>
    string FileExtension { get; }

    /// <summary>Turns text into code.</summary>
    /// <exception cref="SourceException">The text is wrong; says what, line and column.</exception>
    byte[] Compile(string text, VmLimits limits);
}
