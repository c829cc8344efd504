using System.Net;
using Granary.Kernels;

namespace Granary.Gateway;

/// <summary>Where to listen.</summary>
internal sealed record ListenAddress(IPAddress Address, int Port, bool Tls)
{
    public bool IsLoopback => IPAddress.IsLoopback(Address);

    /// <exception cref="KernelHostException">The text is no address to listen on.</exception>
    public static ListenAddress Parse(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https")
            || uri.PathAndQuery != "/" || uri.UserInfo.Length > 0)
        {
            throw Bad(url, "Use http://127.0.0.1:PORT or https://ADDRESS:PORT.");
        }
        string host = uri.Host.Trim('[', ']');
        IPAddress? address = host == "localhost" ? IPAddress.Loopback : null;
        if (address is null && !IPAddress.TryParse(host, out address))
        {
            throw Bad(url, "Use an IP address instead of the name; 0.0.0.0 is all of this machine's.");
        }
        return new ListenAddress(address, uri.Port, uri.Scheme == "https");
    }

    /// <summary>Refuses what would let strangers in.</summary>
    public void Check(GatewayOptions options)
    {
        if (Tls && options.CertificatePath is null)
        {
            throw Bad(ToString(), "https needs a certificate: name a PFX or PEM file.");
        }
        if (!IsLoopback && !Tls)
        {
            throw Bad(
                ToString(),
                "Others could read and change what goes over the line: use https with a certificate, or 127.0.0.1.");
        }
        if (!IsLoopback && options.Tokens?.Any != true)
        {
            throw Bad(ToString(), "Everyone who reaches it could do everything: make a token first, or use 127.0.0.1.");
        }
    }

    public override string ToString() => $"{(Tls ? "https" : "http")}://{new IPEndPoint(Address, Port)}";

    private static KernelHostException Bad(string url, string advice) =>
        new(KernelHostError.BadRequest, $"This node does not listen on '{url}'.", advice);
}
