namespace Granary.Vms.Wasm;

/// <summary>The open descriptors of a machine: part of its saved state. They stay between messages, as memory does.
/// </summary>
internal sealed class WasiDescriptors
{
    private const uint Version = 1;
    private readonly List<WasiDescriptor?> _all = [];

    /// <param name="preopens">Whether there is a directory to begin with.</param>
    public static WasiDescriptors Fresh(bool preopens)
    {
        WasiDescriptors descriptors = new();
        for (byte stream = 0; stream < 3; stream++)
        {
            descriptors._all.Add(WasiDescriptor.OfStream(stream));
        }
        if (preopens)
        {
            descriptors._all.Add(WasiDescriptor.Root());
        }
        return descriptors;
    }

    public WasiDescriptor? Find(uint number) => number < (uint)_all.Count ? _all[(int)number] : null;

    /// <summary>Puts a descriptor at the lowest free number.</summary>
    public bool TryAdd(WasiDescriptor descriptor, out uint number)
    {
        int free = _all.IndexOf(null);
        number = (uint)(free < 0 ? _all.Count : free);
        if (number >= WasiLimits.DescriptorsMax)
        {
            return false;
        }
        Set(number, descriptor);
        return true;
    }

    /// <summary>Puts a descriptor at a number below <see cref="WasiLimits.DescriptorsMax"/>, or nothing.</summary>
    public void Set(uint number, WasiDescriptor? descriptor)
    {
        while (_all.Count <= (int)number)
        {
            _all.Add(null);
        }
        _all[(int)number] = descriptor;
        while (_all.Count > 0 && _all[^1] is null)
        {
            _all.RemoveAt(_all.Count - 1);
        }
    }

    public bool HasOpen(uint inode) => _all.Exists(d => d is { IsStream: false } && d.Inode == inode);

    public void Write(SnapshotWriter writer)
    {
        writer.WriteUInt32(Version);
        writer.WriteUInt32((uint)_all.Count);
        foreach (WasiDescriptor? descriptor in _all)
        {
            writer.WriteByte((byte)(descriptor?.Type ?? WasiFileType.Unknown));
            if (descriptor is null)
            {
                continue;
            }
            writer.WriteByte(descriptor.Stream);
            writer.WriteByte(descriptor.IsPreopened ? (byte)1 : (byte)0);
            writer.WriteUInt32(descriptor.Inode);
            writer.WriteUInt32((uint)descriptor.Flags);
            writer.WriteUInt64((ulong)descriptor.Rights);
            writer.WriteUInt64((ulong)descriptor.Inheriting);
            writer.WriteUInt64(descriptor.Offset);
        }
    }

    /// <exception cref="SnapshotFormatException">The bytes are no descriptors.</exception>
    public static WasiDescriptors Read(ReadOnlySpan<byte> bytes)
    {
        SnapshotReader reader = new(bytes);
        if (reader.ReadUInt32() != Version)
        {
            throw new SnapshotFormatException("The descriptors are of another version.");
        }
        WasiDescriptors descriptors = new();
        for (int count = reader.ReadCount(WasiLimits.DescriptorsMax); count > 0; count--)
        {
            descriptors._all.Add(ReadOne(ref reader));
        }
        reader.ExpectEnd();
        return descriptors._all.Count == 0 || descriptors._all[^1] is not null
            ? descriptors
            : throw new SnapshotFormatException("The last descriptor is none.");
    }

    private static WasiDescriptor? ReadOne(ref SnapshotReader reader)
    {
        WasiFileType type = (WasiFileType)reader.ReadByte();
        if (type == WasiFileType.Unknown)
        {
            return null;
        }
        WasiDescriptor descriptor = new()
        {
            Type = type, Stream = reader.ReadByte(), IsPreopened = reader.ReadByte() == 1,
            Inode = reader.ReadUInt32(), Flags = (WasiFlags)reader.ReadUInt32(),
            Rights = (WasiRights)reader.ReadUInt64(), Inheriting = (WasiRights)reader.ReadUInt64(),
            Offset = reader.ReadUInt64(),
        };
        bool known = type is WasiFileType.Directory or WasiFileType.RegularFile
            ? descriptor.Inode != WasiDescriptor.NoInode
            : descriptor.IsStream && descriptor.Stream <= 2;
        return known && descriptor.Offset <= long.MaxValue && (descriptor.Flags & ~WasiFlags.All) == 0
            ? descriptor
            : throw new SnapshotFormatException("A descriptor is none that a program opens.");
    }
}
