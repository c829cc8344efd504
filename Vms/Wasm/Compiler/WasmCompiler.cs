using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace Granary.Vms.Wasm;

/// <summary>Compiles functions of a module into one collectible assembly, so that the runtime drops them with it.
/// </summary>
/// <remarks>
/// A collectible type gets the optimising JIT at once, and gives function pointers by public means. Each function has
/// two
/// forms: one to be called, with its arguments as arguments; and one that begins at any safe point of a frame that lies
/// in the machine's slots.
/// </remarks>
internal sealed class WasmCompiler
{
    /// <summary>Steps of what is compiled.</summary>
    public const int StepsMax = 8_000;

    /// <summary>Locals and operands of what is compiled.</summary>
    public const int SlotsMax = 600;

    private readonly WasmFunctions _functions;
    private readonly TypeBuilder _type;
    private readonly Dictionary<int, MethodBuilder> _stubs = [];

    private WasmCompiler(WasmFunctions functions)
    {
        _functions = functions;
        AssemblyBuilder assembly = AssemblyBuilder.DefineDynamicAssembly(
            new AssemblyName("Granary.Wasm"), AssemblyBuilderAccess.RunAndCollect);
        ConstructorInfo mayUse = typeof(IgnoresAccessChecksToAttribute).GetConstructor([typeof(string)])!;
        assembly.SetCustomAttribute(
            new CustomAttributeBuilder(mayUse, [typeof(WasmCompiler).Assembly.GetName().Name!]));
        _type = assembly.DefineDynamicModule("code")
            .DefineType("Functions", TypeAttributes.Sealed | TypeAttributes.Abstract);
    }

    /// <summary>
    /// False for functions that are so large that the JIT would not optimise them: they stay interpreted.
    /// </summary>
    public static bool CanCompile(WasmFunctionCode code) => code.Steps.Length <= StepsMax
        && code.Function.Locals.Length + code.Function.StackMax <= SlotsMax
        && code.Function.StackMax <= WasmTranslator.CompiledStackMax
        && !code.Steps.Any(s => s.Op == WasmStepOp.MoveMany);

    /// <summary>Compiles these functions, and makes them known.</summary>
    public static void Compile(WasmFunctions functions, IReadOnlyList<WasmFunctionCode> codes)
    {
        WasmCompiler compiler = new(functions);
        List<(WasmFunctionCode Code, MethodBuilder Call, MethodBuilder Resume)> made = [];
        foreach (WasmFunctionCode code in codes)
        {
            MethodBuilder call = compiler.DefineCall("f", code.Function.Index, code.Function.Type);
            MethodBuilder resume = compiler.Define("r", code.Function.Index, typeof(void),
                [typeof(WasmState), typeof(int), typeof(int), typeof(int)]);
            WasmEmitter.EmitCall(compiler, functions, code, call.GetILGenerator());
            WasmEmitter.EmitResume(compiler, functions, code, resume.GetILGenerator());
            made.Add((code, call, resume));
            // Compiled code may be called the moment that it is known, so what it calls must be known before.
            compiler.NeedEntry(code.Function.Index);
        }
        Type type = compiler._type.CreateType();
        functions.Keep(type);
        foreach ((int index, MethodBuilder stub) in compiler._stubs)
        {
            functions.SetEntry(index, Pointer(type, stub), compiled: false);
        }
        foreach ((WasmFunctionCode code, MethodBuilder call, MethodBuilder resume) in made)
        {
            MethodInfo method = Find(type, call);
            RuntimeHelpers.PrepareMethod(method.MethodHandle);
            functions.SetEntry(code.Function.Index, method.MethodHandle.GetFunctionPointer(), compiled: true);
            code.SetResume(Pointer(type, resume));
        }
    }

    /// <summary>Sees to it that a function can be called through the table: by the interpreter if by nothing else.
    /// </summary>
    public void NeedEntry(int index)
    {
        if (_functions.HasEntry(index) || _stubs.ContainsKey(index))
        {
            return;
        }
        WasmFuncType type = _functions.Module.FuncTypes[index];
        MethodBuilder stub = DefineCall("s", index, type);
        _stubs.Add(index, stub);
        WasmEmitter.EmitStub(stub.GetILGenerator(), index, type);
    }

    /// <summary>The state, the depth, the parameters; the first result.</summary>
    public static Type[] ParametersOf(WasmFuncType type) =>
        [typeof(WasmState), typeof(int), .. type.Parameters.Select(TypeOf)];

    public static Type ResultOf(WasmFuncType type) => type.Results.Length == 0 ? typeof(void) : TypeOf(type.Results[0]);

    public static Type TypeOf(WasmType type) => type switch
    {
        WasmType.I32 => typeof(int),
        WasmType.F32 => typeof(float),
        WasmType.F64 => typeof(double),
        _ => typeof(long),
    };

    private MethodBuilder DefineCall(string prefix, int index, WasmFuncType type) =>
        Define(prefix, index, ResultOf(type), ParametersOf(type));

    private MethodBuilder Define(string prefix, int index, Type result, Type[] parameters)
    {
        MethodBuilder method = _type.DefineMethod(
            $"{prefix}{index}", MethodAttributes.Public | MethodAttributes.Static, result, parameters);
        // Every local is set before it is read: the emitter sees to it.
        method.InitLocals = false;
        return method;
    }

    private static MethodInfo Find(Type type, MethodBuilder method) => type.GetMethod(method.Name)!;

    private static nint Pointer(Type type, MethodBuilder method) =>
        Find(type, method).MethodHandle.GetFunctionPointer();
}
