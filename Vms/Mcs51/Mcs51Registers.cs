namespace Granary.Vms.Mcs51;

/// <summary>Addresses of special function registers, and the bits of those whose bits have names here.</summary>
internal static class Mcs51Registers
{
    public const int P0 = 0x80;
    public const int Sp = 0x81;
    public const int Dpl = 0x82;
    public const int Dph = 0x83;
    public const int Pcon = 0x87;
    public const int Tcon = 0x88;
    public const int Tmod = 0x89;
    public const int Tl0 = 0x8A;
    public const int Tl1 = 0x8B;
    public const int Th0 = 0x8C;
    public const int Th1 = 0x8D;
    public const int P1 = 0x90;
    public const int Scon = 0x98;
    public const int Sbuf = 0x99;
    public const int P2 = 0xA0;
    public const int P3 = 0xB0;
    public const int Psw = 0xD0;
    public const int Acc = 0xE0;
    public const int B = 0xF0;

    public const byte PswCy = 0x80;
    public const byte PswAc = 0x40;
    public const byte PswBank = 0x18;
    public const byte PswOv = 0x04;
    public const byte PswP = 0x01;

    /// <summary>Idle mode: the machine waits for a message.</summary>
    public const byte PconIdle = 0x01;

    /// <summary>Power down: the machine ends.</summary>
    public const byte PconPowerDown = 0x02;
    public const byte PconSmod = 0x80;

    public const byte TconTf1 = 0x80;
    public const byte TconTr1 = 0x40;
    public const byte TconTf0 = 0x20;
    public const byte TconTr0 = 0x10;

    public const byte SconRen = 0x10;
    public const byte SconTi = 0x02;
    public const byte SconRi = 0x01;
}
