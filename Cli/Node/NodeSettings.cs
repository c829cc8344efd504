using System.CommandLine;
using System.Globalization;
using Granary.Gateway;
using Microsoft.Extensions.Logging;

namespace Granary.Cli;

/// <summary>
/// The settings of a node: flags go before the environment, that before the file, that before defaults.
/// </summary>
internal sealed class NodeSettings
{
    public const string ListenDefault = "127.0.0.1:7411";
    private const string Data = "data";
    private const string Store = "store";

    private static readonly NodeSetting s_listen = new(
        "listen", "ADDRESS",
        "Where to listen: HOST:PORT, :PORT (of 127.0.0.1) or a URL; several with commas between. Port 0 takes a free "
        + $"one. Any but loopback needs a certificate and a token. Default: {ListenDefault}.");

    private static readonly NodeSetting s_demo = new(
        "demo", "", "Deploys kernels that keep doing something, for example to watch with 'granary events'.")
    {
        IsSwitch = true,
    };

    private static readonly NodeSetting s_certificate = new(
        "certificate", "FILE", "The certificate for https: PFX (.pfx, .p12) or PEM.");

    private static readonly NodeSetting s_certificateKey = new(
        "certificate-key", "FILE", "The key of a PEM certificate, when it is in a file of its own.");

    private static readonly NodeSetting s_certificatePassword = new("certificate-password", "", "") { IsSecret = true };

    private static readonly NodeSetting s_connections = new(
        "max-connections", "N", "Connections at a time. Default: 4096.");

    private static readonly NodeSetting s_streams = new("max-streams", "N", "Event streams at a time. Default: 1000.");

    private static readonly NodeSetting s_calls = new("max-calls", "N", "Calls that wait at a time. Default: 3000.");

    private static readonly NodeSetting s_drain = new(
        "drain", "TIME", "How long requests get to end in when the node stops. Default: 10s.");

    private static readonly NodeSetting s_otlp = new(
        "otlp", "URL",
        "Where to send spans and metrics, by OTLP over HTTP, for example http://localhost:4318. The standard variables "
        + "(OTEL_EXPORTER_OTLP_ENDPOINT ...) hold too. Default: nowhere.");

    private static readonly NodeSetting s_logLevel = new(
        "log-level", "LEVEL",
        "What to log, one JSON object a line on the error stream: trace, debug, information, warning, error, critical "
        + "or none. Default: warning.");

    private static readonly NodeSetting[] s_all =
    [
        s_listen, s_demo, s_certificate, s_certificateKey, s_certificatePassword, s_connections, s_streams, s_calls,
        s_drain, s_otlp, s_logLevel,
    ];

    private readonly Dictionary<string, Option<string?>> _texts = [];
    private readonly Dictionary<string, Option<bool>> _switches = [];

    private readonly Option<string?> _config = new("--config")
    {
        HelpName = "FILE",
        Description = "A JSON object with the names of these flags, 'data' and 'store' as settings.",
    };

    public NodeSettings(Command command)
    {
        foreach (NodeSetting setting in s_all.Where(s => !s.IsSecret))
        {
            string description = $"{setting.Description} Also: {setting.Variable}.";
            if (setting.IsSwitch)
            {
                Option<bool> option = new("--" + setting.Name) { Description = description };
                _switches.Add(setting.Name, option);
                command.Add(option);
                continue;
            }
            Option<string?> text = new("--" + setting.Name) { HelpName = setting.HelpName, Description = description };
            _texts.Add(setting.Name, text);
            command.Add(text);
        }
        command.Add(_config);
    }

    /// <exception cref="UsageException">A setting is wrong; says which, and where it is.</exception>
    public NodeOptions Read(ParseResult parsed, IConsoleIo io)
    {
        IReadOnlyDictionary<string, string> file = parsed.GetValue(_config) is { } path
            ? NodeConfig.Read(path, [.. s_all.Select(s => s.Name), Data, Store])
            : new Dictionary<string, string>();
        string? Value(NodeSetting setting) => Find(setting, parsed, io, file);

        GatewayOptions defaults = new();
        string? certificate = Value(s_certificate);
        return new NodeOptions
        {
            DataFolder = file.GetValueOrDefault(Data),
            Store = file.GetValueOrDefault(Store),
            OtlpEndpoint = ParseUrl(s_otlp, Value(s_otlp)),
            LogLevel = ParseLevel(s_logLevel, Value(s_logLevel)),
            Demo = Value(s_demo) is { } demo && ParseSwitch(s_demo, demo),
            Gateway = defaults with
            {
                Urls = ToUrls(Value(s_listen) ?? ListenDefault, certificate is not null),
                CertificatePath = certificate,
                CertificateKeyPath = Value(s_certificateKey),
                CertificatePassword = Value(s_certificatePassword),
                ConnectionsMax = Number(s_connections, Value(s_connections)) ?? defaults.ConnectionsMax,
                EventStreamsMax = Number(s_streams, Value(s_streams)) ?? defaults.EventStreamsMax,
                WaitingCallsMax = Number(s_calls, Value(s_calls)) ?? defaults.WaitingCallsMax,
                DrainTimeout = Duration(s_drain, Value(s_drain)) ?? defaults.DrainTimeout,
            },
        };
    }

    private string? Find(
        NodeSetting setting, ParseResult parsed, IConsoleIo io, IReadOnlyDictionary<string, string> file)
    {
        string? flag = setting.IsSecret ? null
            : setting.IsSwitch ? parsed.GetValue(_switches[setting.Name]) ? "true" : null
            : parsed.GetValue(_texts[setting.Name]);
        string? variable = io.Variable(setting.Variable);
        return flag ?? (string.IsNullOrEmpty(variable) ? file.GetValueOrDefault(setting.Name) : variable);
    }

    private static string[] ToUrls(string addresses, bool isSecure) =>
        [.. addresses.Split(',', StringSplitOptions.TrimEntries).Select(a => ToUrl(a, isSecure))];

    private static string ToUrl(string address, bool isSecure)
    {
        if (address.Contains("://", StringComparison.Ordinal))
        {
            return address;
        }
        string whole = address.StartsWith(':') ? "127.0.0.1" + address : address;
        return $"{(isSecure ? "https" : "http")}://{whole}";
    }

    private static Uri? ParseUrl(NodeSetting setting, string? text)
    {
        if (text is null)
        {
            return null;
        }
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https"
            ? url
            : throw Wrong(setting, text, "Use a URL, for example http://localhost:4318.");
    }

    private static LogLevel ParseLevel(NodeSetting setting, string? text) =>
        text is null ? LogLevel.Warning
            : !char.IsAsciiDigit(text[0]) && Enum.TryParse(text, ignoreCase: true, out LogLevel level) ? level
            : throw Wrong(setting, text, "Use trace, debug, information, warning, error, critical or none.");

    private static bool ParseSwitch(NodeSetting setting, string text) => text switch
    {
        "true" or "1" => true,
        "false" or "0" => false,
        _ => throw Wrong(setting, text, "Use true or false."),
    };

    private static int? Number(NodeSetting setting, string? text)
    {
        if (text is null)
        {
            return null;
        }
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0
            ? number
            : throw Wrong(setting, text, "Use a whole number above 0.");
    }

    private static TimeSpan? Duration(NodeSetting setting, string? text)
    {
        if (text is null)
        {
            return null;
        }
        return DurationOption.TryParse(text, out TimeSpan duration)
            ? duration
            : throw Wrong(setting, text, "Use for example 500ms, 10s or 2m.");
    }

    private static UsageException Wrong(NodeSetting setting, string text, string advice) => new(
        $"The setting '{setting.Name}' (--{setting.Name}, {setting.Variable}, or of the file) is '{text}'.", advice);
}
