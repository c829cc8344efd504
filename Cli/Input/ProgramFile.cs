using System.Text;
using Granary.Kernels;
using Granary.Vms;

namespace Granary.Cli;

/// <summary>A program from a file: source text that was compiled, or code as it is.</summary>
/// <param name="Language">The language's name; empty for code.</param>
internal sealed record ProgramFile(string Path, IVmEngine Engine, byte[] Code, string Language)
{
    public const string EngineOptionName = "--engine";

    private const int SourceBytesMax = 16 << 20;

    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    /// <param name="engineText">What --engine says: <c>NAME</c> or <c>NAME@VERSION</c>; null for nothing.</param>
    public static ProgramFile Read(string path, string? engineText, VmEngines engines)
    {
        string extension = System.IO.Path.GetExtension(path);
        IVmEngine? chosen = engineText is null ? null : FindEngine(engineText, engines);
        (IVmEngine Engine, IVmLanguage Language)? found = engines.FindLanguage(extension);
        IVmLanguage? language = chosen is null
            ? found?.Language
            : chosen.Languages.FirstOrDefault(l => l.FileExtension == extension);
        IVmEngine engine = chosen ?? found?.Engine ?? throw UnknownExtension(path, extension, engines);
        if (language is null)
        {
            return new ProgramFile(path, engine, Files.Read(path, VmLimits.Default.CodeBytesMax), "");
        }
        string text = ReadText(path);
        try
        {
            return new ProgramFile(path, engine, language.Compile(text, VmLimits.Default), language.Name);
        }
        catch (SourceException e)
        {
            throw new SourceFileException(path, text, e);
        }
    }

    private static IVmEngine FindEngine(string text, VmEngines engines)
    {
        IVmEngine? engine = EngineId.TryParse(text, out EngineId id) ? engines.Find(id) : engines.FindNewest(text);
        return engine ?? throw new KernelHostException(
            KernelHostError.NoSuchEngine,
            $"There is no engine '{text}'.",
            $"This binary has: {string.Join(", ", engines.All.Select(e => e.Id))}.");
    }

    private static UsageException UnknownExtension(string path, string extension, VmEngines engines)
    {
        string what = extension.Length == 0
            ? $"'{path}' has no file name ending that says what it is."
            : $"No engine compiles '{extension}' files.";
        IEnumerable<string> known = engines.All.SelectMany(e => e.Languages).Select(l => l.FileExtension);
        return new UsageException(
            what, $"Source files end with {string.Join(", ", known)}; for compiled code use {EngineOptionName} NAME.");
    }

    private static string ReadText(string path)
    {
        byte[] bytes = Files.Read(path, SourceBytesMax);
        ReadOnlySpan<byte> text = bytes;
        if (text.StartsWith("\uFEFF"u8))
        {
            text = text["\uFEFF"u8.Length..];
        }
        return System.Text.Unicode.Utf8.IsValid(text)
            ? s_strict.GetString(text)
            : throw new UsageException($"'{path}' is not UTF-8 text.", "Save it as UTF-8.");
    }
}
