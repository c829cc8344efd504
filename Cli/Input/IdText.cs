using System.CommandLine.Parsing;
using System.Text;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>Kernel ids from what the user typed.</summary>
internal static class IdText
{
    public static KernelId Parse(ArgumentResult result)
    {
        string text = result.Tokens[^1].Value;
        if (!KernelId.TryParse(text, out KernelId id))
        {
            result.AddError(
                $"'{text}' is no kernel id: use 1 to {KernelId.CharsMax} of a-z 0-9 . _ -, "
                + "beginning with a letter or digit.");
        }
        return id;
    }

    /// <summary>An id made of a file's name: <c>My Clock.mova</c> becomes <c>my-clock</c>.</summary>
    /// <exception cref="UsageException">Nothing of the name can be used.</exception>
    public static KernelId OfFile(string path)
    {
        StringBuilder text = new();
        foreach (char c in Path.GetFileNameWithoutExtension(path))
        {
            char lower = char.ToLowerInvariant(c);
            bool isLetterOrDigit = char.IsAsciiLetterLower(lower) || char.IsAsciiDigit(lower);
            if (text.Length > 0 || isLetterOrDigit)
            {
                text.Append(isLetterOrDigit || lower is '.' or '_' ? lower : '-');
            }
        }
        string name = text.ToString(0, Math.Min(text.Length, KernelId.CharsMax));
        return KernelId.TryParse(name, out KernelId id)
            ? id
            : throw new UsageException($"The file name '{path}' gives no kernel id.", "Name the kernel with --name.");
    }
}
