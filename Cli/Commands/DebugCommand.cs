using System.CommandLine;
using System.Text.Json.Nodes;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Cli;

/// <summary>In the shell: takes a copy of a kernel's machine to step through.</summary>
internal sealed class DebugCommand : CliCommand
{
    private const int KeysMax = 100_000;
    private const int SymbolBytesMax = 64 << 20;

    private readonly ShellState _state;
    private readonly KernelArgument _id = new();
    private readonly ProgramArguments _program;

    private readonly Option<string?> _symbols = new("--symbols")
    {
        HelpName = "FILE",
        Description = "Names of addresses, as the engine's tools write them: for the 8051 SDCC's .map, .cdb or .noi.",
    };

    private readonly Option<string?> _entry = new("--entry")
    {
        HelpName = "ENTRY",
        Description = "Hands the copy a message first: its entry point. Default: none, unless --message is there.",
    };

    private readonly Option<string?> _message = new("--message")
    {
        HelpName = "FILE",
        Description = "The payload of that message.",
    };

    public DebugCommand(ShellState state)
        : base("debug", "Takes a copy of a kernel's machine as it is now, to step through it.")
    {
        _state = state;
        Add(_id);
        _program = new ProgramArguments(this);
        Add(_symbols);
        Add(_entry);
        Add(_message);
    }

    public override string Remarks =>
        "FILE is the program that the kernel runs. The copy has the kernel's data and sends nothing; the kernel goes "
        + "on and does not notice. 'step' runs the copy; 'wstate' writes it into a kernel. An engine must be able to "
        + "show "
        + "its machines: mcs51 and dacrs are.";

    public override IReadOnlyList<CommandExample> Examples { get; } =
    [
        new("debug device echo.ihx --symbols echo.map", "then: step device --to main"),
        new("debug escrow escrow.dacrs --message open.txt", "a contract at the beginning of a message"),
    ];

    public override async Task<int> RunAsync(
        CliSession session, ParseResult parsed, CancellationToken cancellationToken)
    {
        KernelId id = parsed.GetRequiredValue(_id);
        ProgramFile file = _program.Read(session, parsed);
        IKernelHost host = await session.OpenAsync(HostAccess.Run, cancellationToken);
        KernelInfo kernel = await host.GetAsync(id, cancellationToken);
        if (kernel.CodeHash != Hash.Of(file.Code) || kernel.Engine != file.Engine.Id)
        {
            throw new UsageException(
                $"'{file.Path}' is not the program of {id} ({kernel.Engine}).", "Name the file it was deployed from.");
        }
        if (file.Engine is not IVmInspector inspector)
        {
            throw new UsageException($"The engine {kernel.Engine} cannot show its machines step by step.");
        }
        MachineState machine = await host.ReadMachineAsync(id, cancellationToken);
        DebugSession debug = new(
            file.Engine, inspector, file.Engine.Load(file.Code, VmLimits.Default), file.Code, machine.Snapshot,
            ReadSymbols(inspector, parsed.GetValue(_symbols)));
        await SeedAsync(host, id, debug.Host, cancellationToken);
        if ((parsed.GetValue(_entry) ?? parsed.GetValue(_message)) is not null)
        {
            byte[] payload = parsed.GetValue(_message) is { } path
                ? Files.Read(path, VmLimits.Default.PayloadBytesMax) : [];
            VmEntry entry = new(parsed.GetValue(_entry) ?? "", payload, "");
            debug.Enter(entry, isReceiving: machine.Status == KernelStatus.Receiving);
        }
        _state.Keep(id, debug);
        string instruction = debug.Instruction();
        JsonObject json = new()
        {
            ["id"] = id.Value, ["position"] = debug.Position, ["instruction"] = instruction,
            ["text"] = debug.Describe(),
        };
        session.Output.Result(json, screen =>
        {
            screen.Line(TextForms.WithoutControls(debug.Describe().TrimEnd('\n')));
            screen.Line(TextForms.WithoutControls(instruction));
        });
        return ExitCodes.Success;
    }

    private static VmSymbols ReadSymbols(IVmInspector inspector, string? path)
    {
        if (path is null)
        {
            return VmSymbols.None;
        }
        string text = System.Text.Encoding.UTF8.GetString(Files.Read(path, SymbolBytesMax));
        try
        {
            return inspector.ReadSymbols(text);
        }
        catch (SourceException e)
        {
            throw new SourceFileException(path, text, e);
        }
    }

    private static async Task SeedAsync(
        IKernelHost host, KernelId id, DebugHost debug, CancellationToken cancellationToken)
    {
        byte[] prefix = "data/"u8.ToArray();
        StateQuery query = new() { Id = id, Prefix = prefix, Limit = KeysMax };
        await foreach (StateEntry entry in host.ReadStateAsync(query, cancellationToken))
        {
            debug.Seed(entry.Key[prefix.Length..], entry.Value);
        }
    }
}
