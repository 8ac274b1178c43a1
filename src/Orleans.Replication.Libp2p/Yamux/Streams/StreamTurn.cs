namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>
/// What a stream sends when its turn has come: a reset alone; or, each if it is due and in this order, a window update, one frame of data, and the
/// FIN. <see cref="Flags"/> ride on the first of them.
/// </summary>
/// <remarks>
/// The FIN never rides on data, although it may: js-libp2p (@libp2p/yamux 8.0.3) ends the stream before it looks at the body of such a frame, and
/// drops it.
/// </remarks>
internal readonly record struct StreamTurn(FrameFlags Flags, uint Credit, int DataBytes, bool IsLast)
{
    public static StreamTurn Reset(uint code) => new(FrameFlags.Rst, code, 0, false);

    public bool IsReset => Flags == FrameFlags.Rst;

    public bool HasUpdate => Credit > 0 || (Flags != FrameFlags.None && DataBytes == 0 && !IsLast);

    public int FrameBytes => (HasUpdate ? FrameHeader.Size : 0) + (DataBytes > 0 ? FrameHeader.Size + DataBytes : 0) + (IsLast ? FrameHeader.Size : 0);
}
