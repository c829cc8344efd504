using System.Text.Json.Nodes;

namespace Granary.Cli;

/// <param name="Json">What to answer; null when the command has written text already.</param>
internal sealed record ShellAnswer(int ExitCode, JsonObject? Json);
