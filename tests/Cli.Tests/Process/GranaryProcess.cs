using System.Diagnostics;
using System.Text.Json;

namespace Granary.Cli.Tests;

/// <summary>The real program, in a process of its own: <c>granary shell --json</c> on a data folder.</summary>
internal sealed class GranaryProcess : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(3);

    private readonly Process _process;

    public GranaryProcess(string dataFolder)
    {
        ProcessStartInfo start = new(Path.Combine(AppContext.BaseDirectory, "granary"))
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (string argument in new[] { "shell", "--json", "--data", dataFolder })
        {
            start.ArgumentList.Add(argument);
        }
        _process = Process.Start(start)!;
        // What it says besides answers must not fill the pipe.
        _process.ErrorDataReceived += (_, line) => Errors += line.Data is null ? "" : line.Data + "\n";
        _process.BeginErrorReadLine();
    }

    public string Errors { get; private set; } = "";

    /// <summary>Writes a command; false when the process is gone.</summary>
    public async Task<bool> TryWriteAsync(string command)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(command);
            await _process.StandardInput.FlushAsync();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The next answer; null when the process is gone. A line cut short by its death is no answer.</summary>
    public async Task<JsonElement?> ReadAsync()
    {
        string? line = await _process.StandardOutput.ReadLineAsync();
        if (line is null)
        {
            return null;
        }
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(line);
        }
        catch (JsonException)
        {
            // Only the last line may be cut short.
            string? more = await _process.StandardOutput.ReadLineAsync();
            return more is null ? null : throw new InvalidDataException($"'{line}' is no JSON, and '{more}' follows.");
        }
    }

    /// <summary>A command that must succeed, and its answer.</summary>
    public async Task<JsonElement> AskAsync(string command)
    {
        JsonElement answer = await AnswerAsync(command);
        Assert.True(answer.GetProperty("ok").GetBoolean(), $"{command}: {answer}");
        return answer;
    }

    /// <summary>A command and its answer, be it a refusal.</summary>
    public async Task<JsonElement> AnswerAsync(string command)
    {
        Assert.True(await TryWriteAsync(command), command);
        JsonElement? answer = await ReadAsync().WaitAsync(_limit);
        return answer ?? throw new InvalidOperationException($"No answer to '{command}': {Errors}");
    }

    /// <summary>SIGKILL: no handler, no farewell.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }
        _process.Dispose();
    }
}
