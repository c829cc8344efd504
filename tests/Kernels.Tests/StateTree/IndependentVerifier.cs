using System.Security.Cryptography;

namespace Granary.Kernels.Tests;

/// <summary>
/// Checks a proof as somebody else would, from the description in README.md alone: no code of the product. Gives the
/// value in hexadecimal, "absent", or null when the nodes prove nothing.
/// </summary>
internal static class IndependentVerifier
{
    public static string? Verify(byte[] root, byte[] key, IReadOnlyList<byte[]> nodes)
    {
        string path = string.Concat(key.Select(b => b.ToString("b8", null)));
        byte[] expected = root;
        for (int i = 0; i < nodes.Count; i++)
        {
            if (!SHA256.HashData(nodes[i]).AsSpan().SequenceEqual(expected))
            {
                return null;
            }
            bool isLast = i == nodes.Count - 1;
            int at = 1;
            string extension = "";
            if (nodes[i][at++] == 0x82)
            {
                int bits = (int)Number(nodes[i], ref at);
                extension = string.Concat(String(nodes[i], ref at).Select(b => b.ToString("b8", null)))[..bits];
            }
            byte[]?[] links = [Link(nodes[i], ref at), Link(nodes[i], ref at)];
            string value = nodes[i][0] == 0x84 ? Convert.ToHexStringLower(String(nodes[i], ref at)) : "absent";
            if (!path.StartsWith(extension, StringComparison.Ordinal))
            {
                return isLast ? "absent" : null;
            }
            path = path[extension.Length..];
            if (path.Length == 0)
            {
                return isLast ? value : null;
            }
            if (links[path[0] - '0'] is not { } link)
            {
                return isLast ? "absent" : null;
            }
            expected = link;
            path = path[1..];
        }
        return null;
    }

    private static byte[]? Link(byte[] node, ref int at)
    {
        if (node[at] == 0xf6)
        {
            at++;
            return null;
        }
        at += 2; // tag 42
        return String(node, ref at);
    }

    private static byte[] String(byte[] node, ref int at)
    {
        int length = (int)Number(node, ref at);
        at += length;
        return node[(at - length)..at];
    }

    private static long Number(byte[] node, ref int at)
    {
        int info = node[at++] & 31;
        long number = info;
        if (info >= 24)
        {
            number = 0;
            for (int more = 1 << (info - 24); more > 0; more--)
            {
                number = (number << 8) | node[at++];
            }
        }
        return number;
    }
}
