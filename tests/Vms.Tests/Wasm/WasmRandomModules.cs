namespace Granary.Vms.Tests.Wasm;

/// <summary>
/// Random valid modules from a seed: functions of all number types with locals, blocks, loops, branches, calls (direct,
/// through a table), globals and memory. Loops and calls spend a counter, so every call ends; arithmetic on floats
/// makes
/// its NaN canonical itself, so that engines without the deterministic profile agree.
/// </summary>
internal sealed partial class WasmRandomModules(int seed)
{
    private const byte I32 = 0x7f;
    private const byte I64 = 0x7e;
    private const byte F32 = 0x7d;
    private const byte F64 = 0x7c;
    private const int Functions = 4;
    private const int FuelGlobal = 0;
    private const int GlobalCount = 5;

    private static readonly byte[] _types = [I32, I64, F32, F64];

    private readonly Random _random = new(seed);
    private readonly List<byte> _code = [];
    private readonly (byte[] Parameters, byte Result)[] _signatures = new (byte[], byte)[Functions];
    private readonly Stack<byte?> _labels = new();
    private byte[] _locals = [];
    private int _function;
    private int _budget;

    /// <summary>The module exports f0 to f3, the memory as m, and its globals as g0 to g4.</summary>
    public byte[] Make()
    {
        List<byte[]> bodies = [];
        for (int i = 0; i < Functions; i++)
        {
            byte[] parameters = [.. Enumerable.Range(0, _random.Next(4)).Select(_ => AnyType())];
            _signatures[i] = (parameters, AnyType());
        }
        for (_function = 0; _function < Functions; _function++)
        {
            bodies.Add(Body());
        }
        List<byte> module = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
        Section(module, 1, Vector(_signatures.Select(s =>
            (byte[])[0x60, .. Vector(s.Parameters.Select(p => (byte[])[p])), 1, s.Result])));
        Section(module, 3, Vector(Enumerable.Range(0, Functions).Select(i => (byte[])[(byte)i])));
        Section(module, 4, [1, 0x70, 0, Functions + 2]);
        Section(module, 5, [1, 1, 1, 2]);
        Section(module, 6, Globals());
        Section(module, 7, Exports());
        Section(module, 9, [1, 0, 0x41, 0, 0x0b, Functions, .. Enumerable.Range(0, Functions).Select(i => (byte)i)]);
        Section(module, 10, Vector(bodies));
        byte[] data = new byte[64];
        _random.NextBytes(data);
        Section(module, 11, [1, 0, 0x41, 16, 0x0b, 64, .. data]);
        return [.. module];
    }

    /// <summary>Types of the parameters of each function, as letters.</summary>
    public IReadOnlyList<(byte[] Parameters, byte Result)> Signatures => _signatures;

    private byte AnyType() => _types[_random.Next(_types.Length)];

    private static void Section(List<byte> module, byte id, byte[] content)
    {
        module.Add(id);
        module.AddRange(Unsigned((uint)content.Length));
        module.AddRange(content);
    }

    private static byte[] Vector(IEnumerable<byte[]> items)
    {
        byte[][] all = [.. items];
        return [.. Unsigned((uint)all.Length), .. all.SelectMany(i => i)];
    }

    private static List<byte> Unsigned(uint value)
    {
        List<byte> bytes = [];
        do
        {
            byte next = (byte)(value & 0x7f);
            value >>= 7;
            bytes.Add((byte)(value == 0 ? next : next | 0x80));
        }
        while (value != 0);
        return bytes;
    }

    private static List<byte> Signed(long value)
    {
        List<byte> bytes = [];
        while (true)
        {
            byte next = (byte)(value & 0x7f);
            value >>= 7;
            if ((value == 0 && (next & 0x40) == 0) || (value == -1 && (next & 0x40) != 0))
            {
                bytes.Add(next);
                return bytes;
            }
            bytes.Add((byte)(next | 0x80));
        }
    }

    private static byte[] Globals() =>
    [
        GlobalCount,
        I32, 1, 0x41, .. Signed(500), 0x0b,
        I32, 1, 0x41, 7, 0x0b,
        I64, 1, 0x42, 9, 0x0b,
        F32, 1, 0x43, 0, 0, 0x80, 0x3f, 0x0b,
        F64, 1, 0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0x0b,
    ];

    private static byte[] Exports()
    {
        List<byte[]> all = [[1, (byte)'m', 2, 0]];
        for (byte i = 0; i < Functions; i++)
        {
            all.Add([2, (byte)'f', (byte)('0' + i), 0, i]);
        }
        for (byte i = 0; i < GlobalCount; i++)
        {
            all.Add([2, (byte)'g', (byte)('0' + i), 3, i]);
        }
        return Vector(all);
    }

    private byte[] Body()
    {
        (byte[] parameters, byte result) = _signatures[_function];
        byte[] extra = [I32, I64, F32, F64, AnyType(), AnyType()];
        _locals = [.. parameters, .. extra];
        _code.Clear();
        _labels.Clear();
        _budget = 120;
        // A call spends too.
        SpendOrReturn(result);
        for (int i = _random.Next(5); i >= 0; i--)
        {
            Statement(4);
        }
        Expression(result, 5);
        _code.Add(0x0b);
        byte[] body = [(byte)extra.Length, .. extra.SelectMany(t => (byte[])[1, t]), .. _code];
        return [.. Unsigned((uint)body.Length), .. body];
    }

    private void Emit(params ReadOnlySpan<byte> bytes) => _code.AddRange(bytes);

    private void EmitIndex(byte op, int index)
    {
        _code.Add(op);
        _code.AddRange(Unsigned((uint)index));
    }

    /// <summary>Takes one from the counter; returns zero when there is none left.</summary>
    private void SpendOrReturn(byte result)
    {
        EmitIndex(0x23, FuelGlobal);
        Emit(0x45, 0x04, 0x40);
        Zero(result);
        Emit(0x0f, 0x0b);
        EmitIndex(0x23, FuelGlobal);
        Emit(0x41, 1, 0x6b);
        EmitIndex(0x24, FuelGlobal);
    }

    private void Zero(byte type)
    {
        switch (type)
        {
            case I32:
                Emit(0x41, 0);
                break;
            case I64:
                Emit(0x42, 0);
                break;
            case F32:
                Emit(0x43, 0, 0, 0, 0);
                break;
            default:
                Emit(0x44, 0, 0, 0, 0, 0, 0, 0, 0);
                break;
        }
    }

    private void Statement(int depth)
    {
        _budget--;
        switch (depth <= 0 || _budget < 0 ? _random.Next(2) : _random.Next(9))
        {
            case 0:
                int local = _random.Next(_locals.Length);
                Expression(_locals[local], depth - 1);
                EmitIndex(0x21, local);
                break;
            case 1:
                int global = _random.Next(1, GlobalCount);
                Expression(_types[global - 1], depth - 1);
                EmitIndex(0x24, global);
                break;
            case 2:
                Memory(store: true, AnyType(), depth);
                break;
            case 3:
                Expression(I32, depth - 1);
                Emit(0x04, 0x40);
                _labels.Push(null);
                Statement(depth - 1);
                if (_random.Next(2) == 0)
                {
                    Emit(0x05);
                    Statement(depth - 1);
                }
                _labels.Pop();
                Emit(0x0b);
                break;
            case 4:
                Loop(depth);
                break;
            case 5:
                Emit(0x02, 0x40);
                _labels.Push(null);
                Statement(depth - 1);
                Branch(depth);
                Statement(depth - 1);
                _labels.Pop();
                Emit(0x0b);
                break;
            case 6:
                Bulk(depth);
                break;
            default:
                byte type = AnyType();
                Expression(type, depth - 1);
                Emit(0x1a);
                break;
        }
    }

    private void Loop(int depth)
    {
        Emit(0x03, 0x40);
        _labels.Push(null);
        SpendOrReturn(_signatures[_function].Result);
        Statement(depth - 1);
        Statement(depth - 2);
        Expression(I32, depth - 1);
        Emit(0x0d, 0);
        _labels.Pop();
        Emit(0x0b);
    }

    private void Branch(int depth)
    {
        int count = _labels.TakeWhile(l => l is null).Count();
        if (_random.Next(3) == 0)
        {
            Expression(I32, depth - 1);
            Emit(0x0e, 2, (byte)_random.Next(count), (byte)_random.Next(count), (byte)_random.Next(count));
            return;
        }
        Expression(I32, depth - 1);
        EmitIndex(0x0d, _random.Next(count));
    }

    private void Bulk(int depth)
    {
        bool fill = _random.Next(2) == 0;
        Address(depth);
        if (fill)
        {
            Expression(I32, depth - 1);
        }
        else
        {
            Address(depth);
        }
        Expression(I32, 0);
        Emit(0x41);
        _code.AddRange(Signed(0xfff));
        Emit(0x71);
        Emit(fill ? [0xfc, 0x0b, 0] : [0xfc, 0x0a, 0, 0]);
    }

    /// <summary>Mostly inside of the memory.</summary>
    private void Address(int depth)
    {
        Expression(I32, depth - 2);
        if (_random.Next(20) != 0)
        {
            Emit(0x41);
            _code.AddRange(Signed(0x7fff));
            Emit(0x71);
        }
    }

    private void Memory(bool store, byte type, int depth)
    {
        (byte first, int kinds) = (store, type) switch
        {
            (false, I32) => ((byte)0x2c, 4),
            (false, I64) => ((byte)0x30, 6),
            (false, F32) => ((byte)0x2a, 1),
            (false, _) => ((byte)0x2b, 1),
            (true, I32) => ((byte)0x3a, 2),
            (true, I64) => ((byte)0x3c, 3),
            (true, F32) => ((byte)0x38, 1),
            (true, _) => ((byte)0x39, 1),
        };
        Address(depth);
        if (store)
        {
            Expression(type, depth - 1);
        }
        // One in four takes the plain form.
        byte plain = (byte)((store ? 0x36 : 0x28) + (type == I32 ? 0 : type == I64 ? 1 : type == F32 ? 2 : 3));
        Emit(_random.Next(4) == 0 ? plain : (byte)(first + _random.Next(kinds)), 0);
        _code.AddRange(Unsigned((uint)_random.Next(300)));
        if (!store && type is F32 or F64 && !store)
        {
            Canonical(type);
        }
    }

    private void Expression(byte type, int depth)
    {
        _budget--;
        if (depth <= 0 || _budget < 0)
        {
            Leaf(type);
            return;
        }
        switch (_random.Next(12))
        {
            case 0 or 1:
                Leaf(type);
                break;
            case 2:
                Memory(store: false, type, depth);
                break;
            case 3:
                Expression(type, depth - 1);
                Expression(type, depth - 1);
                Expression(I32, depth - 1);
                Emit(0x1b);
                break;
            case 4:
                Expression(I32, depth - 1);
                Emit(0x04, type);
                _labels.Push(type);
                Expression(type, depth - 1);
                Emit(0x05);
                Expression(type, depth - 1);
                _labels.Pop();
                Emit(0x0b);
                break;
            case 5:
                Emit(0x02, type);
                _labels.Push(type);
                Expression(type, depth - 1);
                Expression(I32, depth - 1);
                Emit(0x0d, 0);
                _labels.Pop();
                Emit(0x0b);
                break;
            case 6:
                Call(type, depth);
                break;
            case 7:
                Convert(type, depth);
                break;
            default:
                WasmRandomOperators.Operator(_random, type, operand => Expression(operand, depth - 1), _code);
                if (type is F32 or F64)
                {
                    Canonical(type);
                }
                break;
        }
    }
}
