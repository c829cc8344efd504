using System.Buffers.Binary;

namespace Granary.Vms.Tests.Wasm;

/// <content>Values, calls and conversions.</content>
internal sealed partial class WasmRandomModules
{
    private void Leaf(byte type)
    {
        int[] fitting = [.. Enumerable.Range(0, _locals.Length).Where(i => _locals[i] == type)];
        switch (_random.Next(4))
        {
            case 0:
                EmitIndex(0x23, 1 + Array.IndexOf(_types, type));
                break;
            case 1 or 2:
                EmitIndex(0x20, fitting[_random.Next(fitting.Length)]);
                break;
            default:
                Constant(type);
                break;
        }
    }

    private void Constant(byte type)
    {
        long bits = _random.Next(4) switch
        {
            0 => _random.Next(-3, 40),
            1 => _random.NextInt64(),
            2 => 1L << _random.Next(64),
            _ => -1L << _random.Next(64),
        };
        Span<byte> raw = stackalloc byte[8];
        switch (type)
        {
            case I32:
                Emit(0x41);
                _code.AddRange(Signed((int)bits));
                break;
            case I64:
                Emit(0x42);
                _code.AddRange(Signed(bits));
                break;
            case F32:
                float single = _random.Next(3) == 0 ? bits : (float)_random.NextDouble();
                BinaryPrimitives.WriteSingleLittleEndian(raw, single);
                Emit(0x43);
                Emit(raw[..4]);
                break;
            default:
                BinaryPrimitives.WriteDoubleLittleEndian(raw, _random.Next(3) == 0 ? bits : _random.NextDouble());
                Emit(0x44);
                Emit(raw);
                break;
        }
    }

    /// <summary>Any NaN becomes the canonical one, also in the local that this takes: x, nan, x equals x, select.
    /// </summary>
    private void Canonical(byte type)
    {
        int local = Array.FindIndex(_locals, _signatures[_function].Parameters.Length, t => t == type);
        EmitIndex(0x22, local);
        Emit(type == F32 ? [0x43, 0, 0, 0xc0, 0x7f] : [0x44, 0, 0, 0, 0, 0, 0, 0xf8, 0x7f]);
        EmitIndex(0x20, local);
        EmitIndex(0x20, local);
        Emit(type == F32 ? (byte)0x5b : (byte)0x61, 0x1b);
        EmitIndex(0x22, local);
    }

    private void Call(byte type, int depth)
    {
        int[] fitting = [.. Enumerable.Range(0, Functions).Where(i => _signatures[i].Result == type)];
        if (fitting.Length == 0)
        {
            Leaf(type);
            return;
        }
        int callee = fitting[_random.Next(fitting.Length)];
        foreach (byte parameter in _signatures[callee].Parameters)
        {
            Expression(parameter, depth - 2);
        }
        if (_random.Next(3) != 0)
        {
            EmitIndex(0x10, callee);
            return;
        }
        // Mostly the right element, sometimes another or none.
        Emit(0x41, (byte)(_random.Next(8) == 0 ? _random.Next(Functions + 3) : callee));
        Emit(0x11, (byte)callee, 0);
    }

    private void Convert(byte type, int depth)
    {
        (byte Source, byte[] Op)[] conversions = WasmRandomOperators.Conversions(type);
        (byte source, byte[] op) = conversions[_random.Next(conversions.Length)];
        Expression(source, depth - 1);
        Emit(op);
        if (type is F32 or F64)
        {
            Canonical(type);
        }
    }
}
