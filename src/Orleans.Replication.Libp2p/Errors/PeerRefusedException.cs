namespace Orleans.Replication.Libp2p;

/// <summary>The peer answered, proved to be the one that was dialled, and refused the connection. Nothing was sent to it.</summary>
public sealed class PeerRefusedException : Libp2pException
{
    internal PeerRefusedException(PeerId peer, uint code, Exception innerException)
        : base($"Peer {peer} refuses the connection: {Reason(code)} (0x{code:x}).", innerException)
    {
        Peer = peer;
        Code = code;
    }

    /// <summary>The peer that was dialled.</summary>
    public PeerId Peer { get; }

    /// <summary>Its reason, one of libp2p's connection error codes; 0 when it gave none.</summary>
    public uint Code { get; }

    private static string Reason(uint code) => code switch
    {
        0x1002 => "a limit of its connections is reached",
        0x1003 => "it is dialled too often",
        0x1008 => "it does not allow this peer",
        _ => "it ended it at once",
    };
}
