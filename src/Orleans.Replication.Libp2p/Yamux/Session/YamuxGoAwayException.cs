using Microsoft.AspNetCore.Connections;

namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>The peer ended the session with a go-away of a code other than normal.</summary>
internal sealed class YamuxGoAwayException(YamuxErrorCode code)
    : ConnectionResetException($"The peer ended the session: {code} (0x{(uint)code:x}).")
{
    public YamuxErrorCode Code { get; } = code;
}
