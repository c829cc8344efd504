using System.Globalization;
using System.Net;
using System.Text.Json;
using Granary.Stores;
using Microsoft.Extensions.Logging;

namespace Granary.Silo;

/// <summary>The command line of a silo: <c>--name value</c> pairs, each also as an environment variable.</summary>
internal static class SiloArguments
{
    public const string Help =
        "Usage: granary-silo --store postgres://... --name NAME [--cluster ID] [--address IP] [--silo-port N]"
        + " [--client-port N] [--listen URL] [--any-address true] [--probe-ms N] [--threads N] [--balance-ms N]"
        + " [--log LEVEL] [--certificate FILE] [--certificate-key FILE] [--tokens FOLDER] [--otlp URL]"
        + " [--stop-with-input true]";

    private static readonly string[] s_names =
    [
        "store", "name", "cluster", "address", "silo-port", "client-port", "listen", "any-address", "probe-ms",
        "threads", "balance-ms", "log", "stop-with-input", "certificate", "certificate-key", "tokens", "otlp",
    ];

    /// <exception cref="FormatException">Says which argument is wrong.</exception>
    public static SiloOptions Parse(IReadOnlyList<string> args)
    {
        Dictionary<string, string> given = [];
        foreach (string name in s_names)
        {
            string variable = "GRANARY_SILO_" + name.Replace('-', '_').ToUpperInvariant();
            if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value)
            {
                given[name] = value;
            }
        }
        for (int i = 0; i < args.Count; i += 2)
        {
            string name = args[i].StartsWith("--", StringComparison.Ordinal) ? args[i][2..] : "";
            given[name] = s_names.Contains(name) && i + 1 < args.Count
                ? args[i + 1]
                : throw new FormatException($"'{args[i]}' is no argument, or lacks its value.");
        }
        SiloOptions defaults = new()
        {
            Store = PostgresAddress.Parse(Require(given, "store")), Name = Require(given, "name"),
        };
        return defaults with
        {
            ClusterId = given.GetValueOrDefault("cluster", defaults.ClusterId),
            Address = given.TryGetValue("address", out string? address)
                ? IPAddress.TryParse(address, out IPAddress? ip)
                    ? ip
                    : throw new FormatException($"'{address}' is no IP address.")
                : defaults.Address,
            SiloPort = Number(given, "silo-port", defaults.SiloPort, 65_535),
            ClientPort = Number(given, "client-port", defaults.ClientPort, 65_535),
            Urls = given.TryGetValue("listen", out string? urls) ? urls.Split(',') : defaults.Urls,
            ListenOnAnyAddress = given.GetValueOrDefault("any-address") == "true",
            CertificatePath = given.GetValueOrDefault("certificate"),
            CertificateKeyPath = given.GetValueOrDefault("certificate-key"),
            TokensFolder = given.GetValueOrDefault("tokens"),
            OtlpEndpoint = !given.TryGetValue("otlp", out string? otlp) ? null
                : Uri.TryCreate(otlp, UriKind.Absolute, out Uri? endpoint) && endpoint.Scheme is "http" or "https"
                ? endpoint
                : throw new FormatException($"'{otlp}' is no address of http or https."),
            StopsWithInput = given.GetValueOrDefault("stop-with-input") == "true",
            SliceThreads = Number(given, "threads", defaults.SliceThreads, 1_024),
            ProbeTimeout = TimeSpan.FromMilliseconds(
                Number(given, "probe-ms", (int)defaults.ProbeTimeout.TotalMilliseconds, 60_000)),
            Kernels = defaults.Kernels with
            {
                BalanceEvery = Number(
                        given, "balance-ms", (int)defaults.Kernels.BalanceEvery.TotalMilliseconds, 3_600_000) switch
                    {
                        0 => Timeout.InfiniteTimeSpan,
                        int milliseconds => TimeSpan.FromMilliseconds(milliseconds),
                    },
            },
            LogLevel = !given.TryGetValue("log", out string? level) ? defaults.LogLevel
                : Enum.TryParse(level, ignoreCase: true, out LogLevel known) ? known
                : throw new FormatException($"'{level}' is no log level."),
        };
    }

    /// <summary>What a silo says when clients can come.</summary>
    public static string ReadyLine(SiloOptions options, SiloNode node) => JsonSerializer.Serialize(new
    {
        @event = "ready", silo = options.Name, cluster = options.ClusterId, urls = node.Addresses,
        pid = Environment.ProcessId,
    });

    private static string Require(Dictionary<string, string> given, string name) =>
        given.TryGetValue(name, out string? value) ? value : throw new FormatException($"--{name} is missing.");

    private static int Number(Dictionary<string, string> given, string name, int without, int most) =>
        !given.TryGetValue(name, out string? text) ? without
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value <= most ? value
        : throw new FormatException($"--{name} '{text}' is no number from 0 to {most}.");
}
