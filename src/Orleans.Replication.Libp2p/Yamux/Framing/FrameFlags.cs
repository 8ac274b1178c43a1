namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>The flags of a frame. They ride on data and window updates alike; a ping uses the first two. Unknown ones are ignored.</summary>
[Flags]
internal enum FrameFlags : ushort
{
    None = 0,

    /// <summary>Opens the stream; on a ping: asks.</summary>
    Syn = 1,

    /// <summary>Acknowledges the stream; on a ping: answers.</summary>
    Ack = 2,

    /// <summary>The sender will send no more data on the stream.</summary>
    Fin = 4,

    /// <summary>Ends the stream at once in both directions.</summary>
    Rst = 8,
}
