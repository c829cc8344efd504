using Granary.Gateway;
using Microsoft.Extensions.Logging;

namespace Granary.Cli;

/// <summary>What <c>granary up</c> was told, from wherever.</summary>
internal sealed record NodeOptions
{
    /// <summary>Of the file of settings; flag and environment go before it.</summary>
    public string? DataFolder { get; init; }

    /// <summary>As <see cref="DataFolder"/>: the database that kernels are in.</summary>
    public string? Store { get; init; }

    public bool Demo { get; init; }

    /// <summary>Where to send spans and metrics; null: nowhere, unless the standard variables say so.</summary>
    public Uri? OtlpEndpoint { get; init; }

    public LogLevel LogLevel { get; init; }

    public required GatewayOptions Gateway { get; init; }
}
