using Granary.Kernels;
using Granary.Stores;
using Granary.Vms;

namespace Granary.Cli;

/// <summary>One command being carried out: its console, its output, and its host once it is opened.</summary>
internal sealed class CliSession : IAsyncDisposable
{
    private readonly CliServices _services;
    private readonly HostChoice _choice;
    private readonly bool _ownsHost;
    private IKernelHost? _host;

    public CliSession(CliServices services, HostChoice choice, IOutput output)
    {
        _services = services;
        _choice = choice;
        _ownsHost = true;
        Output = output;
    }

    private CliSession(CliSession shell, IKernelHost host, IOutput output)
    {
        _services = shell._services;
        _choice = shell._choice;
        _host = host;
        Output = output;
        InShell = true;
    }

    public IConsoleIo Io => _services.Io;

    public VmEngines Engines => _services.Engines;

    public IOutput Output { get; }

    /// <summary>What the user says of the host.</summary>
    public HostChoice Choice => _choice;

    /// <summary>The folder whose kernels run in this process; empty before.</summary>
    public string DataFolder { get; private set; } = "";

    /// <summary>The database whose kernels run in this process; null when they are in the folder.</summary>
    public PostgresAddress? Store { get; private set; }

    /// <summary>True for a command typed into the shell: the host lives on after it.</summary>
    public bool InShell { get; }

    /// <summary>A session for one command of the shell, on the shell's host.</summary>
    public CliSession Within(IKernelHost host, IOutput output) => new(this, host, output);

    /// <summary>The host, opened when it was not yet; a session opens one only.</summary>
    /// <param name="beforeRun">As <see cref="HostOptions.BeforeRun"/>; in the shell kernels run already.</param>
    public async Task<IKernelHost> OpenAsync(
        HostAccess access, CancellationToken cancellationToken, Func<IKernelHost, Task>? beforeRun = null)
    {
        if (_host is null)
        {
            HostOptions options = _choice.Resolve(Io) with { Access = access, BeforeRun = beforeRun };
            if (_choice.TokenOption is not null)
            {
                Output.Note("A token on the command line can be seen by others on this machine: use GRANARY_TOKEN.");
            }
            WarnOfPassword(options.Store);
            _host = await _services.OpenAsync(options, cancellationToken);
        }
        else if (beforeRun is not null)
        {
            await beforeRun(_host);
        }
        return _host;
    }

    /// <summary>A host in this very process, whose kernels run until it is disposed of.</summary>
    /// <param name="folderDefault">The data folder when neither command line nor environment names one.</param>
    /// <param name="storeDefault">The database when neither names one.</param>
    public async Task<IKernelHost> OpenInProcessAsync(
        Func<HostOptions, HostOptions> with, string? folderDefault, CancellationToken cancellationToken,
        string? storeDefault = null)
    {
        HostOptions options = with(_choice.ResolveInProcess(Io, folderDefault, storeDefault));
        WarnOfPassword(options.Store);
        (DataFolder, Store) = (options.DataFolder, options.Store);
        _host = await _services.OpenAsync(options, cancellationToken);
        return _host;
    }

    /// <summary>Says so when a password can be seen by others.</summary>
    public void WarnOfPassword(PostgresAddress? store)
    {
        if (store is { HasPassword: true } && _choice.StoreOption is not null)
        {
            Output.Note("A password on the command line can be seen by others on this machine: use PGPASSFILE.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_ownsHost && _host is not null)
        {
            await _host.DisposeAsync();
        }
    }
}
