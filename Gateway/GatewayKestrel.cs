using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Granary.Gateway;

/// <summary>Sets the server's addresses and bounds.</summary>
internal static class GatewayKestrel
{
    private const int StreamsPerConnectionMax = 100;

    /// <param name="core">Counts the connections; null: nobody asks how many there are.</param>
    public static void Configure(
        KestrelServerOptions kestrel, GatewayOptions options, IReadOnlyList<ListenAddress> addresses,
        X509Certificate2? certificate, GatewayCore? core)
    {
        kestrel.AddServerHeader = false;
        KestrelServerLimits limits = kestrel.Limits;
        MinDataRate rate = new(options.DataBytesPerSecondMin, options.DataRateGrace);
        limits.MinRequestBodyDataRate = rate;
        limits.MinResponseDataRate = rate;
        limits.RequestHeadersTimeout = options.HeadersTimeout;
        limits.KeepAliveTimeout = options.KeepAlive;
        limits.MaxConcurrentConnections = options.ConnectionsMax;
        limits.MaxRequestLineSize = options.RequestLineBytesMax;
        limits.MaxRequestHeadersTotalSize = options.HeaderBytesMax;
        limits.MaxRequestHeaderCount = options.HeaderCountMax;
        // Operations that take a body set their own.
        limits.MaxRequestBodySize = options.JsonBytesMax;
        limits.Http2.MaxStreamsPerConnection = StreamsPerConnectionMax;
        foreach (ListenAddress address in addresses)
        {
            kestrel.Listen(address.Address, address.Port, listen =>
            {
                if (core is not null)
                {
                    listen.Use(next => connection => core.CountAsync(() => next(connection)));
                }
                if (address.Tls)
                {
                    listen.UseHttps(certificate!);
                }
            });
        }
    }
}
