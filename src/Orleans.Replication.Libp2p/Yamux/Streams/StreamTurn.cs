namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>What a stream sends when its turn has come: a window update, at most one frame of data, or a reset.</summary>
internal readonly record struct StreamTurn(FrameFlags UpdateFlags, uint Credit, bool HasUpdate, FrameFlags DataFlags, int DataBytes)
{
    public static StreamTurn Reset(uint code) => new(FrameFlags.Rst, code, true, FrameFlags.None, 0);

    public bool IsReset => (UpdateFlags & FrameFlags.Rst) != 0;

    public bool IsLast => ((UpdateFlags | DataFlags) & FrameFlags.Fin) != 0;

    public int FrameBytes => (HasUpdate ? FrameHeader.Size : 0) + (DataBytes > 0 ? FrameHeader.Size + DataBytes : 0);
}
