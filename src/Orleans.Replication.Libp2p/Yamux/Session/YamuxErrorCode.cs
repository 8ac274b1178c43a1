namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>
/// Why a session ends (the length of a go-away frame) or a stream was reset (the length of an RST frame). The first three are yamux's own; the others
/// are the codes go-libp2p defined for both. A peer may send any value.
/// </summary>
internal enum YamuxErrorCode : uint
{
    Normal = 0,
    ProtocolError = 1,
    InternalError = 2,
    NegotiationFailed = 0x1001,
    ResourceLimitExceeded = 0x1002,
    RateLimited = 0x1003,
    ProtocolViolation = 0x1004,
    Supplanted = 0x1005,
    GarbageCollected = 0x1006,
    Shutdown = 0x1007,
    Gated = 0x1008,
}
