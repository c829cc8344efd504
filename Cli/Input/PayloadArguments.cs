using System.CommandLine;
using System.Text;
using System.Text.Json;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Cli;

/// <summary>How a command is told a message's payload: text, hex, JSON, a file, or standard input.</summary>
internal sealed class PayloadArguments
{
    private const string StandardInput = "-";

    private readonly Argument<string?> _text = new("PAYLOAD")
    {
        Description = "The payload as text; '-' reads standard input as bytes. Default: empty.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _hex = new("--hex")
    {
        HelpName = "HEX",
        Description = "The payload as hexadecimal digits, with or without 0x.",
    };

    private readonly Option<string?> _file = new("--file")
    {
        HelpName = "FILE",
        Description = "The payload from a file.",
    };

    private readonly Option<string?> _json = new("--json-payload")
    {
        HelpName = "JSON",
        Description = "The payload as JSON, which is checked and sent as it is.",
    };

    public PayloadArguments(Command command)
    {
        command.Add(_text);
        command.Add(_hex);
        command.Add(_file);
        command.Add(_json);
    }

    public byte[] Read(CliSession session, ParseResult parsed)
    {
        string? text = parsed.GetValue(_text);
        string? hex = parsed.GetValue(_hex);
        string? file = parsed.GetValue(_file);
        string? json = parsed.GetValue(_json);
        if (new[] { text, hex, file, json }.Count(form => form is not null) > 1)
        {
            throw new UsageException(
                "The payload is given twice.",
                "Use one of PAYLOAD, --hex, --file and --json-payload.");
        }
        byte[] payload = hex is not null ? ParseHex(hex)
            : file is not null ? Files.Read(file, VmLimits.Default.PayloadBytesMax)
            : json is not null ? CheckJson(json)
            : text == StandardInput ? ReadInput(session)
            : Encoding.UTF8.GetBytes(text ?? "");
        return payload.Length <= VmLimits.Default.PayloadBytesMax
            ? payload
            : throw new KernelHostException(
                KernelHostError.MessageTooLarge,
                $"The payload is over the limit of {TextForms.Bytes(VmLimits.Default.PayloadBytesMax)}.",
                "Send it in parts.");
    }

    private static byte[] ReadInput(CliSession session)
    {
        if (session.InShell)
        {
            throw new UsageException("In the shell '-' cannot read standard input.", "Use --file or --hex.");
        }
        using Stream input = session.Io.OpenInput();
        return Files.ReadAtMost(input, VmLimits.Default.PayloadBytesMax);
    }

    private static byte[] CheckJson(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return Encoding.UTF8.GetBytes(text);
        }
        catch (JsonException e)
        {
            throw new UsageException($"The payload is no JSON: {e.Message}");
        }
    }

    private static byte[] ParseHex(string text)
    {
        string digits = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        byte[] bytes = new byte[digits.Length / 2];
        return digits.Length % 2 == 0
            && Convert.FromHexString(digits, bytes, out _, out _) == System.Buffers.OperationStatus.Done
            ? bytes
            : throw new UsageException($"'{text}' is no hex: use an even number of 0-9 a-f.");
    }
}
