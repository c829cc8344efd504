using System.Globalization;
using System.Text;

namespace Granary.Kernels;

/// <summary>
/// The right to send to a kernel. Whoever holds it can use it and pass on copies; it cannot be made up.
/// </summary>
/// <param name="Target">The kernel that it leads to.</param>
/// <param name="Grant">
/// The number under which the target itself made it and can revoke it with all its copies; 0 when an operator gave it.
/// </param>
public readonly record struct Port(KernelId Target, ulong Grant)
{
    /// <summary>Of an id, <c>#</c> and a grant.</summary>
    internal const int CharsMax = KernelId.CharsMax + 21;

    /// <summary>The target's id and, when there is one, <c>#</c> and the grant: <c>bank#3</c>.</summary>
    public override string ToString() =>
        Grant == 0 ? Target.Value : Target.Value + "#" + Grant.ToString(NumberFormatInfo.InvariantInfo);

    public static bool TryParse(string text, out Port port)
    {
        int end = text.IndexOf('#', StringComparison.Ordinal);
        ulong grant = 0;
        bool isPort = KernelId.TryParse(end < 0 ? text : text[..end], out KernelId target)
            && (end < 0 || (ulong.TryParse(
                text.AsSpan(end + 1), NumberStyles.None, NumberFormatInfo.InvariantInfo, out grant) && grant > 0));
        port = new Port(target, grant);
        return isPort;
    }

    /// <summary>A port of the tree, which the kernel itself has written.</summary>
    internal static Port Decode(ReadOnlySpan<byte> text) => TryParse(Encoding.ASCII.GetString(text), out Port port)
        ? port
        : throw new CborException(0, "the tree holds a port that is none");

    internal byte[] Encode() => Encoding.ASCII.GetBytes(ToString());
}
