using Microsoft.AspNetCore.Connections;

namespace Orleans.Replication.Libp2p.Yamux;

/// <summary>The peer broke a rule of yamux that cannot be confined to one stream; the session ended with a go-away.</summary>
internal sealed class YamuxProtocolException(string message) : ConnectionResetException(message);
