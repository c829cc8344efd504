using Granary.Kernels;
using Granary.Vms;
using Microsoft.Extensions.Logging;

namespace Granary.Gateway;

/// <summary>
/// How a node listens, and the bounds of what clients can ask of it. Every bound says where it comes from.
/// </summary>
public sealed record GatewayOptions
{
    /// <summary>
    /// Where to listen: <c>http://127.0.0.1:7070</c>; port 0 takes a free one. Other addresses than loopback need
    /// <c>https</c>, a certificate and a token.
    /// </summary>
    public IReadOnlyList<string> Urls { get; init; } = ["http://127.0.0.1:7070"];

    /// <summary>A PFX file (<c>.pfx</c>, <c>.p12</c>), or a PEM file.</summary>
    public string? CertificatePath { get; init; }

    /// <summary>The private key of a PEM certificate, when it is in another file.</summary>
    public string? CertificateKeyPath { get; init; }

    public string? CertificatePassword { get; init; }

    /// <summary>Who may do what. When it holds any token, every request needs one. Null: there are none.</summary>
    public ApiTokens? Tokens { get; init; }

    /// <summary>Delivers <c>/metrics</c>, in Prometheus' text format. Null: there is no such page.</summary>
    public Func<string>? Metrics { get; init; }

    /// <summary>The cluster that the node is of. Null: it is alone.</summary>
    public IKernelCluster? Cluster { get; init; }

    /// <summary>Null: nothing is logged.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Where bundles are put together before they are sent. Null: the system's temporary folder.</summary>
    public string? SpoolFolder { get; init; }

    // Sizes of requests.

    /// <summary>What the machines take.</summary>
    public long CodeBytesMax { get; init; } = VmLimits.Default.CodeBytesMax;

    /// <summary>What kernels take.</summary>
    public long PayloadBytesMax { get; init; } = VmLimits.Default.PayloadBytesMax;

    /// <summary>A bundle is read into memory as a whole: what a small server has.</summary>
    public long BundleBytesMax { get; init; } = 1L << 30;

    /// <summary>The largest snapshot in hexadecimal, and its names.</summary>
    public long MachineBytesMax { get; init; } = (2 * VmLimits.Default.SnapshotBytesMax) + (1 << 20);

    /// <summary>Any other JSON; the longest there is has two ids.</summary>
    public long JsonBytesMax { get; init; } = 1 << 20;

    /// <summary>Bodies in memory, of all requests together: 64 codes, or 256 of the largest payloads.</summary>
    public long BufferedBytesMax { get; init; } = 256L << 20;

    /// <summary>A request line: the longest has a key of the state tree, 4 KiB in hexadecimal.</summary>
    public int RequestLineBytesMax { get; init; } = 8 << 10;

    /// <summary>All headers: a browser's cookies for localhost need room, nothing else does.</summary>
    public int HeaderBytesMax { get; init; } = 16 << 10;

    public int HeaderCountMax { get; init; } = 64;

    // Sizes of answers.

    /// <summary>
    /// A page of a list ends behind the item that goes over it: keys and values, 256 KiB of them on average.
    /// </summary>
    public long PageBytesMax { get; init; } = 4 << 20;

    // Times.

    /// <summary>To send the headers; a person with telnet is no client.</summary>
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an idle connection stays: above the minute after which most clients close theirs.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>
    /// Bodies and answers that go slower are cut off, after <see cref="DataRateGrace"/>. Kestrel's default.
    /// </summary>
    public double DataBytesPerSecondMin { get; init; } = 240;

    public TimeSpan DataRateGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What no answer should take; a kernel that is recovered first may need most of it.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bundles and verification: a gibibyte at 2 MiB a second.</summary>
    public TimeSpan HeavyTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Between two signs of life of an event stream: below every proxy's and router's idle limit.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// An event stream whose reader does not take in so long what was sent at once (16 KiB, or one larger event) is cut
    /// off. Kestrel's rate alone would let a megabyte take an hour.
    /// </summary>
    public TimeSpan StalledStreamTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What requests get to end in when the node stops.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    // Numbers.

    /// <summary>
    /// Connections: all event streams, three thousand callers, and a third of a usual limit of open files.
    /// </summary>
    public long ConnectionsMax { get; init; } = 4_096;

    /// <summary>Event streams: each may hold 4,096 events back.</summary>
    public int EventStreamsMax { get; init; } = 1_000;

    /// <summary>Event streams of one token; without tokens, of one address.</summary>
    public int EventStreamsPerClientMax { get; init; } = 100;

    /// <summary>Calls that wait for a reply.</summary>
    public int WaitingCallsMax { get; init; } = 3_000;

    /// <summary>
    /// Imports, exports, verifications and machines at a time: each may hold hundreds of megabytes or a core.
    /// </summary>
    public int HeavyRequestsMax { get; init; } = 4;
}
