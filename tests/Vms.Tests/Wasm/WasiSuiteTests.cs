using System.Text;
using System.Text.Json;

namespace Granary.Vms.Tests.Wasm;

/// <summary>
/// The test programs of WASI preview 1: a folder of <c>NAME.wasm</c>, each with a <c>NAME.json</c> or none, in the
/// format of WebAssembly/wasi-testsuite, searched with its folders. <c>GRANARY_WASI_TESTS</c> names it.
/// </summary>
public sealed class WasiSuiteTests
{
    private const string Variable = "GRANARY_WASI_TESTS";

    private static readonly string? _folder = Environment.GetEnvironmentVariable(Variable);

    /// <summary>Programs of later interfaces are components, which begin with another version.</summary>
    public static IEnumerable<object[]> Programs => _folder is null
        ? [[""]]
        : Directory.EnumerateFiles(_folder, "*.wasm", SearchOption.AllDirectories)
            .Where(file => File.ReadAllBytes(file)[4] == 1 && File.ReadAllBytes(file)[6] == 0)
            .Select(file => Path.GetRelativePath(_folder, file)).Order(StringComparer.Ordinal)
            .Select(file => (object[])[file]);

    [WasiTheory, MemberData(nameof(Programs))]
    public void Program_ends_as_its_description_says(string file) => Run(file, cut: false);

    [WasiTheory, MemberData(nameof(Programs))]
    public void Program_ends_as_its_description_says_also_when_it_is_saved_and_restored_all_the_time(string file) =>
        Run(file, cut: true);

    private static void Run(string file, bool cut)
    {
        string path = Path.Combine(_folder!, file);
        string description = Path.ChangeExtension(path, ".json");
        JsonElement wanted = JsonSerializer.Deserialize<JsonElement>(
            File.Exists(description) ? File.ReadAllText(description) : "{}");
        byte[] code = File.ReadAllBytes(path);
        IVmProgram[] programs = [.. Enumerable.Range(0, cut ? 2 : 1).Select(_ => WasmRun.LoadCode(code))];
        WasmRun run = new(programs);
        List<string> arguments = [Path.GetFileName(file)];
        if (wanted.TryGetProperty("args", out JsonElement args))
        {
            arguments.AddRange(args.EnumerateArray().Select(a => a.GetString()!));
        }
        run.Host.Data["wasi/args"u8.ToArray()] = Texts(arguments);
        if (wanted.TryGetProperty("env", out JsonElement env))
        {
            run.Host.Data["wasi/env"u8.ToArray()] =
                Texts(env.EnumerateObject().Select(v => $"{v.Name}={v.Value.GetString()}"));
        }
        if (wanted.TryGetProperty("root", out JsonElement root))
        {
            new WasiTree(run.Host).Copy(Path.Combine(Path.GetDirectoryName(path)!, root.GetString()!));
        }
        else
        {
            run.Host.Data["wasi/dirs"u8.ToArray()] = [];
        }
        Random random = new(1);
        VmExit exit = run.Send("", [], () => cut ? random.Next(1, 200_000) : GasMeter.Unlimited, 100_000_000_000);

        string output = Of(run, "stdout");
        string errors = Of(run, "stderr");
        int code0 = wanted.TryGetProperty("exit_code", out JsonElement number) ? number.GetInt32() : 0;
        string end = exit switch
        {
            VmExit.Halted => "exit code 0",
            VmExit.Reverted reverted => Encoding.UTF8.GetString(reverted.Output.Span),
            _ => exit.ToString()!,
        };
        Assert.True(end == $"exit code {code0}", $"{file}: {end}\n{output}\n{errors}");
        if (wanted.TryGetProperty("stdout", out JsonElement expected))
        {
            Assert.Equal(expected.GetString(), output);
        }
    }

    private static string Of(WasmRun run, string topic) => string.Concat(
        run.Host.Emits.Where(e => e.Topic == topic).Select(e => Encoding.UTF8.GetString(e.Payload)));

    private static byte[] Texts(IEnumerable<string> texts) =>
        Encoding.UTF8.GetBytes(string.Concat(texts.Select(t => t + "\0")));

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class WasiTheoryAttribute : TheoryAttribute
    {
        public WasiTheoryAttribute()
        {
            if (_folder is null)
            {
                Skip = $"{Variable} names no folder: the test programs of WASI are not here.";
            }
        }
    }
}
