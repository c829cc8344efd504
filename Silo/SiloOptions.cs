using System.Net;
using Granary.Grains;
using Granary.Stores;
using Microsoft.Extensions.Logging;

namespace Granary.Silo;

/// <summary>What a silo needs to know.</summary>
public sealed record SiloOptions
{
    /// <summary>The database that all silos of the cluster share: kernels and membership.</summary>
    public required PostgresAddress Store { get; init; }

    /// <summary>Silos of one id form a cluster. A database belongs to one.</summary>
    public string ClusterId { get; init; } = "granary";

    /// <summary>How people call it; silos of a cluster have different names.</summary>
    public required string Name { get; init; }

    /// <summary>Where the other silos reach this one.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>For the other silos; 0 takes a free one.</summary>
    public int SiloPort { get; init; }

    /// <summary>For clients of Orleans in the cluster; 0 takes a free one.</summary>
    public int ClientPort { get; init; }

    /// <summary>Listen on all addresses, as in a container that has another one outside.</summary>
    public bool ListenOnAnyAddress { get; init; }

    /// <summary>Where the HTTP API listens.</summary>
    public IReadOnlyList<string> Urls { get; init; } = ["http://127.0.0.1:0"];

    /// <summary>For https: PFX or PEM.</summary>
    public string? CertificatePath { get; init; }

    /// <summary>The key of a PEM certificate, when it is in a file of its own.</summary>
    public string? CertificateKeyPath { get; init; }

    /// <summary>The folder with the file of API tokens; null: there are none, and it listens on loopback only.
    /// </summary>
    public string? TokensFolder { get; init; }

    /// <summary>Threads that run machines; 0 takes one less than there are cores, at least one.</summary>
    public int SliceThreads { get; init; }

    /// <summary>
    /// A silo that does not answer for so long has missed a probe; after three, the last by way of another silo, it is
    /// dead. Orleans waits for half of it where answers come fast, and for up to four times as long where they come
    /// slowly. What it decides, and what was measured: docs/cluster.md.
    /// </summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromMilliseconds(700);

    /// <summary>
    /// How long a silo that stops goes on serving clients that it has asked to go elsewhere; less when all have.
    /// </summary>
    public TimeSpan StopNotice { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Stop when the standard input ends: whoever started it is gone, or wants that.</summary>
    public bool StopsWithInput { get; init; }

    /// <summary>Delivers <c>/metrics</c>; null: there is no such page.</summary>
    public Func<string>? Metrics { get; init; }

    /// <summary>Where spans and metrics are sent, OTLP over HTTP; null: where the standard variables say, or nowhere.
    /// </summary>
    public Uri? OtlpEndpoint { get; init; }

    public KernelGrainOptions Kernels { get; init; } = new();

    public LogLevel LogLevel { get; init; } = LogLevel.Error;

    /// <summary>Null: logs go to the error stream as JSON.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }
}
