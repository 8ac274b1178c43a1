namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>What a frame is (second byte of its header).</summary>
internal enum FrameType : byte
{
    Data = 0,
    WindowUpdate = 1,
    Ping = 2,
    GoAway = 3,
}
