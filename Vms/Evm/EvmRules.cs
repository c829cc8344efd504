namespace Granary.Vms.Evm;

/// <summary>One rule set as data: everything that differs between revisions and is no row of
/// <see cref="EvmOpcodes"/>.</summary>
internal sealed record EvmRules
{
    private static readonly EvmRules[] _all = Build();

    public required EvmRevision Revision { get; init; }

    public required EvmOpcodeInfo[] Opcodes { get; init; }

    /// <summary>Price of a byte of the exponent (EIP-160).</summary>
    public int ExpByteGas { get; init; } = 10;

    /// <summary>A call gives at most 63/64 of what is left (EIP-150); before, asking for more fails.</summary>
    public bool KeepsSixtyFourth { get; init; }

    /// <summary>Making an account by SELFDESTRUCT costs (EIP-150).</summary>
    public bool SelfDestructPaysForAccount { get; init; }

    /// <summary>Touched empty accounts go away, new contracts begin with nonce 1 (EIP-158, EIP-161).</summary>
    public bool ClearsEmptyAccounts { get; init; }

    /// <summary>The longest code of a contract (EIP-170).</summary>
    public int CodeBytesMax { get; init; } = int.MaxValue;

    /// <summary>The longest init code, and a price for its words (EIP-3860).</summary>
    public int InitCodeBytesMax { get; init; } = int.MaxValue;

    public int InitCodeWordGas { get; init; }

    /// <summary>New code that cannot be paid for fails the creation (EIP-2); before, it left an empty contract.
    /// </summary>
    public bool CodeMustBePaid { get; init; }

    /// <summary>New code may not begin with 0xEF (EIP-3541).</summary>
    public bool RefusesEofCode { get; init; }

    public EvmStorageGas Storage { get; init; } = EvmStorageGas.Frontier;

    public int SelfDestructRefund { get; init; } = 24_000;

    /// <summary>A refund is at most this part of the gas used (EIP-3529).</summary>
    public int RefundDivisor { get; init; } = 2;

    /// <summary>Access lists, and prices for what is touched the first time (EIP-2929).</summary>
    public bool HasColdAccess { get; init; }

    /// <summary>SELFDESTRUCT only removes what the same transaction made (EIP-6780).</summary>
    public bool SelfDestructOnlyNew { get; init; }

    public bool WarmCoinbase { get; init; }

    /// <summary>Price of a byte of calldata other than 0 (EIP-2028).</summary>
    public int DataByteGas { get; init; } = 68;

    /// <summary>What a transaction pays more when it creates (EIP-2).</summary>
    public int CreateTransactionGas { get; init; } = 32_000;

    /// <summary>The highest type of transaction.</summary>
    public int TransactionTypeMax { get; init; }

    /// <summary>The signature's s must be in the lower half (EIP-2).</summary>
    public bool LowSignatures { get; init; } = true;

    public bool HasBaseFee { get; init; }

    /// <summary>The number of the last precompiled contract.</summary>
    public int PrecompileLast { get; init; } = 4;

    /// <summary>Cheaper curve operations (EIP-1108) and modular powers (EIP-2565).</summary>
    public bool CheaperCurves { get; init; }

    public bool CheaperModExp { get; init; }

    public static EvmRules Of(EvmRevision revision) => _all[(int)revision];

    private static EvmRules[] Build()
    {
        EvmRules[] all = new EvmRules[(int)EvmRevision.Cancun + 1];
        EvmRules rules = new()
        {
            Revision = EvmRevision.Frontier, Opcodes = [], CreateTransactionGas = 0, LowSignatures = false,
        };
        for (EvmRevision revision = EvmRevision.Frontier; revision <= EvmRevision.Cancun; revision++)
        {
            rules = Differ(rules, revision) with
            {
                Revision = revision, Opcodes = EvmOpcodes.TableOf(revision),
            };
            all[(int)revision] = rules;
        }
        return all;
    }

    /// <summary>What each revision changed of the one before.</summary>
    private static EvmRules Differ(EvmRules before, EvmRevision revision) => revision switch
    {
        EvmRevision.Homestead => before with
        {
            CodeMustBePaid = true, CreateTransactionGas = 32_000, LowSignatures = true,
        },
        EvmRevision.TangerineWhistle => before with { KeepsSixtyFourth = true, SelfDestructPaysForAccount = true },
        EvmRevision.SpuriousDragon => before with
        {
            ExpByteGas = 50, ClearsEmptyAccounts = true, CodeBytesMax = 24_576,
        },
        EvmRevision.Byzantium => before with { PrecompileLast = 8 },
        EvmRevision.Constantinople => before with { Storage = EvmStorageGas.Constantinople },
        EvmRevision.Petersburg => before with { Storage = EvmStorageGas.Frontier },
        EvmRevision.Istanbul => before with
        {
            Storage = EvmStorageGas.Istanbul, DataByteGas = 16, PrecompileLast = 9, CheaperCurves = true,
        },
        EvmRevision.Berlin => before with
        {
            Storage = EvmStorageGas.Berlin, HasColdAccess = true, TransactionTypeMax = 1, CheaperModExp = true,
        },
        EvmRevision.London => before with
        {
            Storage = EvmStorageGas.London, SelfDestructRefund = 0, RefundDivisor = 5, TransactionTypeMax = 2,
            HasBaseFee = true, RefusesEofCode = true,
        },
        EvmRevision.Shanghai => before with
        {
            WarmCoinbase = true, InitCodeBytesMax = 49_152, InitCodeWordGas = 2,
        },
        EvmRevision.Cancun => before with
        {
            SelfDestructOnlyNew = true, TransactionTypeMax = 3, PrecompileLast = 10,
        },
        _ => before,
    };
}
