namespace Granary.Vms.Evm;

/// <summary>Code that was prepared before. Only saves work: what a machine does and pays does not depend on it.
/// </summary>
internal sealed class EvmCodeCache
{
    private const int CodesMax = 256;

    private readonly Dictionary<EvmWord, EvmCode> _codes = new(EvmKeyComparer.Unseeded);

    public EvmCode Get(ReadOnlySpan<byte> bytes, in EvmWord hash)
    {
        if (_codes.TryGetValue(hash, out EvmCode? code))
        {
            return code;
        }
        if (_codes.Count == CodesMax)
        {
            _codes.Clear();
        }
        code = new EvmCode(bytes, hash);
        _codes.Add(hash, code);
        return code;
    }
}
