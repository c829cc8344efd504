using System.CommandLine;
using Granary.Kernels;

namespace Granary.Cli;

/// <summary>How <c>send</c> and <c>call</c> are told the message.</summary>
internal sealed class MessageArguments
{
    private readonly KernelArgument _id = new(description: "The kernel that gets the message.");

    private readonly Argument<string> _entry = new("ENTRY")
    {
        Description = "The entry point. Default: the program's first.",
        Arity = ArgumentArity.ZeroOrOne,
        DefaultValueFactory = _ => "",
    };

    private readonly PayloadArguments _payload;

    private readonly Argument<string?> _keyArgument = new("KEY")
    {
        Description = "As --key.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _key = new("--key")
    {
        HelpName = "KEY",
        Description = "An idempotency key of at most 64 characters: the kernel takes only the first message with it, "
            + "so that one may send again when in doubt. Default: none.",
    };

    private readonly DurationOption _within = new(
        "--within",
        "The message is begun within this time or never, and so is what is sent meanwhile; a call then replies that it "
        + "timed out. Default: no bound.");

    private readonly GasOption _gas = new(KernelLimits.MessageGasDefault);

    public MessageArguments(Command command)
    {
        command.Add(_id);
        command.Add(_entry);
        _payload = new PayloadArguments(command);
        command.Add(_keyArgument);
        command.Add(_key);
        command.Add(_gas);
        command.Add(_within);
    }

    public MessageRequest Read(CliSession session, ParseResult parsed)
    {
        string key = parsed.GetValue(_key) ?? parsed.GetValue(_keyArgument) ?? "";
        if (key.Length > KernelLimits.IdempotencyKeyCharsMax)
        {
            throw new UsageException(
                $"The idempotency key has {key.Length} characters, at most {KernelLimits.IdempotencyKeyCharsMax} are "
                + "taken.");
        }
        return new MessageRequest
        {
            To = parsed.GetRequiredValue(_id),
            Entry = parsed.GetValue(_entry) ?? "",
            Payload = _payload.Read(session, parsed),
            Gas = parsed.GetValue(_gas),
            IdempotencyKey = key,
            Timeout = parsed.GetValue(_within),
        };
    }
}
