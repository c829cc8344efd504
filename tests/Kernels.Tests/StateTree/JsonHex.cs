using System.Text.Json;

namespace Granary.Kernels.Tests;

internal static class JsonHex
{
    public static byte[] GetBytesFromHex(this JsonElement element) => Convert.FromHexString(element.GetString()!);
}
