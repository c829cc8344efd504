namespace Granary.Vms.Script;

/// <summary>An entry point of a program.</summary>
/// <param name="Start">The place of its first instruction.</param>
/// <param name="Line">The line of its <c>on</c>.</param>
internal readonly record struct ScriptHandler(string Name, int Start, int Line);
